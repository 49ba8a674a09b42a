"""Vector index of the embedded records: int8 vectors in a table, scanned in cube segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import apsw
import numpy as np
from numpy.typing import NDArray

from memos.contracts.vectors import (
    Embedded,
    EmbeddedRows,
    Generation,
    VectorHit,
    VectorIndex,
    directions,
)
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, Narrowing, ReadScope
from memos.storage.segments.cache import Segments
from memos.storage.segments.paging import admitted_refs
from memos.storage.segments.postings import Docs
from memos.storage.segments.segment import Segment
from memos.storage.segments.space import Space
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.reach import cube_key
from memos.storage.sqlite.rows import unpack
from memos.storage.vectors.sqlite_put import put_vectors, tokens_of

FIND = "SELECT key FROM generations WHERE model=? AND dimension=? AND normalised=?"
COUNT = """
SELECT g.model, g.dimension, g.normalised, count(*)
FROM vectors x CROSS JOIN generations g ON g.key = x.generation
    CROSS JOIN versions v ON v.key = x.version CROSS JOIN memories y ON y.id = v.memory
WHERE x.cube = ? AND length(x.vector) = g.dimension AND y.state <> 'forgotten' AND y.tainted = 0
GROUP BY g.key"""
DAMAGED = """
SELECT v.memory, v.version, length(x.vector)
FROM vectors x CROSS JOIN generations g ON g.key = x.generation
    CROSS JOIN versions v ON v.key = x.version
