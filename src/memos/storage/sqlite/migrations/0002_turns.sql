-- Of each key (tenant, cube, subject, lane) one open task has its turn: the one that runs, else the
-- oldest that waits. Claims look at those only, so that a long backlog costs them nothing.
ALTER TABLE outbox ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN begun INTEGER NOT NULL DEFAULT 0; -- whether a worker has begun
ALTER TABLE outbox ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN ready_at INTEGER GENERATED ALWAYS AS (
    CASE state WHEN 'running' THEN leased_until ELSE max(due_at, enqueued_at) END) VIRTUAL;
UPDATE outbox SET turn = 1 WHERE state = 'running' OR (state = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM outbox o WHERE o.tenant = outbox.tenant AND o.cube = outbox.cube
        AND o.subject = outbox.subject AND o.lane = outbox.lane
        AND (o.state = 'running' OR (o.state = 'waiting' AND o.id < outbox.id))));
DROP INDEX outbox_by_turn;
CREATE INDEX outbox_by_turn ON outbox (priority, tenant, ready_at, id) WHERE turn = 1;
CREATE INDEX outbox_by_time ON outbox (ready_at) WHERE turn = 1;
CREATE INDEX outbox_by_state ON outbox (state, tenant, kind, enqueued_at);

CREATE TABLE pauses (
    tenant TEXT NOT NULL, -- empty: all
    kind   TEXT NOT NULL, -- empty: all
    PRIMARY KEY (tenant, kind)
) STRICT, WITHOUT ROWID;
