"""Forgetting and taint in the SQLite records: what a commit does to memories that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import apsw

from memos.errors import NotFound
from memos.model.changes import Derivation
from memos.model.memory import State
from memos.model.scope import WriteScope
from memos.model.time import Instant
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.rows import pack, unpack


class Marks:
    """Part of one commit. `seqs` holds its seq in each cube that it has reached so far.

    `sources` are memories and messages that are no longer what they were, `changed` gives
    the cube of each memory that projections have to look at again.
    """

    def __init__(
        self, cursor: apsw.Cursor, scope: WriteScope, at: Instant, seqs: dict[int, int]
    ) -> None:
        self._cursor = cursor
        self._at = at
        self._actor = scope.actor
        self._tenant = scope.tenant
        self._seqs = seqs
        self.sources: dict[str, None] = {}
        self.changed: dict[str, int] = {}

    def version(self, id: bytes) -> int:
        """The number of a memory's newest version; 0 if there is none."""
        row = one(self._cursor, "SELECT max(version) FROM versions WHERE memory=?", (id,))
        return 0 if row is None or row[0] is None else int(row[0])

    def exists(self, each: Derivation) -> bool:
        """Whether the source of a derivation is there, forgotten or not."""
        id = pack(each.source_id)
        if each.source_version == 0:
            sql = f"SELECT 1 FROM messages WHERE id=? AND cube {_OWN}"
            return one(self._cursor, sql, (id, self._tenant)) is not None
        sql = f"SELECT 1 FROM memories WHERE id=? AND cube {_OWN}"
        known = one(self._cursor, sql, (id, self._tenant))
        return known is not None and 0 < each.source_version <= self.version(id)

    def forget_message(self, message_id: str, cube: int) -> None:
        """Hides a message and forgets its episodes; raises NotFound."""
        sql = "SELECT forgotten FROM messages WHERE id=? AND cube=?"
        row = one(self._cursor, sql, (pack(message_id), cube))
        if row is None:
            raise NotFound("message", message_id)
        if not row[0]:
            self._hide(message_id)
        for each in self._derived(message_id):
            if each.kind == "memory" and (place := self._episode(each.ref)) is not None:
                self.forget_memory(each.ref, place)

    def forget_memory(self, memory_id: str, cube: int) -> None:
        """Forgets a memory, and its message with the last of its episodes; raises NotFound."""
        id = pack(memory_id)
        row = one(self._cursor, "SELECT state FROM memories WHERE id=? AND cube=?", (id, cube))
        if row is None:
            raise NotFound("memory", memory_id)
        if row[0] == State.FORGOTTEN.value:
            return
        self._cursor.execute("UPDATE memories SET state='forgotten' WHERE id=?", (id,))
        self._note("forgotten", memory_id, cube)
        self.sources[memory_id] = None
        for (message,) in every(self._cursor, _EMPTIED, (id,)):
            self._hide(unpack(message))

    def taint(
        self,
        arrived: Iterable[Derivation],
        written: Collection[str],
        own: Collection[Derivation],
    ) -> tuple[str, ...]:
        """Taints what derives, at however many removes, from what has changed.

        `arrived` are derivations that came with the commit: their source may have changed
        while something was being made of it. Memories that were `written` by the commit
        answer only for its `own` derivations.
        """
        waiting = [*arrived, *(each for source in self.sources for each in self._derived(source))]
        tainted = []
        while waiting:
            each = waiting.pop()
            if each.ref in written and each not in own:
                continue
            cube = self._tainted_by(each)
            if cube is not None:
                self._cursor.execute("UPDATE memories SET tainted=1 WHERE id=?", (pack(each.ref),))
                self._note("tainted", each.ref, cube)
                tainted.append(each.ref)
                waiting += self._derived(each.ref)
        return tuple(sorted(tainted))

    def _tainted_by(self, each: Derivation) -> int | None:
        """The cube of the memory that a derivation makes unreliable; None if it does not."""
        row = one(
            self._cursor,
            "SELECT cube FROM memories WHERE id=? AND tainted=0 AND state <> 'forgotten'"
            f" AND cube {_OWN}",
            (pack(each.ref), self._tenant),
        )
        if row is None or each.ref == each.source_id or not self._stale(each):
            return None
        return int(row[0])

    def _stale(self, each: Derivation) -> bool:
        """Whether the source is no longer what it was when something was made from it."""
        id = pack(each.source_id)
        if each.source_version == 0:
            hidden = one(self._cursor, "SELECT forgotten FROM messages WHERE id=?", (id,))
            return hidden is not None and bool(hidden[0])
        row = one(self._cursor, "SELECT state, tainted FROM memories WHERE id=?", (id,))
        if row is None or row[0] == State.FORGOTTEN.value or row[1]:
            return True
        return each.source_version < self.version(id)

    def _derived(self, source_id: str) -> list[Derivation]:
        rows = every(
            self._cursor,
            "SELECT source_version, kind, ref FROM derivations WHERE source=?",
            (pack(source_id),),
        )
        return [Derivation(source_id, version, kind, ref) for version, kind, ref in rows]

    def _episode(self, memory_id: str) -> int | None:
        """The cube of a memory that is an episode; None for others."""
        row = one(
            self._cursor,
            "SELECT cube FROM versions WHERE memory=? AND kind='episode' LIMIT 1",
            (pack(memory_id),),
        )
        return None if row is None else int(row[0])

    def _hide(self, message_id: str) -> None:
        self._cursor.execute("UPDATE messages SET forgotten=1 WHERE id=?", (pack(message_id),))
        self.sources[message_id] = None

    def _note(self, event: str, memory_id: str, cube: int) -> None:
        """Writes down what happened to a memory, for histories and for indexes that follow."""
        id, seq = pack(memory_id), self._seq_in(cube)
        self._cursor.execute("UPDATE memories SET changed_seq=? WHERE id=?", (seq, id))
        self.changed[memory_id] = cube
        self._cursor.execute(
            "INSERT INTO events (memory, event, version, at, actor, cube, seq)"
            " VALUES (?,?,?,?,?,?,?)",
            (id, event, self.version(id), self._at, self._actor, cube, seq),
        )

    def _seq_in(self, cube: int) -> int:
        """The seq of this commit in a cube; taint takes it into others than its own."""
        if cube not in self._seqs:
            sql = "UPDATE cubes SET seq = seq + 1 WHERE key=? RETURNING seq"
            row = one(self._cursor, sql, (cube,))
            self._seqs[cube] = int(row[0]) if row else 0
        return self._seqs[cube]


_OWN = "IN (SELECT key FROM cubes WHERE tenant = ?)"

# Messages of an episode that is being forgotten, if no other episode of theirs is left.
_EMPTIED = """
SELECT m.id FROM versions v
JOIN messages m ON m.cube = v.cube AND m.conversation = v.conversation AND m.ordinal = v.ordinal
WHERE v.memory = ? AND v.kind = 'episode' AND m.forgotten = 0 AND NOT EXISTS (
    SELECT 1 FROM derivations d JOIN memories y ON y.id = unhex(replace(d.ref, '-', ''))
    JOIN versions o ON o.memory = y.id
    WHERE d.source = m.id AND d.source_version = 0 AND d.kind = 'memory'
        AND o.kind = 'episode' AND y.state <> 'forgotten')"""
