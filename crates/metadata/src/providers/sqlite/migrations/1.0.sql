-- Times are microseconds since the Unix epoch. Counts of a step are maintained by the writer, never derived.

CREATE TABLE flows (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- Graphs, each kept once: the runs of an unchanged flow share one.
CREATE TABLE graphs (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT;

-- `id` is when the run was made, or the next free number after it: newest first is `id DESC`. `number` is the name, where it
-- is a plain number.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    flow INTEGER NOT NULL REFERENCES flows,
    name TEXT NOT NULL,
    number INTEGER,
    status TEXT NOT NULL,
    user TEXT NOT NULL,
    origin TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    heartbeat_at INTEGER NOT NULL,
    graph INTEGER NOT NULL REFERENCES graphs,
    info TEXT NOT NULL,
    UNIQUE (flow, name)
) STRICT;
CREATE INDEX runs_by_flow ON runs (flow);
CREATE INDEX runs_by_status ON runs (flow, status);
CREATE UNIQUE INDEX runs_by_number ON runs (flow, number) WHERE number IS NOT NULL;

CREATE TABLE tags (
    flow INTEGER NOT NULL,
    tag TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs,
    system INTEGER NOT NULL,
    PRIMARY KEY (flow, tag, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_run ON tags (run, system, tag);

CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    tasks INTEGER NOT NULL DEFAULT 0,
    running INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    adopted INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run, name)
) STRICT;

-- The state of a task. `indices` and `parents` are lists such as `5-1004`. Why it failed is with its latest attempt.
-- No foreign keys here and below: they would double the cost of the busiest writes.
CREATE TABLE tasks (
    run INTEGER NOT NULL,
    task INTEGER NOT NULL,
    step INTEGER NOT NULL,
    indices TEXT NOT NULL,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    parents TEXT NOT NULL,
    transition TEXT,
    manifest TEXT,
    origin_run TEXT,
    origin_task INTEGER,
    PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_by_step ON tasks (run, step, task);

CREATE TABLE attempts (
    run INTEGER NOT NULL,
    task INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    manifest TEXT,
    failure TEXT,
    cpu_us INTEGER NOT NULL DEFAULT 0,
    max_rss_kib INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, task, attempt)
) STRICT, WITHOUT ROWID;
