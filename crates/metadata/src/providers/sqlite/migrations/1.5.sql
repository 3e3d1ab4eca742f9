-- The last write of each writer to each run, of writers that may ask twice: a repetition of it does nothing.
CREATE TABLE writers (
    writer TEXT NOT NULL,
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (writer, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX writers_by_run ON writers (run);
