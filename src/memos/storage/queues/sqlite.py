"""The outbox in SQLite: embedded, it is the queue itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import apsw

from memos.contracts.outbox import Outbox
from memos.errors import NotFound
from memos.model.scope import SystemScope
from memos.model.task import Backlog, Lane, Priority, Task, TaskState
from memos.model.time import Clock, Instant, instant
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one

COLUMNS = """id, tenant, cube, kind, subject, lane, priority, payload, state, tries, epoch, owner,
    leased_until, due_at, enqueued_at, error"""

# Of one key a single task runs at a time, and of those that wait the oldest is next. One
# whose lease is over comes before them: it has begun. Dead letters stand aside.
_IN_TURN = """NOT EXISTS (
    SELECT 1 FROM outbox o WHERE o.tenant=t.tenant AND o.cube=t.cube AND o.subject=t.subject
        AND o.lane=t.lane AND o.id <> t.id
        AND (o.state='running' OR (o.state='waiting' AND t.state='waiting' AND o.id < t.id)))"""

CLAIM = f"""
UPDATE outbox SET state='running', tries=tries+1, epoch=epoch+1, owner=?1, leased_until=?2
WHERE id IN (
    SELECT t.id FROM outbox t
    WHERE ((t.state='waiting' AND t.due_at <= ?3) OR (t.state='running' AND t.leased_until <= ?3))
        AND (?5 IS NULL OR t.kind IN (SELECT value FROM json_each(?5)))
        AND {_IN_TURN}
    ORDER BY t.priority, t.id LIMIT ?4)
RETURNING {COLUMNS}"""

REPLAY = """
UPDATE outbox SET state='waiting', tries=0, due_at=?2
WHERE state='dead' AND (?1 IS NULL OR tenant=?1)
    AND (?3 IS NULL OR id IN (SELECT value FROM json_each(?3)))
