"""Messages in the SQLite records: how they are read back."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from memos.contracts.records import Records
from memos.model.message import Message
from memos.model.scope import ReadScope
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.reach import cube_keys, marks
from memos.storage.sqlite.rows import MESSAGE_COLUMNS, message_of, pack


class SqliteMessages(Records):
    """A part of `SqliteRecords`."""

    _database: Database

    async def messages(
        self,
        scope: ReadScope,
        conversation_id: str | None = None,
        limit: int = 1000,
        before: str | None = None,
        after: str | None = None,
    ) -> list[Message]:
        def job(cursor: apsw.Cursor) -> list[Message]:
            where, values = seen = _seen_messages(cursor, scope)
            for named, side in ((before, "<"), (after, ">")):
                if named:
                    row = one(
                        cursor,
                        f"SELECT m.key FROM messages m WHERE {seen[0]} AND m.id = ?",
                        (*seen[1], pack(named)),
                    )
                    if row is None:
                        return []
                    where, values = f"{where} AND m.key {side} ?", (*values, row[0])
            if conversation_id is not None:
                where, values = f"{where} AND m.conversation = ?", (*values, conversation_id)
            rows = every(
                cursor,
                f"SELECT {MESSAGE_COLUMNS} FROM messages m JOIN cubes c ON c.key = m.cube"
                f" WHERE {where} ORDER BY m.key {'DESC' if after is None else ''} LIMIT ?",
                (*values, limit),
            )
            return [message_of(row) for row in (reversed(rows) if after is None else rows)]

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


def _seen_messages(cursor: apsw.Cursor, scope: ReadScope) -> tuple[str, tuple[object, ...]]:
    """A condition on messages ``m`` that the scope admits, with its values."""
    cubes, narrowing = list(cube_keys(cursor, scope)), scope.narrowing
    where = (
        f"m.cube IN ({marks(len(cubes))}) AND m.forgotten = 0"
        " AND (m.visibility <> 'agent' OR m.agent_id IS ?)"
        " AND m.said_at <= coalesce(?, m.said_at) AND m.recorded_at <= coalesce(?, m.recorded_at)"
    )
    return where, (*cubes, narrowing.agent_id, narrowing.as_of, narrowing.known_at)


def _episodes(cursor: apsw.Cursor, message: str) -> tuple[str, ...]:
    rows = every(
        cursor,
        "SELECT ref FROM derivations WHERE source=? AND source_version=0 AND kind='memory'"
        " ORDER BY ref",
        (pack(message),),
    )
    sql = "SELECT 1 FROM versions WHERE memory=? AND kind='episode' LIMIT 1"
    return tuple(ref for (ref,) in rows if one(cursor, sql, (pack(ref),)) is not None)
