"""The audit log in SQLite: one chain for all processes of a home."""

from __future__ import annotations

import apsw

from memos.contracts.audit_log import AuditLog
from memos.governance.chain import linked
from memos.model.deeds import AuditEntry, Deed
from memos.model.time import Clock, Instant
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import Row, every, one

_COLUMNS = "number, at, tenant, actor, action, subject, outcome, before, digest"
APPEND = f"INSERT INTO audit ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)"
KEEP_END = f"INSERT OR REPLACE INTO audit_end (one, {_COLUMNS}) VALUES (1,?,?,?,?,?,?,?,?,?)"
READ_END = f"SELECT {_COLUMNS} FROM audit_end"
_READ = f"SELECT {_COLUMNS} FROM audit WHERE number > ?"


class SqliteAuditLog(AuditLog):
    """Over the shared `Database`; entries are stamped by `clock`, one machine's own."""

    needs_loop = False

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def append(self, deed: Deed) -> AuditEntry:
        def job(cursor: apsw.Cursor) -> AuditEntry:
            return record(cursor, deed, self._clock.now())

        return await self._database.write(job)

    async def entries(
        self, tenant: str | None = None, *, after: int = 0, limit: int = 100
    ) -> list[AuditEntry]:
        def job(cursor: apsw.Cursor) -> list[AuditEntry]:
            values: tuple[int | str, ...] = (after, limit)
            sql = f"{_READ} ORDER BY number LIMIT ?"
            if tenant is not None:
                values = (after, tenant, limit)
                sql = f"{_READ} AND tenant=? ORDER BY number LIMIT ?"
            return [_entry(row) for row in every(cursor, sql, values)]

        return await self._database.read(job)

    async def end(self) -> AuditEntry | None:
        return await self._database.read(_end)


def record(cursor: apsw.Cursor, deed: Deed, now: Instant) -> AuditEntry:
    """Adds a deed to the chain, within the transaction of what was done."""
    made = linked(_end(cursor), deed, now)
    values = (
        made.number, made.at, deed.tenant, deed.actor, deed.action, deed.subject, deed.outcome,
        made.before, made.digest,
    )  # fmt: skip
    cursor.execute(APPEND, values)
    cursor.execute(KEEP_END, values)
    return made


def _end(cursor: apsw.Cursor) -> AuditEntry | None:
    row = one(cursor, READ_END)
    return None if row is None else _entry(row)


def _entry(row: Row) -> AuditEntry:
    number, at, *deed, before, digest = row
    return AuditEntry(number, Instant(at), Deed(*deed), before, digest)
