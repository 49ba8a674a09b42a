"""Records in SQLite: the embedded truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import apsw

from memos.contracts.records import Place, Records
from memos.errors import Conflict, NotFound
from memos.model.changes import ChangeSet, Commit, HistoryEntry, MemoryState
from memos.model.cube import Cube, Grant, Role
from memos.model.memory import Kind, Memory, Ref
from memos.model.message import Message
from memos.model.scope import CubeKey, ReadScope, SystemScope, WriteScope
from memos.model.time import Instant
from memos.storage.records import sqlite_check
from memos.storage.records.sqlite_commit import CommitJob
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.inline import InlineProjection
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.reach import admitted, cube_key, cube_keys, first, marks
from memos.storage.sqlite.rows import (
    MEMORY_COLUMNS,
    MEMORY_TABLES,
    MESSAGE_COLUMNS,
    memory_of,
    message_of,
    pack,
    unpack,
)

CHUNK = 500  # values in one IN list


class SqliteRecords(Records):
    """Over a shared `Database`.

    `inline` projections are written in the same transaction; `followers` names the
    projections that follow through the outbox.
    """

    needs_loop = False

    def __init__(
        self,
        database: Database,
        inline: Sequence[InlineProjection] = (),
        followers: Sequence[str] = (),
    ) -> None:
        self._database = database
        self._inline = tuple(inline)
        self._followers = tuple(followers)

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def commit(self, scope: WriteScope, changes: ChangeSet) -> Commit:
        return await self._database.write(CommitJob(scope, changes, self._inline, self._followers))

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
                    f"v.memory IN ({marks(len(chunk))}) AND v.cube IN ({marks(len(cubes))})",
                    (*chunk, *cubes),
                )
            ]

        return await self._database.read(job) if ids else []

    async def recent(
        self, scope: ReadScope, limit: int, kinds: Sequence[Kind] | None = None
    ) -> list[Memory]:
        where, values = "v.cube = ?", []
        if kinds is not None:
            where += f" AND v.kind IN ({marks(len(kinds))})"
            values = [kind.value for kind in kinds]
            if Kind.EPISODE not in kinds:
                where += " AND v.kind <> 'episode'"  # lets the partial index serve

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

    async def said_between(
        self, scope: ReadScope, start: int, end: int, limit: int
    ) -> list[Memory]:
        def job(cursor: apsw.Cursor) -> list[Memory]:
            found = [
                memory
                for cube in cube_keys(cursor, scope)
                for memory in first(
                    limit,
                    admitted(
                        cursor,
                        scope.narrowing,
                        "v.cube = ? AND v.said_at >= ? AND v.said_at < ?",
                        (cube, start, end),
                        "ORDER BY v.said_at, v.memory, v.version",
                    ),
                )
            ]
            found.sort(key=lambda memory: (memory.said_at, memory.ref))
            return found[:limit]

        return await self._database.read(job)

    async def around(
        self, scope: ReadScope, places: Sequence[Place], before: int, after: int
    ) -> list[Memory]:
        spans = _spans(places, before, after)

        def job(cursor: apsw.Cursor) -> list[Memory]:
            cubes = {cube_id: key for key, cube_id in cube_keys(cursor, scope).items()}
            return [
                memory
                for (cube_id, conversation), ranges in spans.items()
                if cube_id in cubes
                for low, high in ranges
                for memory in admitted(
                    cursor,
                    scope.narrowing,
                    "v.cube=? AND v.conversation=? AND v.ordinal BETWEEN ? AND ?"
                    " AND v.kind='episode'",
                    (cubes[cube_id], conversation or "", low, high),
                )
            ]

        return await self._database.read(job)

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
                        f"v.cube=? AND v.memory IN ({marks(len(chunk))})",
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

    async def messages(
        self,
        scope: ReadScope,
        conversation_id: str | None = None,
        limit: int = 1000,
        before: str | None = None,
    ) -> list[Message]:
        def job(cursor: apsw.Cursor) -> list[Message]:
            where, values = _seen_messages(cursor, scope)
            if before is not None:
                sql = f"SELECT m.key FROM messages m WHERE {where} AND m.id = ?"
                row = one(cursor, sql, (*values, pack(before)))
                if row is None:
                    return []
                where, values = f"{where} AND m.key < ?", (*values, row[0])
            if conversation_id is not None:
                where, values = f"{where} AND m.conversation = ?", (*values, conversation_id)
            rows = every(
                cursor,
                f"SELECT {MESSAGE_COLUMNS} FROM messages m JOIN cubes c ON c.key = m.cube"
                f" WHERE {where} ORDER BY m.key DESC LIMIT ?",
                (*values, limit),
            )
            return [message_of(row) for row in reversed(rows)]

        return await self._database.read(job)

    async def messages_named(
        self, scope: ReadScope, named: Sequence[tuple[str | None, str]]
    ) -> dict[tuple[str | None, str], tuple[Message, tuple[str, ...]]]:
        def job(
            cursor: apsw.Cursor,
        ) -> dict[tuple[str | None, str], tuple[Message, tuple[str, ...]]]:
            found = {}
            for cube in cube_keys(cursor, scope):
                for conversation, message_id in named:
                    row = one(
                        cursor,
                        f"SELECT {MESSAGE_COLUMNS} FROM messages m JOIN cubes c ON c.key = m.cube"
                        " WHERE m.cube=? AND m.conversation=? AND m.message_id=?",
                        (cube, conversation or "", message_id),
                    )
                    if row is not None:
                        message = message_of(row)
                        found[conversation, message_id] = message, _episodes(cursor, message.id)
            return found

        return await self._database.read(job)

    async def cube(self, key: CubeKey) -> Cube | None:
        found = await self._cubes("c.tenant=? AND c.cube_id=?", key)
        return found[0] if found else None

    async def cubes(self, tenant: str, principals: Sequence[str]) -> list[Cube]:
        some = marks(len(principals))
        return await self._cubes(
            f"c.tenant=? AND (c.owner IN ({some}) OR c.key IN"
            f" (SELECT cube FROM grants WHERE principal IN ({some})))",
            (tenant, *principals, *principals),
        )

    async def _cubes(self, where: str, values: Sequence[str]) -> list[Cube]:
        def job(cursor: apsw.Cursor) -> list[Cube]:
            rows = every(
                cursor,
                "SELECT c.key, c.cube_id, c.owner, c.name, c.created_at, c.seq FROM cubes c"
                f" WHERE {where} ORDER BY c.cube_id",
                tuple(values),
            )
            return [
                Cube(cube_id, owner, name, Instant(created), seq, _grants(cursor, key))
                for key, cube_id, owner, name, created, seq in rows
            ]

        return await self._database.read(job)

    async def create_cube(self, tenant: str, cube: Cube) -> None:
        def job(cursor: apsw.Cursor) -> None:
            try:
                cursor.execute(
                    "INSERT INTO cubes (tenant, cube_id, owner, name, created_at, seq)"
                    " VALUES (?,?,?,?,?,0)",
                    (tenant, cube.cube_id, cube.owner, cube.name, cube.created_at),
                )
            except apsw.ConstraintError as error:
                raise Conflict(f"cube_id: {cube.cube_id!r} is already taken") from error

        await self._database.write(job)

    async def set_grant(self, key: CubeKey, grant: Grant) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            if cube is None:
                raise NotFound("cube", key.cube_id)
            cursor.execute(
                "INSERT OR REPLACE INTO grants VALUES (?,?,?,?,?)",
                (cube, grant.principal, grant.role.value, grant.granted_at, grant.granted_by),
            )

        await self._database.write(job)

    async def drop_grant(self, key: CubeKey, principal: str) -> bool:
        def job(cursor: apsw.Cursor) -> bool:
            cursor.execute(
                "DELETE FROM grants WHERE principal=? AND cube IN"
                " (SELECT key FROM cubes WHERE tenant=? AND cube_id=?)",
                (principal, *key),
            )
            return cursor.connection.changes() > 0

        return await self._database.write(job)

    async def cube_keys(self, scope: SystemScope) -> list[CubeKey]:
        def job(cursor: apsw.Cursor) -> list[CubeKey]:
            rows = every(cursor, "SELECT tenant, cube_id FROM cubes")
            return sorted(key for row in rows if scope.covers(key := CubeKey(*row)))

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
                    cursor, f"v.cube=? AND v.memory IN ({marks(len(chunk))})", (cube, *chunk)
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


def _chunks(values: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _spans(
    places: Sequence[Place], before: int, after: int
) -> dict[tuple[str, str | None], list[tuple[int, int]]]:
    """Places widened and merged into disjoint ranges of ordinals, by conversation."""
    by_thread: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for cube_id, conversation, ordinal in places:
        by_thread[cube_id, conversation].append(ordinal)
    spans = {}
    for thread, ordinals in by_thread.items():
        ranges: list[tuple[int, int]] = []
        for ordinal in sorted(set(ordinals)):
            low, high = ordinal - before, ordinal + after
            if ranges and low <= ranges[-1][1] + 1:
                ranges[-1] = (ranges[-1][0], high)
            else:
                ranges.append((low, high))
        spans[thread] = ranges
    return spans


def _seen_messages(cursor: apsw.Cursor, scope: ReadScope) -> tuple[str, tuple[object, ...]]:
    """A condition on messages ``m`` that the scope admits, with its values."""
    cubes, narrowing = list(cube_keys(cursor, scope)), scope.narrowing
    where = (
        f"m.cube IN ({marks(len(cubes))}) AND m.forgotten = 0"
        " AND (m.visibility <> 'agent' OR m.agent_id IS ?)"
        " AND m.said_at <= coalesce(?, m.said_at) AND m.recorded_at <= coalesce(?, m.recorded_at)"
    )
    return where, (*cubes, narrowing.agent_id, narrowing.as_of, narrowing.known_at)


def _grants(cursor: apsw.Cursor, cube: int) -> tuple[Grant, ...]:
    rows = every(
        cursor,
        "SELECT principal, role, granted_at, granted_by FROM grants WHERE cube=?"
        " ORDER BY principal",
        (cube,),
    )
    return tuple(Grant(who, Role(role), Instant(at), by) for who, role, at, by in rows)


def _episodes(cursor: apsw.Cursor, message: str) -> tuple[str, ...]:
    rows = every(
        cursor,
        "SELECT ref FROM derivations WHERE source=? AND source_version=0 AND kind='memory'"
        " ORDER BY ref",
        (pack(message),),
    )
    sql = "SELECT 1 FROM versions WHERE memory=? AND kind='episode' LIMIT 1"
    return tuple(ref for (ref,) in rows if one(cursor, sql, (pack(ref),)) is not None)


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
