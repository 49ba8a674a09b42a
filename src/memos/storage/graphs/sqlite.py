"""Graph index in SQLite: entities, and which versions mention them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zlib import crc32

import apsw

from memos.contracts.graph import Entity, GraphIndex, Mention
from memos.language.entities import mentioned
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, ReadScope
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.reach import admitted, cube_key, cube_keys, first, marks
from memos.storage.sqlite.rows import MEMORY_COLUMNS, MEMORY_TABLES, memory_of, pack, unpack

WIDEST = 5_000  # versions looked at when relating entities


class SqliteGraph(GraphIndex):
    """Lives in the database of the records and is written in their transactions."""

    inline = True

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    def write(
        self,
        cursor: apsw.Cursor,
        cube: int,
        added: Sequence[tuple[int, Memory]],
        removed: Sequence[int],
    ) -> None:
        """Joins a transaction of the records; see `InlineProjection`."""
        for version in removed:
            _forget(cursor, cube, version)
        for version, memory in added:
            for named in mentioned(memory.content, memory.name):
                entity = _entity(cursor, cube, named.key, named.name)
                cursor.execute(
                    "INSERT OR REPLACE INTO mentions VALUES (?,?,?)",
                    (entity, version, int(named.said)),
                )

    async def link(self, scope: ReadScope, keys: Sequence[str]) -> list[Entity]:
        def job(cursor: apsw.Cursor) -> list[Entity]:
            found: dict[int, Entity] = {}
            for cube, cube_id in cube_keys(cursor, scope).items():
                for key in keys:
                    for entity in _meant(cursor, cube, key):
                        found[entity] = _counted(cursor, cube_id, entity)
            return sorted(found.values(), key=lambda one: (-one.mentions, one.key, one.cube_id))

        return await self._database.read(job)

    async def mentions(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Mention]:
        def job(cursor: apsw.Cursor) -> list[Mention]:
            found = []
            for cube, cube_id in cube_keys(cursor, scope).items():
                for key in dict.fromkeys(keys):
                    for memory in _mentioning(cursor, scope, cube, key, limit):
                        said = any(n.key == key and n.said for n in mentioned("", memory.name))
                        found.append((memory, Mention(memory.ref, cube_id, key, said)))
            found.sort(key=lambda pair: (-pair[0].when, pair[1].ref, pair[1].key))
            return [mention for _, mention in found[:limit]]

        return await self._database.read(job)

    async def related(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Entity]:
        def job(cursor: apsw.Cursor) -> list[Entity]:
            found = []
            for cube, cube_id in cube_keys(cursor, scope).items():
                counts: Counter[tuple[str, str]] = Counter()
                refs: dict[Ref, None] = {}
                for key in dict.fromkeys(keys):
                    for memory in _mentioning(cursor, scope, cube, key, WIDEST):
                        refs[memory.ref] = None
                for ref in refs:
                    counts.update(_beside(cursor, ref, keys))
                found += [Entity(cube_id, key, name, n) for (key, name), n in counts.items()]
            found.sort(key=lambda one: (-one.mentions, one.key, one.cube_id))
            return found[:limit]

        return await self._database.read(job)

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            if cube is not None:
                for state in states:
                    self._repair(cursor, cube, state)

        await self._database.write(job)

    def _repair(self, cursor: apsw.Cursor, cube: int, state: MemoryState) -> None:
        """Links a memory anew, unless the records have moved on since `state` was read."""
        row = one(
            cursor,
            "SELECT key, changed_seq FROM memories WHERE id=? AND cube=?",
            (pack(state.memory_id), cube),
        )
        if row is None or row[1] > state.seq:
            return
        sql = f"SELECT {MEMORY_COLUMNS}, v.key FROM {MEMORY_TABLES} WHERE v.memory=?"
        stored = [(found[-1], memory_of(found)) for found in every(cursor, sql, (row[0],))]
        wanted = {memory.ref for memory in state.versions}
        self.write(cursor, cube, (), [version for version, _ in stored])
        self.write(cursor, cube, [entry for entry in stored if entry[1].ref in wanted], ())

    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        def job(cursor: apsw.Cursor) -> dict[Ref, int]:
            rows = every(
                cursor,
                "SELECT y.id, v.version, e.entity, m.said FROM entities e"
                " JOIN mentions m ON m.entity = e.key JOIN versions v ON v.key = m.version"
                " JOIN memories y ON y.key = v.memory WHERE e.cube = ?",
                (cube_key(cursor, key),),
            )
            held: dict[Ref, list[tuple[str, bool]]] = {}
            for memory_id, version, entity, said in rows:
                held.setdefault((unpack(memory_id), version), []).append((entity, bool(said)))
            return {ref: _checksum(pairs) for ref, pairs in held.items()}

        return await self._database.read(job)

    def expected(self, memory: Memory) -> int | None:
        pairs = [(named.key, named.said) for named in mentioned(memory.content, memory.name)]
        return _checksum(pairs) if pairs else None

    async def clear(self, key: CubeKey) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            cursor.execute(
                "DELETE FROM mentions WHERE entity IN (SELECT key FROM entities WHERE cube=?)",
                (cube,),
            )
            cursor.execute("DELETE FROM entity_words WHERE cube=?", (cube,))
            cursor.execute("DELETE FROM entities WHERE cube=?", (cube,))

        await self._database.write(job)


def _entity(cursor: apsw.Cursor, cube: int, key: str, name: str) -> int:
    row = one(cursor, "SELECT key FROM entities WHERE cube=? AND entity=?", (cube, key))
    if row is not None:
        return int(row[0])
    cursor.execute("INSERT INTO entities (cube, entity, name) VALUES (?,?,?)", (cube, key, name))
    entity = cursor.connection.last_insert_rowid()
    cursor.executemany(
        "INSERT INTO entity_words VALUES (?,?,?)",
        [(cube, word, entity) for word in dict.fromkeys(key.split())],
    )
    return entity


def _forget(cursor: apsw.Cursor, cube: int, version: int) -> None:
    """Unlinks a version; entities that nothing mentions any more go with it."""
    entities = every(cursor, "DELETE FROM mentions WHERE version=? RETURNING entity", (version,))
    for (entity,) in entities:
        if one(cursor, "SELECT 1 FROM mentions WHERE entity=? LIMIT 1", (entity,)) is None:
            cursor.execute("DELETE FROM entities WHERE key=?", (entity,))
            cursor.execute("DELETE FROM entity_words WHERE cube=? AND entity=?", (cube, entity))


def _meant(cursor: apsw.Cursor, cube: int, key: str) -> list[int]:
    exact = every(cursor, "SELECT key FROM entities WHERE cube=? AND entity=?", (cube, key))
    rows = exact or every(
        cursor, "SELECT entity FROM entity_words WHERE cube=? AND word=?", (cube, key)
    )
    return [int(row[0]) for row in rows]


def _counted(cursor: apsw.Cursor, cube_id: str, entity: int) -> Entity:
    row = one(
        cursor,
        "SELECT entity, name, (SELECT count(*) FROM mentions WHERE entity=e.key)"
        " FROM entities e WHERE key=?",
        (entity,),
    )
    key, name, mentions = row or ("", "", 0)
    return Entity(cube_id, key, name, mentions)


def _mentioning(
    cursor: apsw.Cursor, scope: ReadScope, cube: int, key: str, limit: int
) -> list[Memory]:
    return first(
        limit,
        admitted(
            cursor,
            scope.narrowing,
            "v.key IN (SELECT m.version FROM mentions m JOIN entities e ON e.key = m.entity"
            " WHERE e.cube=? AND e.entity=?)",
            (cube, key),
            "ORDER BY coalesce(v.said_at, v.valid_from, v.recorded_at) DESC, y.id, v.version",
        ),
    )


def _beside(cursor: apsw.Cursor, ref: Ref, keys: Sequence[str]) -> list[tuple[str, str]]:
    rows = every(
        cursor,
        "SELECT e.entity, e.name FROM memories y JOIN versions v ON v.memory = y.key"
        " JOIN mentions m ON m.version = v.key JOIN entities e ON e.key = m.entity"
        f" WHERE y.id=? AND v.version=? AND e.entity NOT IN ({marks(len(keys))})",
        (pack(ref[0]), ref[1], *keys),
    )
    return [(key, name) for key, name in rows]


def _checksum(pairs: Sequence[tuple[str, bool]]) -> int:
    return crc32("\0".join(f"{key}{int(said)}" for key, said in sorted(pairs)).encode())
