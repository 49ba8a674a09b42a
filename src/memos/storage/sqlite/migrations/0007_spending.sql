-- What tenants used of what costs money, by day: see `WorkLog`.
CREATE TABLE spending (
    tenant TEXT NOT NULL,
    day    TEXT NOT NULL,
    name   TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (tenant, day, name)
) STRICT, WITHOUT ROWID;
