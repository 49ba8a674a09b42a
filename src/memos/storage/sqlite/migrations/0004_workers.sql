-- Who works in this home, and what all workers together have done: see `WorkLog`.
CREATE TABLE workers (
    owner      TEXT PRIMARY KEY,
    pid        INTEGER NOT NULL,
    host       TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    running    INTEGER NOT NULL,
    counts     TEXT NOT NULL,    -- as JSON: outcome to number
    seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE work_totals (
    outcome TEXT PRIMARY KEY,
    count   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