RETURNING id"""

BACKLOG = """
SELECT state, count(*), min(enqueued_at) FROM outbox
WHERE (?1 IS NULL OR tenant=?1) AND (?2 IS NULL OR kind IN (SELECT value FROM json_each(?2)))
GROUP BY state"""

ENQUEUE = """
INSERT INTO outbox (tenant, cube, kind, subject, lane, priority, payload, state, tries, epoch,
    due_at, enqueued_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', 0, 0, ?8, ?9
WHERE NOT EXISTS (
    SELECT 1 FROM outbox WHERE tenant=?1 AND cube=?2 AND subject=?4 AND lane=?5
        AND state='waiting' AND kind=?3 AND tries=0)"""


def enqueue(cursor: apsw.Cursor, tasks: Sequence[Task], at: Instant) -> None:
    """Adds tasks inside a transaction; equal waiting ones coalesce."""
    for task in tasks:
        payload = json.dumps(dict(task.payload)) if task.payload else None
        cursor.execute(
            ENQUEUE,
            (
                task.tenant, task.cube_id, task.kind, task.subject, task.lane.value,
                int(task.priority), payload, task.due_at, at,
            ),
        )  # fmt: skip


class SqliteOutbox(Outbox):
    """Over the shared `Database`; leases run by `clock`, one machine's own."""

    needs_loop = False

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def enqueue(self, tasks: Sequence[Task]) -> None:
        at = self._clock.now()
        await self._database.write(lambda cursor: enqueue(cursor, tasks, at))

    async def claim(
        self, owner: str, limit: int, lease_us: int, kinds: Sequence[str] | None = None
    ) -> list[Task]:
        now = self._clock.now()
        wanted = None if kinds is None else json.dumps(list(kinds))

        def job(cursor: apsw.Cursor) -> list[Task]:
            rows = every(cursor, CLAIM, (owner, now + lease_us, now, limit, wanted))
            return sorted((_task(row) for row in rows), key=lambda task: (task.priority, task.id))

        return await self._database.write(job)

    async def extend(self, task: Task, lease_us: int) -> bool:
        until = self._clock.now() + lease_us
        return await self._fenced("UPDATE outbox SET leased_until=? WHERE", task, until)

    async def complete(self, tasks: Sequence[Task]) -> list[Task]:
        def job(cursor: apsw.Cursor) -> list[Task]:
            lost = []
            for task in tasks:
                cursor.execute(f"DELETE FROM outbox WHERE {HELD}", (task.id, task.epoch))
                if cursor.connection.changes() == 0:
                    lost.append(task)
            return lost

        return await self._database.write(job)

    async def retry(self, task: Task, error: str, due_at: Instant) -> bool:
        return await self._fenced(
            "UPDATE outbox SET state='waiting', owner=NULL, leased_until=NULL, error=?, due_at=?"
            " WHERE",
            task,
            error,
            due_at,
        )

    async def bury(self, task: Task, error: str) -> bool:
        return await self._fenced(
            "UPDATE outbox SET state='dead', owner=NULL, leased_until=NULL, error=? WHERE",
            task,
            error,
        )

    async def _fenced(self, sql: str, task: Task, *values: Any) -> bool:
        def job(cursor: apsw.Cursor) -> bool:
            cursor.execute(f"{sql} {HELD}", (*values, task.id, task.epoch))
            return cursor.connection.changes() > 0

        return await self._database.write(job)

    async def dead(self, scope: SystemScope, limit: int) -> list[Task]:
        def job(cursor: apsw.Cursor) -> list[Task]:
            rows = every(
                cursor,
                f"SELECT {COLUMNS} FROM outbox WHERE state='dead' AND (?1 IS NULL OR tenant=?1)"
                " ORDER BY id LIMIT ?2",
                (scope.tenant, limit),
            )
            return [_task(row) for row in rows]

        return await self._database.read(job)

    async def replay(self, scope: SystemScope, task_ids: Sequence[int] | None = None) -> int:
        now = self._clock.now()
        chosen = None if task_ids is None else list(dict.fromkeys(task_ids))

        def job(cursor: apsw.Cursor) -> int:
            named = None if chosen is None else json.dumps(chosen)
            found = {row[0] for row in every(cursor, REPLAY, (scope.tenant, now, named))}
            for task_id in chosen or ():
                if task_id not in found:
                    raise NotFound("task", str(task_id))
            return len(found)

        return await self._database.write(job)

    async def backlog(self, scope: SystemScope, kinds: Sequence[str] | None = None) -> Backlog:
        wanted = None if kinds is None else json.dumps(list(kinds))

        def job(cursor: apsw.Cursor) -> Backlog:
            rows = every(cursor, BACKLOG, (scope.tenant, wanted))
            counts = {state: count for state, count, _ in rows}
            oldest = [since for state, _, since in rows if state != TaskState.DEAD.value]
            return Backlog(
                counts.get("waiting", 0),
                counts.get("running", 0),
                counts.get("dead", 0),
                instant(min(oldest, default=None)),
            )

        return await self._database.read(job)

    async def next_due(self) -> Instant | None:
        def job(cursor: apsw.Cursor) -> Instant | None:
            row = one(
                cursor,
                "SELECT min(CASE t.state WHEN 'waiting' THEN t.due_at ELSE t.leased_until END)"
                f" FROM outbox t WHERE t.state IN ('waiting', 'running') AND {_IN_TURN}",
            )
            return instant(row[0]) if row else None

        return await self._database.read(job)


HELD = "id=? AND epoch=? AND state='running'"


def _task(row: Sequence[Any]) -> Task:
    return Task(
        id=row[0],
        tenant=row[1],
        cube_id=row[2],
        kind=row[3],
        subject=row[4],
        lane=Lane(row[5]),
        priority=Priority(row[6]),
        payload=json.loads(row[7]) if row[7] else {},
        state=TaskState(row[8]),
        tries=row[9],
        epoch=row[10],
        owner=row[11],
        leased_until=instant(row[12]),
        due_at=Instant(row[13]),
        enqueued_at=instant(row[14]),
        error=row[15],
    )
