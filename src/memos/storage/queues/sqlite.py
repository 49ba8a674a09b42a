"""The outbox in SQLite: embedded, it is the queue itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

import apsw

from memos.contracts.outbox import Outbox
from memos.errors import NotFound
from memos.model.scope import SystemScope
from memos.model.task import Backlog, Lane, Lease, Load, Pause, Priority, Share, Task, TaskState
from memos.model.time import Clock, Instant, instant
from memos.model.work import TaskCount
from memos.storage.queues.sqlite_claims import NEXT_DUE, Claim, as_json, claim, loads, pauses
from memos.storage.queues.sqlite_turns import COLUMNS, enqueue, finish, retake, task_of
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import Row, every, one
from memos.storage.sqlite.reach import marks

REPLAY = """
UPDATE outbox SET state='waiting', tries=0, lost=0, due_at=?2
WHERE state='dead' AND (?1 IS NULL OR tenant=?1)
    AND (?3 IS NULL OR id IN (SELECT value FROM json_each(?3)))
RETURNING id, tenant, cube, subject, lane"""

BACKLOG = """
SELECT state, count(*), min(enqueued_at) FROM outbox
WHERE (?1 IS NULL OR tenant=?1) AND (?2 IS NULL OR kind IN (SELECT value FROM json_each(?2)))
GROUP BY state"""

CENSUS = """
SELECT tenant, kind, lane, priority, state, count(*), min(enqueued_at) FROM outbox
WHERE (?1 IS NULL OR tenant=?1)
GROUP BY tenant, kind, lane, priority, state ORDER BY tenant, kind, lane, priority, state"""

HOLD = f"""
UPDATE outbox SET owner=?2, leased_until=?3, tries=tries+?4, begun=max(begun, ?4)
WHERE state='running' AND (NOT ?4 OR NOT begun) AND (id, epoch) IN (
    SELECT value->>0, value->>1 FROM json_each(?1))
