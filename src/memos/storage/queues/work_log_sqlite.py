"""The work log in SQLite: one for all processes of a home."""

from __future__ import annotations

import json
from collections.abc import Mapping

import apsw

from memos.contracts.work_log import WorkLog
from memos.model.time import Clock, Instant
from memos.model.work import OUTCOMES, WorkerReport
from memos.storage.queues.work_log_memory import news
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import Row, every, one

_COLUMNS = "owner, pid, host, started_at, running, counts, seen_at"
_READ = f"SELECT {_COLUMNS} FROM workers"
WRITE = f"INSERT OR REPLACE INTO workers ({_COLUMNS}) VALUES (?,?,?,?,?,?,?)"
COUNT = """
INSERT INTO work_totals (outcome, count) VALUES (?1, ?2)
ON CONFLICT (outcome) DO UPDATE SET count=count+?2"""

SPEND = """
INSERT INTO spending (tenant, day, name, amount) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (tenant, day, name) DO UPDATE SET amount=amount+?4"""


class SqliteWorkLog(WorkLog):
    """Over the shared `Database`; reports are stamped by `clock`, one machine's own."""

    needs_loop = False

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def report(self, worker: WorkerReport) -> None:
        def job(cursor: apsw.Cursor) -> None:
            now = self._clock.now()
            row = one(cursor, f"{_READ} WHERE owner=?", (worker.owner,))
            last = None if row is None else _report(row)
            for outcome, count in news(worker, last).items():
                if count:
                    cursor.execute(COUNT, (outcome, count))
            counts = json.dumps(dict(worker.counts))
            values = (worker.owner, worker.pid, worker.host, worker.started_at, worker.running)
            cursor.execute(WRITE, (*values, counts, now))
            cursor.execute("DELETE FROM workers WHERE seen_at <= ?", (now - self.FORGOTTEN,))

        await self._database.write(job)

    async def leave(self, owner: str) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cursor.execute("DELETE FROM workers WHERE owner=?", (owner,))

        await self._database.write(job)

    async def workers(self) -> list[WorkerReport]:
        since = self._clock.now() - self.LATELY

        def job(cursor: apsw.Cursor) -> list[WorkerReport]:
            rows = every(cursor, f"{_READ} WHERE seen_at > ? ORDER BY owner", (since,))
            return [_report(row) for row in rows]

        return await self._database.read(job)

    async def spend(self, tenant: str, day: str, amounts: Mapping[str, int]) -> None:
        def job(cursor: apsw.Cursor) -> None:
            for name, amount in amounts.items():
                if amount:
                    cursor.execute(SPEND, (tenant, day, name, amount))

        await self._database.write(job)

    async def spent(self, tenant: str, day: str) -> Mapping[str, int]:
        def job(cursor: apsw.Cursor) -> dict[str, int]:
            sql = "SELECT name, amount FROM spending WHERE tenant=? AND day=?"
            return {str(name): int(amount) for name, amount in every(cursor, sql, (tenant, day))}

        return await self._database.read(job)

    async def totals(self) -> Mapping[str, int]:
        def job(cursor: apsw.Cursor) -> dict[str, int]:
            counts: dict[str, int] = dict(every(cursor, "SELECT outcome, count FROM work_totals"))
            return {outcome: counts.get(outcome, 0) for outcome in OUTCOMES}

        return await self._database.read(job)


def _report(row: Row) -> WorkerReport:
    owner, pid, host, started_at, running, counts, seen_at = row
    told = json.loads(counts)
    return WorkerReport(owner, pid, host, Instant(started_at), running, told, Instant(seen_at))
