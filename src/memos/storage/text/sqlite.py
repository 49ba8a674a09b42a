"""Text index in SQLite: FTS5 keeps the inverted lists, the scores are ours.

FTS5's own ``bm25()`` counts over the whole table, so that one tenant's texts would move
another's ranks. Here each term is stored with its cube's number before it, and length and
frequency are counted per cube.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import apsw

from memos.contracts.text import TextHit, TextIndex, TextStatistics
from memos.language import bm25
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, ReadScope
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.inline import Gone, Indexed, Inverted
from memos.storage.sqlite.query import every, many, one
from memos.storage.sqlite.reach import admitted, cube_key, cube_keys, marks
from memos.storage.sqlite.rows import MEMORY_COLUMNS, MEMORY_TABLES, memory_of, pack, unpack
from memos.storage.text.terms import checksum, memory_terms

POSTINGS = """
SELECT v.key, v.memory, v.version, v.terms, count(*) FROM postings p
CROSS JOIN versions v ON v.key = p.doc / 2 WHERE p.term = ? GROUP BY p.doc"""


COUNT = """
INSERT INTO text_cubes {} ON CONFLICT (cube)
DO UPDATE SET versions = versions + excluded.versions, terms = terms + excluded.terms"""

# "`" follows "_" in ASCII: together they bound the terms of one cube.
OF_CUBE = "SELECT doc / 2, term FROM postings WHERE term >= ? AND term < ?"


class SqliteText(TextIndex):
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
        counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])  # cube -> versions, terms
        for cube, key in removed:
            if inverted.holds(2 * key):
                inverted.drop(2 * key)
                row = one(cursor, "SELECT terms FROM versions WHERE key=?", (key,))
                _count(counts[cube], -1, row[0] if row else 0)
        for cube, key, memory in added:
            found = memory_terms(memory)
            if found:
                prefix = f"{cube:x}_"
                inverted.put(2 * key, prefix + f" {prefix}".join(found))
                _count(counts[cube], 1, len(found))
        many(cursor, COUNT, [(cube, *count) for cube, count in counts.items()])

    async def search(self, scope: ReadScope, terms: Sequence[str], limit: int) -> list[TextHit]:
        def job(cursor: apsw.Cursor) -> list[TextHit]:
            hits = [
                hit
                for cube in cube_keys(cursor, scope).items()
                for hit in _best(cursor, scope, cube, terms, limit)
            ]
            return sorted(hits, key=lambda hit: (-hit.score, hit.ref))[:limit]

        return await self._database.read(job) if terms and limit > 0 else []

    async def statistics(self, scope: ReadScope, terms: Sequence[str]) -> dict[str, TextStatistics]:
        def job(cursor: apsw.Cursor) -> dict[str, TextStatistics]:
            made = {
                cube_id: TextStatistics(0, 0, dict.fromkeys(terms, 0)) for cube_id in scope.cubes
            }
            for cube, cube_id in cube_keys(cursor, scope).items():
                made[cube_id] = _statistics(cursor, cube, terms)
            return made

        return await self._database.read(job)

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            if cube is None:
                return
            for state in states:
                self._repair(cursor, cube, state)

        await self._database.write(job)

    def _repair(self, cursor: apsw.Cursor, cube: int, state: MemoryState) -> None:
        """Indexes a memory anew, unless the records have moved on since `state` was read."""
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
            held: dict[int, list[str]] = defaultdict(list)
            for doc, term in every(cursor, OF_CUBE, (f"{cube:x}_", f"{cube:x}`")):
                held[doc].append(term.partition("_")[2])
            known = every(
                cursor, "SELECT key, memory, version, terms FROM versions WHERE cube=?", (cube,)
            )
            return {
                (unpack(id), version): checksum(held[doc]) if len(held[doc]) == length else -1
                for doc, id, version, length in known
                if doc in held
            }

        return await self._database.read(job)

    def expected(self, memory: Memory) -> int | None:
        found = memory_terms(memory)
        return checksum(found) if found else None

    async def clear(self, key: CubeKey) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            rows = every(cursor, "SELECT key FROM versions WHERE cube=?", (cube,))
            cursor.executemany("DELETE FROM postings_of WHERE rowid=2*?", rows)
            cursor.execute("DELETE FROM text_cubes WHERE cube=?", (cube,))

        await self._database.write(job)


def _count(count: list[int], sign: int, terms: int) -> None:
    count[0] += sign
    count[1] += sign * terms


def _statistics(cursor: apsw.Cursor, cube: int, terms: Sequence[str]) -> TextStatistics:
    row = one(cursor, "SELECT versions, terms FROM text_cubes WHERE cube=?", (cube,))
    versions, length = row or (0, 0)
    frequency = {}
    for term in terms:
        sql = "SELECT doc FROM frequencies WHERE term=?"
        held = one(cursor, sql, (f"{cube:x}_{term}",))
        frequency[term] = int(held[0]) if held is not None else 0
    return TextStatistics(versions, length, frequency)


def _best(
    cursor: apsw.Cursor, scope: ReadScope, cube: tuple[int, str], terms: Sequence[str], limit: int
) -> list[TextHit]:
    key, cube_id = cube
    statistics = _statistics(cursor, key, terms)
    mean = statistics.terms / max(1, statistics.versions)
    scores: dict[int, float] = defaultdict(float)
    refs: dict[int, tuple[bytes, int]] = {}
    for term in terms:
        weight = bm25.idf(statistics.versions, statistics.frequency.get(term, 0))
        for doc, id, version, length, count in every(cursor, POSTINGS, (f"{key:x}_{term}",)):
            scores[doc] += weight * bm25.gain(count, length, mean)
            refs[doc] = (id, version)
    ranked = sorted(scores, key=lambda doc: (-scores[doc], refs[doc]))
    hits: list[TextHit] = []
    for start in range(0, len(ranked), limit):
        page = ranked[start : start + limit]
        where = f"v.key IN ({marks(len(page))})"
        visible = {memory.ref for memory in admitted(cursor, scope.narrowing, where, page)}
        for doc in page:
            ref = unpack(refs[doc][0]), refs[doc][1]
            if ref in visible:
                hits.append(TextHit(ref, cube_id, scores[doc]))
        if len(hits) >= limit:
            break
    return hits[:limit]
