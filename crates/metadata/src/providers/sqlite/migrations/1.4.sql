-- What clients of Metaflow's metadata service record, word for word, where the tables of runs and tasks have no place for it.
-- What is posted together is one row. `task` is the number of the task everywhere; `name` its id, where that is text.

CREATE TABLE service_flows (
    flow INTEGER PRIMARY KEY REFERENCES flows,
    user TEXT,
    created_at INTEGER NOT NULL,
    tags TEXT NOT NULL,
    system_tags TEXT NOT NULL
) STRICT;

CREATE TABLE service_runs (
    run INTEGER PRIMARY KEY REFERENCES runs,
    flow INTEGER NOT NULL,
    user TEXT,
    chosen INTEGER NOT NULL,
    heartbeat_at INTEGER,
    end_step TEXT NOT NULL DEFAULT 'end',
    last_task INTEGER NOT NULL DEFAULT 0,
    named_tasks INTEGER NOT NULL DEFAULT 0,
    failing INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX service_runs_by_flow ON service_runs (flow, run);
CREATE INDEX service_runs_failing ON service_runs (run) WHERE failing = 1;

CREATE TABLE service_steps (
    run INTEGER NOT NULL,
    step TEXT NOT NULL,
    id INTEGER NOT NULL,
    user TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_tasks (
    run INTEGER NOT NULL,
    task INTEGER NOT NULL,
    step TEXT NOT NULL,
    name TEXT,
    user TEXT,
    created_at INTEGER NOT NULL,
    heartbeat_at INTEGER,
    PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_tasks_by_step ON service_tasks (run, step, task);
CREATE UNIQUE INDEX service_tasks_by_name ON service_tasks (run, step, name) WHERE name IS NOT NULL;

CREATE TABLE service_metadata (
    run INTEGER NOT NULL,
    task INTEGER NOT NULL,
    id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, task, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_artifacts (
    run INTEGER NOT NULL,
    task INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, task, attempt, id)
) STRICT, WITHOUT ROWID;

-- The last number given to a step, a datum or an artifact.
CREATE TABLE service_ids (last INTEGER NOT NULL) STRICT;
INSERT INTO service_ids (last) VALUES (0);
