-- Named numbers of a cube that commits move along: see `Mark`.
CREATE TABLE marks (
    cube  INTEGER NOT NULL REFERENCES cubes,
    name  TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (cube, name)
) STRICT, WITHOUT ROWID;
