-- The change feed: a write takes the next number of `feed`, and every run and task it touches keeps the number of its last write.
-- Runs from before are numbered in the order they were made; their tasks all have the number 1, which is less than any to come.
CREATE TABLE feed (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO feed (one, seq) SELECT 1, count(*) FROM runs;

ALTER TABLE runs ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET seq = numbered.seq
FROM (SELECT id, row_number() OVER (ORDER BY id) AS seq FROM runs) AS numbered WHERE numbered.id = runs.id;
CREATE UNIQUE INDEX runs_by_seq ON runs (seq);

ALTER TABLE tasks ADD COLUMN seq INTEGER NOT NULL DEFAULT 1;
CREATE INDEX tasks_by_seq ON tasks (run, seq);

-- Runs that were deleted, until one of the same name is made.
CREATE TABLE deleted_runs (
    flow INTEGER NOT NULL,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (flow, name)
) STRICT, WITHOUT ROWID;
