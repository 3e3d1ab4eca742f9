-- Times are microseconds since the Unix epoch. Counts of a step are maintained by the writer, never derived. JSON is text: what was
-- written is read, byte for byte.

CREATE TABLE spinloom.store (
    one boolean PRIMARY KEY CHECK (one),
    major integer NOT NULL,
    minor integer NOT NULL,
    name text NOT NULL
);
INSERT INTO spinloom.store VALUES (true, 1, 0, left(replace(gen_random_uuid()::text, '-', ''), 16));

-- The number of the last write, taken by each write as its last act but one: it holds the row until it is committed, so that numbers
-- are in the order in which writes can be seen.
CREATE TABLE spinloom.feed (
    one boolean PRIMARY KEY CHECK (one),
    seq bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO spinloom.feed VALUES (true, 0);

CREATE TABLE spinloom.flows (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    created_at bigint NOT NULL,
    last_deleted bigint NOT NULL DEFAULT 0
);

-- Graphs, each kept once: the runs of an unchanged flow share one. `last_step` is the step runs end with.
CREATE TABLE spinloom.graphs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    last_step text NOT NULL,
    body text NOT NULL
);

-- `id` is when the run was made, or the next free number after it: newest first is `id DESC`. `number` is the name, where it is a
-- plain number.
CREATE TABLE spinloom.runs (
    id bigint PRIMARY KEY,
    flow bigint NOT NULL,
    name text NOT NULL,
    number bigint,
    status text NOT NULL,
    owner text NOT NULL,
    origin text,
    created_at bigint NOT NULL,
    finished_at bigint,
    heartbeat_at bigint NOT NULL,
    graph bigint NOT NULL,
    info text NOT NULL,
    seq bigint NOT NULL,
    UNIQUE (flow, name)
) WITH (fillfactor = 80);
CREATE INDEX runs_by_flow ON spinloom.runs (flow, id);
CREATE INDEX runs_by_status ON spinloom.runs (flow, status, id);
CREATE UNIQUE INDEX runs_by_number ON spinloom.runs (flow, number) WHERE number IS NOT NULL;
CREATE INDEX runs_by_origin ON spinloom.runs (flow, origin) WHERE origin IS NOT NULL;
CREATE INDEX runs_by_seq ON spinloom.runs (seq);

-- Runs that were deleted, until one of the same name is made.
CREATE TABLE spinloom.deleted_runs (
    flow bigint NOT NULL,
    name text NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (flow, name)
);
CREATE INDEX deleted_by_seq ON spinloom.deleted_runs (seq);

CREATE TABLE spinloom.tags (
    flow bigint NOT NULL,
    tag text NOT NULL,
    run bigint NOT NULL,
    system boolean NOT NULL,
    PRIMARY KEY (flow, tag, run)
);
CREATE INDEX tags_by_run ON spinloom.tags (run);

-- Who leads a run that several drivers share; a run that has one driver has no row.
CREATE TABLE spinloom.leaders (
    run bigint PRIMARY KEY,
    identifier text NOT NULL,
    term bigint NOT NULL,
    at bigint NOT NULL
);

-- The last write of each writer to each run: a repetition of it does nothing.
CREATE TABLE spinloom.writers (
    writer text NOT NULL,
    run bigint NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (writer, run)
);
CREATE INDEX writers_by_run ON spinloom.writers (run);

-- `number` counts the steps of a run, in the order they began.
CREATE TABLE spinloom.steps (
    run bigint NOT NULL,
    number integer NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    tasks bigint NOT NULL,
    running bigint NOT NULL,
    done bigint NOT NULL,
    failed bigint NOT NULL,
    adopted bigint NOT NULL,
    PRIMARY KEY (run, number)
);

-- The state of a task. `indices` and `parents` are lists such as `5-1004`. Why it failed is with its latest attempt.
CREATE TABLE spinloom.tasks (
    run bigint NOT NULL,
    task bigint NOT NULL,
    step integer NOT NULL,
    indices text NOT NULL,
    status text NOT NULL,
    attempt bigint NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    parents text NOT NULL,
    transition text,
    manifest text,
    origin_run text,
    origin_task bigint,
    seq bigint NOT NULL,
    PRIMARY KEY (run, task)
);
CREATE INDEX tasks_by_step ON spinloom.tasks (run, step, task);
CREATE INDEX tasks_by_seq ON spinloom.tasks (run, seq);

CREATE TABLE spinloom.attempts (
    run bigint NOT NULL,
    task bigint NOT NULL,
    attempt bigint NOT NULL,
    status text NOT NULL,
    pid integer NOT NULL,
    started_at bigint NOT NULL,
    finished_at bigint,
    manifest text,
    failure text,
    cpu_us bigint NOT NULL,
    max_rss_kib bigint NOT NULL,
    PRIMARY KEY (run, task, attempt)
);
