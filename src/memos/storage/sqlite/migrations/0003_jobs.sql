-- What is done on a schedule: where each job stands, for all processes of the home.
CREATE TABLE jobs (
    name         TEXT PRIMARY KEY,
    next_at      INTEGER,                    -- null: nothing is planned
    epoch        INTEGER NOT NULL DEFAULT 0, -- rises with each lease
    owner        TEXT,
    leased_until INTEGER NOT NULL DEFAULT 0,
    last         TEXT                        -- the last result, as JSON
) STRICT, WITHOUT ROWID;
