"""The job book in SQLite: one for all processes of a home."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import apsw

from memos.contracts.job_book import JobBook
from memos.model.job import Decision, JobLease, JobResult, JobState
from memos.model.time import Clock, Instant, instant
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import one

PLAN = """
INSERT INTO jobs (name, next_at) VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET next_at=?2 WHERE next_at IS NULL"""

TAKE = """
UPDATE jobs SET epoch=epoch+1, lost=lost+(owner IS NOT NULL), owner=?2, leased_until=?3
WHERE name=?1 AND leased_until <= ?4 AND (NOT ?5 OR next_at <= ?4)
RETURNING epoch, last, lost"""

_HELD = "WHERE name=?1 AND epoch=?2 AND leased_until > ?3 RETURNING 1"
EXTEND = f"UPDATE jobs SET leased_until=?4 {_HELD}"
FINISH = f"UPDATE jobs SET owner=NULL, leased_until=0, lost=0, last=?4, next_at=?5 {_HELD}"


class SqliteJobBook(JobBook):
    """Over the shared `Database`; leases run by `clock`, one machine's own."""

    needs_loop = False

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def plan(self, name: str, next_at: Instant) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cursor.execute(PLAN, (name, next_at))

        await self._database.write(job)

    async def take(
        self, name: str, owner: str, lease_us: int, *, due_only: bool = True
    ) -> JobLease | None:
        def job(cursor: apsw.Cursor) -> JobLease | None:
            now = self._clock.now()
            if not due_only:
                cursor.execute("INSERT OR IGNORE INTO jobs (name) VALUES (?)", (name,))
            row = one(cursor, TAKE, (name, owner, now + lease_us, now, int(due_only)))
            return None if row is None else JobLease(name, row[0], _result(row[1]), row[2])

        return await self._database.write(job)

    async def extend(self, lease: JobLease, lease_us: int) -> bool:
        def job(cursor: apsw.Cursor) -> bool:
            now = self._clock.now()
            return one(cursor, EXTEND, (lease.name, lease.epoch, now, now + lease_us)) is not None

        return await self._database.write(job)

    async def finish(self, lease: JobLease, result: JobResult, next_at: Instant) -> bool:
        told = json.dumps(asdict(result), ensure_ascii=False)

        def job(cursor: apsw.Cursor) -> bool:
            values = (lease.name, lease.epoch, self._clock.now(), told, next_at)
            return one(cursor, FINISH, values) is not None

        return await self._database.write(job)

    async def states(self, names: Sequence[str]) -> list[JobState]:
        def job(cursor: apsw.Cursor) -> list[JobState]:
            now = self._clock.now()
            return [_state(cursor, name, now) for name in names]

        return await self._database.read(job)


def _state(cursor: apsw.Cursor, name: str, now: Instant) -> JobState:
    row = one(cursor, "SELECT next_at, owner, leased_until, last FROM jobs WHERE name=?", (name,))
    if row is None:
        return JobState(name)
    running = row[2] > now
    owner = row[1] if running else None
    return JobState(name, instant(row[0]), running, owner, _result(row[3]))


def _result(text: str | None) -> JobResult | None:
    """A result from what `finish` has written."""
    if text is None:
        return None
    fields = json.loads(text)
    for moment in ("started_at", "ended_at"):
        fields[moment] = Instant(fields[moment])
    fields["decisions"] = tuple(Decision(**each) for each in fields["decisions"])
    return JobResult(**fields)