WHERE x.cube = ? AND length(x.vector) <> g.dimension"""
DROP_TOKENS = "DELETE FROM tokens WHERE vector IN (SELECT key FROM vectors WHERE cube=?{})"
DROP = "DELETE FROM vectors WHERE cube=?{}"
RENEW = "UPDATE cubes SET epoch = epoch + 1 WHERE key=?"  # every process reads it anew


class _Asked(NamedTuple):
    """A search; `queries` are directions (n, dimension)."""

    narrowing: Narrowing
    queries: NDArray[np.float32]
    limit: int


class SqliteVectors(VectorIndex):
    """Inline: each search reads what has been committed, the vectors as well as the records.

    Vectors themselves come when somebody puts them; until then their versions are not found.
    """

    inline = True
    needs_loop = False

    def __init__(self, database: Database, segments: Segments) -> None:
        self._database = database
        self._segments = segments

    async def open(self) -> None:
        await self._segments.open()

    async def close(self) -> None:
        await self._segments.close()

    async def put(self, key: CubeKey, generation: Generation, items: Sequence[Embedded]) -> None:
        vectors = directions("items", [item.vector for item in items], generation)

        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            if cube is not None:
                number = _number(cursor, generation) or _register(cursor, generation)
                put_vectors(cursor, (cube, number), items, vectors)

        if items:
            await self._database.write(job)

    async def search(
        self,
        scope: ReadScope,
        generation: Generation,
        vectors: Sequence[NDArray[np.float32]],
        limit: int,
    ) -> list[VectorHit]:
        asked = _Asked(scope.narrowing, directions("vectors", vectors, generation), limit)

        def job(cursor: apsw.Cursor, segments: list[Segment]) -> list[VectorHit]:
            number = _number(cursor, generation)
            if number is None:
                return []
            hits: list[VectorHit] = []
            for segment in segments:
                with segment.lock:
                    space = segment.space(cursor, number, generation.dimension)
                    hits += _nearest(cursor, segment, space, asked)
            return sorted(hits, key=lambda hit: (-hit.similarity, hit.ref))[:limit]

        return await self._segments.read(scope, job) if len(asked.queries) and limit > 0 else []

    async def embedded(
        self, scope: ReadScope, generation: Generation, refs: Sequence[Ref], *, tokens: bool
    ) -> EmbeddedRows:
        def job(cursor: apsw.Cursor, segments: list[Segment]) -> EmbeddedRows:
            made = EmbeddedRows(
                np.zeros((len(refs), generation.dimension), np.float32),
                np.zeros(len(refs), np.bool_),
                [b""] * len(refs),
            )
            number = _number(cursor, generation)
            if number is not None:
                for segment in segments:
                    with segment.lock:
                        space = segment.space(cursor, number, generation.dimension)
                        _look(cursor, segment, space, refs, made, tokens=tokens)
            return made

        return await self._segments.read(scope, job)

    async def missing(self, key: CubeKey, generation: Generation, limit: int) -> list[Ref]:
        def job(cursor: apsw.Cursor, segment: Segment) -> list[Ref]:
            number = _number(cursor, generation)
            with segment.lock:
                wanted = segment.current
                if number is not None:
                    space = segment.space(cursor, number, generation.dimension)
                    wanted &= space.rows < 0
                return segment.refs(_docs(wanted)[: max(0, limit)])

        return await self._segments.read_cube(key, job) or []

    async def generations(self, key: CubeKey) -> dict[Generation, int]:
        def job(cursor: apsw.Cursor) -> dict[Generation, int]:
            rows = every(cursor, COUNT, (cube_key(cursor, key),))
            return {
                Generation(model, dimension, bool(normalised)): count
                for model, dimension, normalised, count in rows
            }

        return await self._database.read(job)

    async def drop(self, key: CubeKey, generation: Generation) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube, number = cube_key(cursor, key), _number(cursor, generation)
            if cube is not None and number is not None:
                _delete(cursor, cube, " AND generation=?", number)

        await self._database.write(job)

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        """Nothing to do: the next search reads the records."""

    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        def job(cursor: apsw.Cursor) -> dict[Ref, int]:
            rows = every(cursor, DAMAGED, (cube_key(cursor, key),))
            return {(unpack(memory), version): length for memory, version, length in rows}

        return await self._database.read(job)

    def expected(self, memory: Memory) -> int | None:  # noqa: ARG002  (only a model could tell)
        return None

    async def clear(self, key: CubeKey) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            if cube is not None:
                _delete(cursor, cube)

        await self._database.write(job)


def _number(cursor: apsw.Cursor, generation: Generation) -> int | None:
    """The row key of a generation; None if no vector of it was ever put."""
    row = one(cursor, FIND, (generation.model, generation.dimension, int(generation.normalised)))
    return None if row is None else int(row[0])


def _register(cursor: apsw.Cursor, generation: Generation) -> int:
    sql = "INSERT INTO generations (model, dimension, normalised) VALUES (?,?,?)"
    cursor.execute(sql, (generation.model, generation.dimension, int(generation.normalised)))
    return cursor.connection.last_insert_rowid()


def _delete(cursor: apsw.Cursor, cube: int, more: str = "", *values: int) -> None:
    for sql in (DROP_TOKENS, DROP):
        cursor.execute(sql.format(more), (cube, *values))
    cursor.execute(RENEW, (cube,))


def _docs(mask: NDArray[np.bool_]) -> Docs:
    return np.flatnonzero(mask).astype(np.int32)


def _nearest(cursor: apsw.Cursor, segment: Segment, space: Space, asked: _Asked) -> list[VectorHit]:
    narrowing, queries, limit = asked
    docs = _docs(segment.matching(narrowing) & (space.rows >= 0))
    cosines = space.matrix.similarities(queries)
    by = -cosines[space.rows[docs]]
    return [
        VectorHit(ref, segment.cube_id, float(cosines[space.rows[doc]]))
        for doc, ref in admitted_refs(cursor, narrowing, segment, (docs, by), limit)
    ]


def _look(
    cursor: apsw.Cursor,
    segment: Segment,
    space: Space,
    refs: Sequence[Ref],
    made: EmbeddedRows,
    *,
    tokens: bool,
) -> None:
    """Fills in what a segment holds."""
    places, docs = segment.find(refs)
    there = segment.alive[docs] & (space.rows[docs] >= 0)
    places, rows = places[there], space.rows[docs[there]]
    made.vectors[places] = space.matrix.vectors(rows)
    made.held[places] = True
    if tokens:
        by_key = tokens_of(cursor, space.keys[rows].tolist())
        for place, key in zip(places.tolist(), space.keys[rows].tolist(), strict=True):
            made.tokens[place] = by_key.get(key, b"")
