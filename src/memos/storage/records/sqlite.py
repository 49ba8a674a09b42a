"""Records in SQLite: the embedded truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from typing import TypeVar

import apsw

from memos.contracts.outline import Outline, Wanted
from memos.model.changes import ChangeSet, Commit, HistoryEntry, MemoryState
from memos.model.memory import Kind, Memory, Ref
from memos.model.scope import CubeKey, ReadScope, SystemScope, WriteScope
from memos.model.time import Instant
from memos.storage.records import sqlite_check
from memos.storage.records.sqlite_commit import CommitJob
from memos.storage.records.sqlite_learning import SqliteLearning
from memos.storage.records.sqlite_messages import SqliteMessages
from memos.storage.records.sqlite_outline import Asked, outline
from memos.storage.records.sqlite_sharing import SqliteCubes
from memos.storage.segments.cache import Segments
from memos.storage.segments.paging import admitted_documents
from memos.storage.segments.segment import Segment
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.reach import admitted, cube_key, cube_keys, first, marks
from memos.storage.sqlite.rows import MEMORY_COLUMNS, MEMORY_TABLES, memory_of, pack, unpack

T = TypeVar("T")

CHUNK = 500  # values in one IN list
LAST = b"\xff" * 17  # after all ids


class SqliteRecords(SqliteMessages, SqliteCubes, SqliteLearning):
    """Over a shared `Database`; `followers` are projections that follow through the outbox."""

    needs_loop = False

    def __init__(
        self, database: Database, segments: Segments, followers: Sequence[str] = ()
    ) -> None:
        self._database = database
        self._segments = segments
        self._followers = tuple(followers)

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def commit(self, scope: WriteScope, changes: ChangeSet) -> Commit:
        return await self._database.write(CommitJob(scope, changes, self._followers))

    async def memories(self, scope: ReadScope, refs: Sequence[Ref]) -> dict[Ref, Memory]:
        wanted = set(refs)
        found = await self._with_ids(scope, [memory_id for memory_id, _ in refs])
        return {memory.ref: memory for memory in found if memory.ref in wanted}

    async def by_id(self, scope: ReadScope, ids: Sequence[str]) -> dict[str, Memory]:
        newest: dict[str, Memory] = {}
        for memory in await self._with_ids(scope, ids):
            if memory.id not in newest or newest[memory.id].version < memory.version:
                newest[memory.id] = memory
        return newest

    async def _with_ids(self, scope: ReadScope, ids: Sequence[str]) -> list[Memory]:
        def job(cursor: apsw.Cursor) -> list[Memory]:
            cubes = list(cube_keys(cursor, scope))
            return [
                memory
                for chunk in _chunks([pack(memory_id) for memory_id in dict.fromkeys(ids)])
                for memory in admitted(
                    cursor,
                    scope.narrowing,
                    # The plus keeps SQLite from reading the whole cube by that index.
                    f"v.memory IN ({marks(len(chunk))}) AND +v.cube IN ({marks(len(cubes))})",
                    (*chunk, *cubes),
                )
            ]

        return await self._database.read(job) if ids else []

    async def recent(
        self, scope: ReadScope, limit: int, kinds: Sequence[Kind] | None = None
    ) -> list[Memory]:
        where, values = "v.cube = ?", []
        if kinds is not None:
            # The plus keeps SQLite from sorting nearly the whole cube: most are episodes.
            column = "+v.kind" if Kind.EPISODE in kinds else "v.kind"
            where += f" AND {column} IN ({marks(len(kinds))})"
            values = [kind.value for kind in kinds]

        def job(cursor: apsw.Cursor) -> list[Memory]:
            found = [
                memory
                for cube in cube_keys(cursor, scope)
                for memory in first(
                    limit,
                    admitted(
                        cursor,
                        scope.narrowing,
                        where,
                        (cube, *values),
                        "ORDER BY v.seq DESC, v.key DESC",
                    ),
                )
            ]
            found.sort(key=lambda memory: (memory.recorded_at, memory.ref), reverse=True)
            return found[:limit]

        return await self._database.read(job)

    async def listed(self, scope: ReadScope, limit: int, before: str | None = None) -> list[Memory]:
        def job(cursor: apsw.Cursor) -> list[Memory]:
            wanted = Kind if scope.narrowing.kinds is None else scope.narrowing.kinds
            streams = [
                admitted(
                    cursor,
                    scope.narrowing,
                    "v.cube = ? AND v.kind = ? AND v.memory < ?",
                    (cube, kind.value, LAST if before is None else pack(before)),
                    "ORDER BY v.memory DESC, v.version DESC",
                )
                for cube in cube_keys(cursor, scope)
                for kind in sorted(wanted)
            ]
            return first(limit, merge(*streams, key=lambda memory: memory.id, reverse=True))

        return await self._database.read(job)

    async def said_between(
        self, scope: ReadScope, start: int, end: int, limit: int
    ) -> list[Memory]:
        def job(cursor: apsw.Cursor, segments: list[Segment]) -> list[Memory]:
            found: list[Memory] = []
            for segment in segments:
                with segment.lock:
                    docs = segment.said_between(start, end)
                    docs = docs[segment.matching(scope.narrowing)[docs]]
                    by = segment.when.values[docs]
                    found += (
                        memory
                        for _, memory in admitted_documents(
                            cursor, scope.narrowing, segment, (docs, by), limit
                        )
                    )
            found.sort(key=lambda memory: (memory.said_at, memory.ref))
            return found[:limit]

        return await self._segments.read(scope, job) if limit > 0 else []

    async def outline(
        self, scope: ReadScope, refs: Sequence[Ref], wanted: Wanted, before: int, after: int
    ) -> Outline:
        asked = Asked(scope, refs, wanted, before, after)

        def job(cursor: apsw.Cursor, segments: list[Segment]) -> Outline:
            return outline(cursor, segments, asked)

        return await self._segments.read(scope, job)

    async def pending(
        self, scope: ReadScope, projection: str, limit: int
    ) -> tuple[list[Memory], int]:
        kind = f"project.{projection}"

        def job(cursor: apsw.Cursor) -> tuple[list[Memory], int]:
            total, found = 0, list[Memory]()
            for cube, cube_id in cube_keys(cursor, scope).items():
                rows = every(
                    cursor,
                    "SELECT DISTINCT subject FROM outbox WHERE tenant=? AND cube=? AND kind=?"
                    " ORDER BY id DESC",
                    (scope.tenant, cube_id, kind),
                )
                total += len(rows)
                for chunk in _chunks([pack(row[0]) for row in rows[:limit]]):
                    found += admitted(
                        cursor,
                        scope.narrowing,
                        f"+v.cube=? AND v.memory IN ({marks(len(chunk))})",
                        (cube, *chunk),
                    )
            found.sort(key=lambda memory: (memory.recorded_at, memory.ref), reverse=True)
            return found[:limit], total

        return await self._database.read(job)

    async def history(self, scope: ReadScope, memory_id: str) -> list[HistoryEntry]:
        seen = await self._with_ids(scope, [memory_id])
        if all(memory.superseded_at is not None for memory in seen):
            return []

        def job(cursor: apsw.Cursor) -> list[HistoryEntry]:
            versions = every(
                cursor,
                "SELECT version, recorded_at, recorded_by, content FROM versions"
                " WHERE memory=? ORDER BY version",
                (pack(memory_id),),
            )
            events = every(
                cursor,
                "SELECT event, version, at, actor FROM events WHERE memory=? ORDER BY key",
                (pack(memory_id),),
            )
            entries = [
                HistoryEntry(
                    memory_id, "created" if v == 1 else "updated", v, Instant(at), actor, content
                )
                for v, at, actor, content in versions
            ]
            entries += [
                HistoryEntry(memory_id, event, v, Instant(at), actor)
                for event, v, at, actor in events
            ]
            return sorted(entries, key=lambda entry: (entry.at, entry.version))

        return await self._database.read(job)

    async def states(
        self, key: CubeKey, memory_ids: Sequence[str] | None = None
    ) -> list[MemoryState]:
        def job(cursor: apsw.Cursor) -> list[MemoryState]:
            cube = cube_key(cursor, key)
            if memory_ids is None:
                return _states(cursor, "v.cube=?", (cube,))
            found = {
                state.memory_id: state
                for chunk in _chunks([pack(memory_id) for memory_id in memory_ids])
                for state in _states(
                    cursor, f"+v.cube=? AND v.memory IN ({marks(len(chunk))})", (cube, *chunk)
                )
            }
            row = one(cursor, "SELECT seq FROM cubes WHERE key=?", (cube,))
            seq = 0 if row is None else row[0]
            return [found.get(memory_id, MemoryState(memory_id, seq)) for memory_id in memory_ids]

        return await self._database.read(job)

    async def count(self, scope: SystemScope) -> Mapping[str, int]:
        return await self._database.read(lambda cursor: sqlite_check.count(cursor, scope))

    async def check(self) -> list[str]:
        return await self._database.read(sqlite_check.check)


def _chunks(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _states(cursor: apsw.Cursor, where: str, values: Sequence[object]) -> list[MemoryState]:
    versions: dict[str, list[Memory]] = defaultdict(list)
    sql = (
        f"SELECT {MEMORY_COLUMNS} FROM {MEMORY_TABLES} WHERE {where}"
        " AND y.tainted = 0 AND y.state <> 'forgotten' ORDER BY v.memory, v.version"
    )
    for row in every(cursor, sql, values):
        memory = memory_of(row)
        versions[memory.id].append(memory)
    known = every(
        cursor,
        "SELECT DISTINCT v.memory, y.changed_seq FROM versions v"
        f" JOIN memories y ON y.id = v.memory WHERE {where}",
        values,
    )
    return [
        MemoryState(memory_id, seq, tuple(versions.get(memory_id, ())))
        for id, seq in known
        if (memory_id := unpack(id))
    ]
