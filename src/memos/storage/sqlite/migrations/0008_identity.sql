-- Tenants and API keys: see `Keyring`. Of a secret there is only a digest.
CREATE TABLE tenants (
    name        TEXT PRIMARY KEY,
    created_at  INTEGER NOT NULL,
    memories    INTEGER,             -- the quota; NULL: no limit
    bytes       INTEGER,
    model_calls INTEGER
) STRICT, WITHOUT ROWID;

INSERT INTO tenants (name, created_at) VALUES ('default', unixepoch() * 1000000);

CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenants (name),
    name       TEXT NOT NULL,
    rights     TEXT NOT NULL,        -- words with a space between them
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    user_id    TEXT,
    agent_id   TEXT,
    cube_id    TEXT,
    rate       INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER,
    digest     BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX api_keys_of_tenant ON api_keys (tenant, created_at, id);

-- Who did what, as a chain: see `AuditLog`.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    tenant  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    before  TEXT NOT NULL,
    digest  TEXT NOT NULL
) STRICT;

CREATE INDEX audit_of_tenant ON audit (tenant, number);

-- The last entry a second time: without it nobody would see that the tail was cut off.
CREATE TABLE audit_end (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    tenant  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    before  TEXT NOT NULL,
    digest  TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- INSERT OR REPLACE removes rows without asking the trigger above.
CREATE TRIGGER audit_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