RETURNING {COLUMNS}"""

RELEASE = """
UPDATE outbox SET state='waiting', tries=tries-begun, begun=0, owner=NULL, leased_until=NULL
WHERE state='running' AND (id, epoch) IN (SELECT value->>0, value->>1 FROM json_each(?1))
RETURNING id, tenant, cube, subject, lane"""

_BURY = """
UPDATE outbox SET state='dead', owner=NULL, leased_until=NULL, begun=0, turn=0, error=?
WHERE {} RETURNING id, tenant, cube, subject, lane"""
HELD = "id=? AND epoch=? AND state='running'"
RETRY = f"""
UPDATE outbox SET state='waiting', owner=NULL, leased_until=NULL, begun=0, error=?, due_at=?
WHERE {HELD} RETURNING id, tenant, cube, subject, lane"""
BURY = _BURY.format(HELD)
CANCEL = _BURY.format("id=? AND state IN ('waiting', 'running')")


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

    async def loads(self, kinds: Sequence[str] | None = None) -> list[Load]:
        now, wanted = self._clock.now(), as_json(kinds)
        return await self._database.read(lambda cursor: loads(cursor, now, wanted))

    async def claim(
        self,
        owner: str,
        limit: int,
        lease_us: int,
        kinds: Sequence[str] | None = None,
        shares: Sequence[Share] | None = None,
        *,
        begin: bool = True,
    ) -> list[Task]:
        now = self._clock.now()
        until = Instant(now + lease_us)
        wanted = Claim(owner, limit, now, until, as_json(kinds), shares, begin)
        return await self._database.write(lambda cursor: claim(cursor, wanted))

    async def hold(
        self, leases: Sequence[Lease], owner: str, lease_us: int, *, begin: bool = False
    ) -> list[Task]:
        values = (_named(leases), owner, self._clock.now() + lease_us, int(begin))

        def job(cursor: apsw.Cursor) -> list[Task]:
            return [task_of(row) for row in every(cursor, HOLD, values)]

        return sorted(await self._database.write(job), key=lambda task: task.id)

    async def complete(self, tasks: Sequence[Task]) -> list[Task]:
        leases = [task.lease for task in tasks]
        done = await self._database.write(lambda cursor: finish(cursor, leases))
        return [task for task in tasks if task.id not in done]

    async def release(self, tasks: Sequence[Task]) -> None:
        named = _named([task.lease for task in tasks])

        def job(cursor: apsw.Cursor) -> None:
            retake(cursor, [row[1:] for row in every(cursor, RELEASE, (named,))])

        await self._database.write(job)

    async def retry(self, task: Task, error: str, due_at: Instant) -> bool:
        return await self._returned(RETRY, error, due_at, *task.lease)

    async def bury(self, task: Task, error: str) -> bool:
        return await self._returned(BURY, error, *task.lease)

    async def _returned(self, sql: str, *values: object) -> bool:
        def job(cursor: apsw.Cursor) -> bool:
            rows = every(cursor, sql, values)
            retake(cursor, [row[1:] for row in rows])
            return bool(rows)

        return await self._database.write(job)

    async def cancel(self, scope: SystemScope, task_ids: Sequence[int], reason: str) -> int:
        chosen = list(dict.fromkeys(task_ids))

        def job(cursor: apsw.Cursor) -> int:
            for task_id in chosen:
                if _stored(cursor, scope, task_id) is None:
                    raise NotFound("task", str(task_id))
            rows = [row for one in chosen for row in every(cursor, CANCEL, (reason, one))]
            retake(cursor, [row[1:] for row in rows])
            return len(rows)

        return await self._database.write(job)

    async def task(self, scope: SystemScope, task_id: int) -> Task | None:
        def job(cursor: apsw.Cursor) -> Task | None:
            found = _stored(cursor, scope, task_id)
            if found is not None:
                return found
            given = one(cursor, "SELECT seq FROM sqlite_sequence WHERE name='outbox'")
            foreign = one(cursor, "SELECT 1 FROM outbox WHERE id=?", (task_id,))
            if foreign is not None or given is None or not 0 < task_id <= given[0]:
                raise NotFound("task", str(task_id))
            return None

        return await self._database.read(job)

    async def pause(self, pause: Pause) -> None:
        values = (pause.tenant or "", pause.kind or "")
        sql = "INSERT OR IGNORE INTO pauses (tenant, kind) VALUES (?, ?)"
        await self._database.write(lambda cursor: every(cursor, sql, values))

    async def resume(self, pause: Pause) -> bool:
        values = (pause.tenant or "", pause.kind or "")
        sql = "DELETE FROM pauses WHERE tenant=? AND kind=? RETURNING 1"
        return bool(await self._database.write(lambda cursor: every(cursor, sql, values)))

    async def pauses(self) -> list[Pause]:
        return await self._database.read(pauses)

    async def dead(self, scope: SystemScope, limit: int) -> list[Task]:
        def job(cursor: apsw.Cursor) -> list[Task]:
            rows = every(
                cursor,
                f"SELECT {COLUMNS} FROM outbox WHERE state='dead' AND (?1 IS NULL OR tenant=?1)"
                " ORDER BY id LIMIT ?2",
                (scope.tenant, limit),
            )
            return [task_of(row) for row in rows]

        return await self._database.read(job)

    async def hasten(self, scope: SystemScope, kinds: Sequence[str]) -> int:
        sql = f"""UPDATE outbox SET due_at=? WHERE state='waiting' AND due_at > ?
            AND (? IS NULL OR tenant=?) AND kind IN ({marks(len(kinds))}) RETURNING id"""
        now, tenant = self._clock.now(), scope.tenant
        values = (now, now, tenant, tenant, *kinds)
        return len(await self._database.write(lambda cursor: every(cursor, sql, values)))

    async def replay(self, scope: SystemScope, task_ids: Sequence[int] | None = None) -> int:
        now = self._clock.now()
        chosen = None if task_ids is None else list(dict.fromkeys(task_ids))

        def job(cursor: apsw.Cursor) -> int:
            named = None if chosen is None else json.dumps(chosen)
            rows = every(cursor, REPLAY, (scope.tenant, now, named))
            retake(cursor, [row[1:] for row in rows])
            found = {row[0] for row in rows}
            for task_id in chosen or ():
                if task_id not in found:
                    raise NotFound("task", str(task_id))
            return len(found)

        return await self._database.write(job)

    async def backlog(self, scope: SystemScope, kinds: Sequence[str] | None = None) -> Backlog:
        wanted = as_json(kinds)

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

    async def census(self, scope: SystemScope) -> list[TaskCount]:
        def job(cursor: apsw.Cursor) -> list[TaskCount]:
            return [_counted(row) for row in every(cursor, CENSUS, (scope.tenant,))]

        return await self._database.read(job)

    async def next_due(self) -> Instant | None:
        def job(cursor: apsw.Cursor) -> Instant | None:
            row = one(cursor, NEXT_DUE)
            return instant(row[0]) if row else None

        return await self._database.read(job)

    def stamp(self) -> object:
        return self._database.stamp()


def _counted(row: Row) -> TaskCount:
    tenant, kind, lane, priority, state, count, oldest = row
    sort = Lane(lane), Priority(priority), TaskState(state)
    return TaskCount(tenant, kind, *sort, count, Instant(oldest))


def _named(leases: Sequence[Lease]) -> str:
    return json.dumps([(lease.task_id, lease.epoch) for lease in leases])


def _stored(cursor: apsw.Cursor, scope: SystemScope, task_id: int) -> Task | None:
    sql = f"SELECT {COLUMNS} FROM outbox WHERE id=?1 AND (?2 IS NULL OR tenant=?2)"
    row = one(cursor, sql, (task_id, scope.tenant))
    return None if row is None else task_of(row)
