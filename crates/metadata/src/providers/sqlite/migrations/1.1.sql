-- Who leads a run that several drivers share; a run that has one driver has no row.
CREATE TABLE leaders (
    run INTEGER PRIMARY KEY REFERENCES runs,
    identifier TEXT NOT NULL,
    term INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
