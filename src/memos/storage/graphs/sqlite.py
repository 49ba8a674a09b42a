"""Graph index in SQLite: entities, and which versions mention them.

Mentions are inverted lists like those of words, so they live in the same FTS5 table, which
takes a whole commit in one stroke where a table of pairs would touch a page for each name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from zlib import crc32

import apsw

from memos.contracts.graph import Entity, GraphIndex, Mention
from memos.language.entities import mentioned
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, ReadScope
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.inline import Gone, Indexed, Inverted
from memos.storage.sqlite.query import every, many, one
from memos.storage.sqlite.reach import admitted, cube_key, cube_keys, first
from memos.storage.sqlite.rows import MEMORY_COLUMNS, MEMORY_TABLES, memory_of, pack, unpack

NAMED, SAID = "@", "!"
WIDEST = 5_000  # versions looked at when relating entities


class SqliteGraph(GraphIndex):
    """Lives in the database of the records and is written in their transactions."""

    inline = True
    needs_loop = False

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    def write(
        self,
        cursor: apsw.Cursor,
        inverted: Inverted,
        added: Sequence[Indexed],
        removed: Sequence[Gone],
    ) -> None:
        """Joins a transaction of the records; see `InlineProjection`."""
        for cube, key in removed:
            if inverted.holds(2 * key + 1):
                inverted.drop(2 * key + 1)
                _drop_unmentioned(cursor, cube, key)
        entities: dict[tuple[int, str], None] = {}
        for cube, key, memory in added:
            found = mentioned(memory.content, memory.name)
            if found:
                terms = [_term(cube, named.key, said=named.said) for named in found]
                inverted.put(2 * key + 1, " ".join(terms))
                entities.update(((cube, named.key), None) for named in found)
        many(cursor, "INSERT OR IGNORE INTO entities {}", list(entities))

    async def link(self, scope: ReadScope, keys: Sequence[str]) -> list[Entity]:
        def job(cursor: apsw.Cursor) -> list[Entity]:
            found = {
                (cube, entity): Entity(cube_id, entity, _count(cursor, cube, entity))
                for cube, cube_id in cube_keys(cursor, scope).items()
                for key in keys
                for entity in _meant(cursor, cube, key)
            }
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
                memories = {
                    memory.ref: memory
                    for key in dict.fromkeys(keys)
                    for memory in _mentioning(cursor, scope, cube, key, WIDEST)
                }
                counts = Counter(
                    named.key
                    for memory in memories.values()
                    for named in mentioned(memory.content, memory.name)
                    if named.key not in keys
                )
                found += [Entity(cube_id, key, n) for key, n in counts.items()]
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
        id = pack(state.memory_id)
        sql = "SELECT changed_seq FROM memories WHERE id=? AND cube=?"
        row = one(cursor, sql, (id, cube))
        if row is None or row[0] > state.seq:
            return
        sql = f"SELECT {MEMORY_COLUMNS}, v.key FROM {MEMORY_TABLES} WHERE v.memory=?"
        stored = [Indexed(cube, found[-1], memory_of(found)) for found in every(cursor, sql, (id,))]
        wanted = {memory.ref for memory in state.versions}
        inverted = Inverted(cursor)
        self.write(
            cursor,
            inverted,
            [entry for entry in stored if entry.memory.ref in wanted],
            [Gone(entry.cube, entry.key) for entry in stored],
        )
        inverted.write()

    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        def job(cursor: apsw.Cursor) -> dict[Ref, int]:
            cube = cube_key(cursor, key)
            if cube is None:
                return {}
            entities = every(cursor, "SELECT entity FROM entities WHERE cube=?", (cube,))
            known = {
                _term(cube, entity, said=said): (entity, said)
                for (entity,) in entities
                for said in (False, True)
            }
            held: dict[int, list[tuple[str, bool]]] = defaultdict(list)
            for sign in (NAMED, SAID):
                low, high = f"{cube:x}{sign}", f"{cube:x}{chr(ord(sign) + 1)}"
                for doc, term in every(cursor, _BETWEEN, (low, high)):
                    held[doc].append(known.get(term, ("", False)))
            rows = every(cursor, "SELECT key, memory, version FROM versions WHERE cube=?", (cube,))
            return {
                (unpack(id), version): _checksum(held[doc])
                for doc, id, version in rows
                if doc in held
            }

        return await self._database.read(job)

    def expected(self, memory: Memory) -> int | None:
        pairs = [(named.key, named.said) for named in mentioned(memory.content, memory.name)]
        return _checksum(pairs) if pairs else None

    async def clear(self, key: CubeKey) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            rows = every(cursor, "SELECT key FROM versions WHERE cube=?", (cube,))
            cursor.executemany("DELETE FROM postings_of WHERE rowid=2*?+1", rows)
            cursor.execute("DELETE FROM entities WHERE cube=?", (cube,))

        await self._database.write(job)


_BETWEEN = "SELECT doc / 2, term FROM postings WHERE term >= ? AND term < ?"


def _term(cube: int, key: str, *, said: bool) -> str:
    """How an entity stands in the inverted lists; a hash, because names hold any character."""
    digest = blake2b(key.encode("utf-8"), digest_size=12).hexdigest()
    return f"{cube:x}{SAID if said else NAMED}{digest}"


def _drop_unmentioned(cursor: apsw.Cursor, cube: int, version: int) -> None:
    """Entities of a version that was dropped go with it if no other mentions them."""
    sql = "SELECT content, name FROM versions WHERE key=?"
    content, speaker = one(cursor, sql, (version,)) or ("", None)
    for named in mentioned(content, speaker):
        if _count(cursor, cube, named.key) == 0:
            cursor.execute("DELETE FROM entities WHERE cube=? AND entity=?", (cube, named.key))


def _meant(cursor: apsw.Cursor, cube: int, key: str) -> list[str]:
    """The entity with this very key; else those of which it is a word."""
    exact = every(cursor, "SELECT entity FROM entities WHERE cube=? AND entity=?", (cube, key))
    found = exact or every(
        cursor,
        "SELECT entity FROM entities WHERE cube=?"
        " AND instr(' ' || entity || ' ', ' ' || ? || ' ') AND instr(?, ' ') = 0",
        (cube, key, key),
    )
    return [entity for (entity,) in found]


def _count(cursor: apsw.Cursor, cube: int, key: str) -> int:
    """How many versions name an entity or are spoken by it."""
    terms = [_term(cube, key, said=said) for said in (False, True)]
    rows = every(cursor, "SELECT doc FROM frequencies WHERE term IN (?,?)", terms)
    return sum(row[0] for row in rows)


def _mentioning(
    cursor: apsw.Cursor, scope: ReadScope, cube: int, key: str, limit: int
) -> list[Memory]:
    terms = [_term(cube, key, said=said) for said in (False, True)]
    return first(
        limit,
        admitted(
            cursor,
            scope.narrowing,
            "v.key IN (SELECT doc / 2 FROM postings WHERE term IN (?,?))",
            terms,
            "ORDER BY coalesce(v.said_at, v.valid_from, v.recorded_at) DESC, v.memory, v.version",
        ),
    )


def _checksum(pairs: Sequence[tuple[str, bool]]) -> int:
    return crc32("\0".join(f"{key}{int(said)}" for key, said in sorted(pairs)).encode())
