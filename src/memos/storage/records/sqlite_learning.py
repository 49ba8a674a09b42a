"""What learning asks of the SQLite records: marks, what was said since, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import apsw

from memos.contracts.records import Records
from memos.model.memory import Memory, State
from memos.model.scope import CubeKey, ReadScope
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.reach import cube_key
from memos.storage.sqlite.rows import MEMORY_COLUMNS, memory_of, pack

_WHERE = """WHERE f.cube=?1 AND f.seq > ?2 AND f.version=1 AND f.kind='episode'
    AND y.state='active' AND y.tainted=0"""

LAST = f"""
SELECT max(seq) FROM (
    SELECT f.seq FROM versions f CROSS JOIN memories y ON y.id = f.memory {_WHERE}
    ORDER BY f.seq LIMIT ?3)"""

EPISODES = f"""
SELECT {MEMORY_COLUMNS} FROM versions f CROSS JOIN memories y ON y.id = f.memory
    CROSS JOIN versions v ON v.memory = f.memory AND v.superseded_at IS NULL
    CROSS JOIN cubes c ON c.key = v.cube
{_WHERE} AND f.seq <= ?3 ORDER BY f.seq, f.key"""

TAINTED = f"""
SELECT {MEMORY_COLUMNS} FROM derivations d
    CROSS JOIN memories y ON y.id = unhex(replace(d.ref, '-', ''))
    CROSS JOIN versions v ON v.memory = y.id AND v.superseded_at IS NULL
    CROSS JOIN cubes c ON c.key = v.cube
WHERE d.source=? AND d.kind='memory' AND y.cube=? AND y.tainted=1 AND y.state='active'"""

DERIVED = "SELECT ref FROM derivations WHERE source=? AND kind='memory'"


class SqliteLearning(Records):
    """A part of `SqliteRecords`."""

    _database: Database

    async def derived(self, scope: ReadScope, ids: Sequence[str]) -> dict[str, list[Memory]]:
        def job(cursor: apsw.Cursor) -> dict[str, list[str]]:
            return {
                memory_id: sorted({ref for (ref,) in every(cursor, DERIVED, (pack(memory_id),))})
                for memory_id in dict.fromkeys(ids)
            }

        made = await self._database.read(job)
        reach = replace(scope, narrowing=replace(scope.narrowing, by_name=True))
        refs = [ref for each in made.values() for ref in each]
        named = await self.by_id(reach, refs) if refs else {}
        sound = {
            id: one for id, one in named.items() if one.state is State.ACTIVE and not one.tainted
        }
        return {
            source: found
            for source, each in made.items()
            if (found := [sound[ref] for ref in each if ref in sound])
        }

    async def marks(self, key: CubeKey) -> Mapping[str, int]:
        def job(cursor: apsw.Cursor) -> dict[str, int]:
            sql = "SELECT name, value FROM marks WHERE cube=?"
            return {str(name): int(at) for name, at in every(cursor, sql, (cube_key(cursor, key),))}

        return await self._database.read(job)

    async def tainted_by(self, key: CubeKey, ids: Sequence[str]) -> list[Memory]:
        def job(cursor: apsw.Cursor) -> list[Memory]:
            cube = cube_key(cursor, key)
            rows = [
                row
                for one in dict.fromkeys(ids)
                for row in every(cursor, TAINTED, (pack(one), cube))
            ]
            found = {memory.id: memory for memory in map(memory_of, rows)}
            return [found[id] for id in sorted(found)]

        return await self._database.read(job)

    async def episodes_after(self, key: CubeKey, seq: int, limit: int) -> tuple[list[Memory], int]:
        def job(cursor: apsw.Cursor) -> tuple[list[Memory], int]:
            cube = cube_key(cursor, key)
            row = one(cursor, LAST, (cube, seq, limit))
            if row is None or row[0] is None:
                return [], seq
            return [memory_of(each) for each in every(cursor, EPISODES, (cube, seq, row[0]))], row[
                0
            ]

        return await self._database.read(job)
