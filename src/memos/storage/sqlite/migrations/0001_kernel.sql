-- Ids of memos are 16-byte UUIDs, times UTC microseconds, conversation '' means none.
-- TEXT compares by bytes (BINARY): two ids are the same only if their code points are.

CREATE TABLE cubes (
    key        INTEGER PRIMARY KEY,
    tenant     TEXT NOT NULL,
    cube_id    TEXT NOT NULL,
    owner      TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seq        INTEGER NOT NULL,           -- commits so far
    epoch      INTEGER NOT NULL DEFAULT 0, -- how often its indexes were thrown away
    UNIQUE (tenant, cube_id)
) STRICT;
CREATE INDEX cubes_by_owner ON cubes (tenant, owner);

CREATE TABLE grants (
    cube       INTEGER NOT NULL REFERENCES cubes,
    principal  TEXT NOT NULL,
    role       TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    granted_by TEXT NOT NULL,
    PRIMARY KEY (cube, principal)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_principal ON grants (principal, cube);

CREATE TABLE messages (
    key          INTEGER PRIMARY KEY,
    id           BLOB NOT NULL,
    cube         INTEGER NOT NULL REFERENCES cubes,
    conversation TEXT NOT NULL,
    message_id   TEXT NOT NULL,
    ordinal      INTEGER NOT NULL,
    role         TEXT NOT NULL,
    name         TEXT,
    content      TEXT NOT NULL,
    said_at      INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    user_id      TEXT,
    agent_id     TEXT,
    app_id       TEXT,
    visibility   TEXT NOT NULL,
    trust        INTEGER NOT NULL,
    metadata     TEXT,
    echo         INTEGER NOT NULL,
    forgotten    INTEGER NOT NULL DEFAULT 0,
    seq          INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_by_name ON messages (cube, conversation, message_id);
CREATE UNIQUE INDEX messages_by_place ON messages (cube, conversation, ordinal);
CREATE UNIQUE INDEX messages_by_id ON messages (id);

CREATE TABLE memories (
    id          BLOB PRIMARY KEY,
    cube        INTEGER NOT NULL REFERENCES cubes,
    state       TEXT NOT NULL,
    tainted     INTEGER NOT NULL DEFAULT 0,
    changed_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    key           INTEGER PRIMARY KEY,
    memory        BLOB NOT NULL REFERENCES memories,
    version       INTEGER NOT NULL,
    cube          INTEGER NOT NULL REFERENCES cubes,
    kind          TEXT NOT NULL,
    content       TEXT NOT NULL,
    user_id       TEXT,
    agent_id      TEXT,
    app_id        TEXT,
    conversation  TEXT NOT NULL,
    ordinal       INTEGER,
    chunk         INTEGER NOT NULL,
    role          TEXT,
    name          TEXT,
    labels        TEXT,
    metadata      TEXT,
    sources       TEXT,
    visibility    TEXT NOT NULL,
    trust         INTEGER NOT NULL,
    importance    REAL NOT NULL,
    said_at       INTEGER,
    valid_from    INTEGER,
    valid_to      INTEGER,
    recorded_at   INTEGER NOT NULL,
    recorded_by   TEXT NOT NULL,
    superseded_at INTEGER,
    seq           INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX versions_by_memory ON versions (memory, version);
CREATE INDEX versions_by_seq ON versions (cube, seq);
CREATE INDEX versions_by_kind ON versions (cube, kind) WHERE kind <> 'episode';

-- What happened to memories besides their versions: forgotten, tainted. Together with
-- versions_by_seq this is the change log of a cube.
CREATE TABLE events (
    key     INTEGER PRIMARY KEY,
    memory  BLOB NOT NULL REFERENCES memories,
    event   TEXT NOT NULL,
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    cube    INTEGER NOT NULL REFERENCES cubes,
    seq     INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_memory ON events (memory);
CREATE INDEX events_by_seq ON events (cube, seq);

CREATE TABLE derivations (
    source         BLOB NOT NULL,
    source_version INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    ref            TEXT NOT NULL,
    PRIMARY KEY (source, source_version, kind, ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant       TEXT NOT NULL,
    cube         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    lane         TEXT NOT NULL,
    priority     INTEGER NOT NULL,
    payload      TEXT,
    state        TEXT NOT NULL,
    tries        INTEGER NOT NULL,
    epoch        INTEGER NOT NULL,
    owner        TEXT,
    leased_until INTEGER,
    due_at       INTEGER NOT NULL,
    enqueued_at  INTEGER NOT NULL,
    error        TEXT
) STRICT;
CREATE INDEX outbox_by_turn ON outbox (state, priority, id);
CREATE INDEX outbox_by_key ON outbox (tenant, cube, subject, lane, state);

-- What segments are made of, kept so that a text is taken apart once: 8 bytes for each term in
-- order, marked names, one a line, and cues as bits. Rows may be missing, and are never the truth.
CREATE TABLE terms (
    version INTEGER PRIMARY KEY,
    words   BLOB NOT NULL,
    names   TEXT NOT NULL,
    cues    INTEGER NOT NULL
) STRICT;

-- Vector spaces, see `Generation`: one row for the whole home, whichever cubes use it.
CREATE TABLE generations (
    key        INTEGER PRIMARY KEY,
    model      TEXT NOT NULL,
    dimension  INTEGER NOT NULL,
    normalised INTEGER NOT NULL,
    UNIQUE (model, dimension, normalised)
) STRICT;

-- Directions in int8, a byte for each number: the scale follows from the unit length. A key is
-- never given twice, so what has come since a segment looked has a greater one.
CREATE TABLE vectors (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    cube       INTEGER NOT NULL REFERENCES cubes,
    generation INTEGER NOT NULL REFERENCES generations,
    version    INTEGER NOT NULL REFERENCES versions,
    seq        INTEGER NOT NULL,           -- the commit that the version was read at
    vector     BLOB NOT NULL
) STRICT;
CREATE INDEX vectors_by_cube ON vectors (cube, generation); -- and by key, as in every index
CREATE UNIQUE INDEX vectors_by_version ON vectors (version, generation);

-- Tokens of a vector, apart from it, so that reading vectors reads no tokens.
CREATE TABLE tokens (
    vector  INTEGER PRIMARY KEY REFERENCES vectors,
    content BLOB NOT NULL
) STRICT;

CREATE TABLE hot (
    tenant     TEXT NOT NULL,
    cube       TEXT NOT NULL,
    memory     TEXT NOT NULL,
    strength   REAL NOT NULL,
    touched_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, cube, memory)
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
    tenant  TEXT NOT NULL,
    digest  TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, digest)
) STRICT;
