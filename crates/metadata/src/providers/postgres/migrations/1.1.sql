-- What clients of Metaflow's metadata service record, word for word, where the tables of runs and tasks have no place for it.
-- What is posted together is one row. `task` is the number of the task everywhere; `name` its id, where that is text.

CREATE TABLE spinloom.service_flows (
    flow bigint PRIMARY KEY,
    owner text,
    created_at bigint NOT NULL,
    tags text NOT NULL,
    system_tags text NOT NULL
);

CREATE TABLE spinloom.service_runs (
    run bigint PRIMARY KEY,
    flow bigint NOT NULL,
    owner text,
    chosen boolean NOT NULL,
    heartbeat_at bigint,
    end_step text NOT NULL,
    last_task bigint NOT NULL,
    named_tasks bigint NOT NULL,
    failing boolean NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX service_runs_by_flow ON spinloom.service_runs (flow, run);
CREATE INDEX service_runs_failing ON spinloom.service_runs (run) WHERE failing;

CREATE TABLE spinloom.service_steps (
    run bigint NOT NULL,
    step text NOT NULL,
    id bigint NOT NULL,
    owner text,
    created_at bigint NOT NULL,
    PRIMARY KEY (run, step)
);

CREATE TABLE spinloom.service_tasks (
    run bigint NOT NULL,
    task bigint NOT NULL,
    step text NOT NULL,
    name text,
    owner text,
    created_at bigint NOT NULL,
    heartbeat_at bigint,
    PRIMARY KEY (run, task)
);
CREATE INDEX service_tasks_by_step ON spinloom.service_tasks (run, step, task);
CREATE UNIQUE INDEX service_tasks_by_name ON spinloom.service_tasks (run, step, name) WHERE name IS NOT NULL;

CREATE TABLE spinloom.service_metadata (
    run bigint NOT NULL,
    task bigint NOT NULL,
    id bigint NOT NULL,
    created_at bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (run, task, id)
);

CREATE TABLE spinloom.service_artifacts (
    run bigint NOT NULL,
    task bigint NOT NULL,
    attempt bigint NOT NULL,
    id bigint NOT NULL,
    created_at bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (run, task, attempt, id)
);

-- The last number given to a step, a datum or an artifact.
CREATE TABLE spinloom.service_ids (
    one boolean PRIMARY KEY CHECK (one),
    last bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO spinloom.service_ids VALUES (true, 0);
