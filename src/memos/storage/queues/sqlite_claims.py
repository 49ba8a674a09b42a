"""Claims: what is ready, by class and tenant, and taking some of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import apsw

from memos.contracts.outbox import MOST_READY
from memos.model.task import Load, Pause, Priority, Share, Task
from memos.model.time import Instant
from memos.storage.queues.sqlite_turns import COLUMNS, task_of
from memos.storage.sqlite.query import every, one

# Kinds and tenants are JSON lists, or null for all; the former wanted, the latter left out.
_KIND = "(:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))"
_FREE = """NOT EXISTS (SELECT 1 FROM pauses p
    WHERE p.tenant IN ('', outbox.tenant) AND p.kind IN ('', outbox.kind))"""
_READY = f"turn=1 AND ready_at <= :now AND {_KIND} AND {_FREE}"

# A lease that ran out leaves a task behind that somebody had begun, or that was lost on the way.
_CLAIM = f"""
UPDATE outbox SET state='running', epoch=epoch+1, owner=:owner, leased_until=:until,
    tries=tries+:begin, lost=lost+(state='running' AND begun), begun=:begin
WHERE id IN (SELECT id FROM outbox WHERE {{}} AND {_READY} ORDER BY {{}} LIMIT :most)
RETURNING {COLUMNS}"""
CLAIM_SHARE = _CLAIM.format("priority=:priority AND tenant=:tenant", "ready_at, id")
CLAIM_FIRST = _CLAIM.format("1", "priority, ready_at, id")

NEXT_TENANT = """
SELECT priority, tenant FROM outbox WHERE turn=1 AND (priority, tenant) > (?, ?)
ORDER BY priority, tenant LIMIT 1"""
COUNT = f"""
SELECT count(*) FROM (SELECT 1 FROM outbox
    WHERE priority=:priority AND tenant=:tenant AND {_READY} LIMIT :most)"""
RUNNING = """
SELECT tenant, count(*) FROM outbox WHERE state='running' AND leased_until > ? GROUP BY tenant"""
NEXT_DUE = f"""
SELECT ready_at FROM outbox WHERE turn=1 AND ready_at IS NOT NULL AND {_FREE}
ORDER BY ready_at LIMIT 1"""


class Claim(NamedTuple):
    """Who wants how much, until when; `kinds` as JSON."""

    owner: str
    limit: int
    now: Instant
    until: Instant
    kinds: str | None
    shares: Sequence[Share] | None
    begin: bool


def loads(cursor: apsw.Cursor, now: Instant, kinds: str | None) -> list[Load]:
    """See `Outbox.loads`."""
    running: dict[str, int] = dict(every(cursor, RUNNING, (now,)))
    found = []
    for priority, tenant in _tenants(cursor):
        wanted = {"priority": priority, "tenant": tenant, "now": now, "kinds": kinds}
        row = cursor.execute(COUNT, {**wanted, "most": MOST_READY}).fetchone()
        if row and row[0]:
            found.append(Load(tenant, Priority(priority), row[0], running.get(tenant, 0)))
    return found


def _tenants(cursor: apsw.Cursor) -> Iterator[tuple[int, str]]:
    """Classes and tenants with a task in turn, jumping from one to the next."""
    at: tuple[int, str] | None = (-1, "")
    while at is not None:
        row = one(cursor, NEXT_TENANT, at)
        at = None if row is None else (row[0], row[1])
        if at is not None:
            yield at


def claim(cursor: apsw.Cursor, wanted: Claim) -> list[Task]:
    """See `Outbox.claim`."""
    values = {
        "owner": wanted.owner, "now": wanted.now, "until": wanted.until, "kinds": wanted.kinds,
        "begin": int(wanted.begin),
    }  # fmt: skip
    if wanted.shares is None:
        rows = cursor.execute(CLAIM_FIRST, {**values, "most": max(0, wanted.limit)}).fetchall()
        return sorted(map(task_of, rows), key=lambda task: (task.priority, task.id))
    found: list[Task] = []
    for share in wanted.shares:
        most = min(share.most, wanted.limit - len(found))
        if most > 0:
            whose = {"tenant": share.tenant, "priority": int(share.priority), "most": most}
            rows = cursor.execute(CLAIM_SHARE, {**values, **whose}).fetchall()
            found += sorted(map(task_of, rows), key=lambda task: task.id)
    return found


def as_json(kinds: Sequence[str] | None) -> str | None:
    """Kinds for the SQL above."""
    return None if kinds is None else json.dumps(list(kinds))


def pauses(cursor: apsw.Cursor) -> list[Pause]:
    """What is paused."""
    rows = every(cursor, "SELECT tenant, kind FROM pauses ORDER BY tenant, kind")
    return [Pause(tenant or None, kind or None) for tenant, kind in rows]
