"""Rows of commits that are written together, each kind with one statement."""

from __future__ import annotations

from typing import Any

import apsw

from memos.model.changes import Derivation
from memos.model.memory import Memory
from memos.model.message import Message
from memos.storage.sqlite.query import many
from memos.storage.sqlite.rows import (
    INSERT_MESSAGE,
    INSERT_VERSION,
    message_row,
    pack,
    version_row,
)

Thread = tuple[int, str]
"""A conversation: (cube, conversation id or '')."""

LAST_ORDINALS = """
SELECT v.column1, v.column2, (SELECT ordinal FROM messages
    WHERE cube = v.column1 AND conversation = v.column2 ORDER BY ordinal DESC LIMIT 1)
FROM ({}) AS v"""
INSERT_MEMORY = "INSERT INTO memories (id, cube, state, changed_seq) {}"
INSERT_DERIVATION = "INSERT OR IGNORE INTO derivations {}"
NAMES = """
SELECT m.cube, m.conversation, m.message_id, m.id FROM messages m JOIN ({}) AS v
ON m.cube = v.column1 AND m.conversation = v.column2 AND m.message_id = v.column3"""


class Rows:
    """Gathers rows and writes them."""

    def __init__(self, cursor: apsw.Cursor) -> None:
        self._cursor = cursor
        self._messages: list[tuple[Message, int, int]] = []
        self._memories: list[tuple[Any, ...]] = []
        self._versions: list[tuple[Memory, int, int, str]] = []
        self._derivations: list[tuple[Any, ...]] = []
        self._names: list[tuple[int, str, str]] = []

    def add_message(self, message: Message, cube: int, seq: int) -> None:
        """A message; its ordinal is found when it is written."""
        self._messages.append((message, cube, seq))
        self._names.append((cube, message.conversation_id or "", message.message_id))

    def add_memory(self, memory: Memory, cube: int, seq: int) -> None:
        """The memory of a first version."""
        self._memories.append((pack(memory.id), cube, memory.state.value, seq))

    def add_version(self, memory: Memory, cube: int, seq: int, actor: str) -> None:
        """A version."""
        self._versions.append((memory, cube, seq, actor))

    def add_derivation(self, each: Derivation) -> None:
        """A link from a source to what was made of it."""
        self._derivations.append((pack(each.source_id), each.source_version, each.kind, each.ref))

    def write(self) -> None:
        """Writes what was gathered since the last time; raises apsw.ConstraintError."""
        places = self._write_messages()
        many(self._cursor, INSERT_MEMORY, self._memories)
        versions = []
        for memory, cube, seq, actor in self._versions:
            ordinal = memory.ordinal
            if memory.sources and places:
                name = (cube, memory.conversation_id or "", memory.sources[0])
                ordinal = places.get(name, ordinal)
            versions.append(version_row(memory, cube, ordinal=ordinal, seq=seq, actor=actor))
        many(self._cursor, INSERT_VERSION, versions)
        many(self._cursor, INSERT_DERIVATION, self._derivations)
        for gathered in (self._messages, self._memories, self._versions, self._derivations):
            gathered.clear()

    def _write_messages(self) -> dict[tuple[int, str, str], int]:
        """Gives the ordinal of each message, by cube, conversation and message id."""
        threads = list(dict.fromkeys(name[:2] for name in self._names))
        last: dict[Thread, int] = {
            (cube, conversation): ordinal or 0
            for cube, conversation, ordinal in many(self._cursor, LAST_ORDINALS, threads)
        }
        rows, places = [], {}
        for message, cube, seq in self._messages:
            thread = (cube, message.conversation_id or "")
            last[thread] += 1
            places[thread[0], thread[1], message.message_id] = last[thread]
            rows.append(message_row(message, cube, last[thread], seq))
        many(self._cursor, INSERT_MESSAGE, rows)
        return places

    def taken_names(self) -> list[tuple[str, str]]:
        """(conversation, message id) of messages that are stored already or come twice.

        For after a failed write, when some of the gathered rows may be there.
        """
        fresh = {pack(message.id) for message, _, _ in self._messages}
        stored = {row[:3] for row in many(self._cursor, NAMES, self._names) if row[3] not in fresh}
        seen: set[tuple[int, str, str]] = set()
        taken = []
        for name in self._names:
            if name in stored or name in seen:
                taken.append(name[1:])
            seen.add(name)
        return taken
