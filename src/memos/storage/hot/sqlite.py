"""Hot sets in SQLite: survive the process and are shared with others on the machine."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from memos.contracts.hot import HotEntry, HotSet
from memos.model.scope import CubeKey
from memos.model.time import Instant
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.reach import marks


class SqliteHot(HotSet):
    """Over the shared `Database`, at most `capacity` entries a cube."""

    needs_loop = False

    def __init__(self, database: Database, capacity: int = HotSet.CAPACITY) -> None:
        self._database = database
        self._capacity = capacity

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def touch(
        self, key: CubeKey, memory_ids: Sequence[str], at: Instant, weight: float = 1.0
    ) -> None:
        def job(cursor: apsw.Cursor) -> None:
            for memory_id in memory_ids:
                row = one(
                    cursor,
                    "SELECT strength, touched_at FROM hot WHERE tenant=? AND cube=? AND memory=?",
                    (*key, memory_id),
                )
                held = _decayed(row[0], row[1], at) if row else 0.0
                cursor.execute(
                    "INSERT OR REPLACE INTO hot VALUES (?,?,?,?,?)",
                    (*key, memory_id, held + weight, max(at, row[1]) if row else at),
                )
            for entry in self._ranked(cursor, key, at)[self._capacity :]:
                cursor.execute(
                    "DELETE FROM hot WHERE tenant=? AND cube=? AND memory=?",
                    (*key, entry.memory_id),
                )

        await self._database.write(job)

    async def entries(self, key: CubeKey, at: Instant, limit: int) -> list[HotEntry]:
        return await self._database.read(lambda cursor: self._ranked(cursor, key, at)[:limit])

    def _ranked(self, cursor: apsw.Cursor, key: CubeKey, at: Instant) -> list[HotEntry]:
        rows = every(
            cursor, "SELECT memory, strength, touched_at FROM hot WHERE tenant=? AND cube=?", key
        )
        entries = [
            HotEntry(memory_id, _decayed(strength, touched, at), Instant(touched))
            for memory_id, strength, touched in rows
        ]
        return sorted(entries, key=lambda e: (-e.strength, -e.touched_at, e.memory_id))

    async def evict(self, key: CubeKey, memory_ids: Sequence[str]) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cursor.execute(
                f"DELETE FROM hot WHERE tenant=? AND cube=? AND memory IN"
                f" ({marks(len(memory_ids))})",
                (*key, *memory_ids),
            )

        await self._database.write(job)

    async def clear(self, key: CubeKey) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cursor.execute("DELETE FROM hot WHERE tenant=? AND cube=?", key)

        await self._database.write(job)


def _decayed(strength: float, touched: int, at: int) -> float:
    """`strength` after the time since; a clock that stepped back takes nothing away."""
    return float(strength * 0.5 ** (max(0, at - touched) / HotSet.HALF_LIFE))
