"""One commit to the SQLite records: the job that the writer thread runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import apsw

from memos.errors import Conflict, MessageExists, NotFound, VersionConflict
from memos.model.changes import ChangeSet, Commit
from memos.model.cube import personal_owner
from memos.model.memory import Memory, State
from memos.model.scope import WriteScope
from memos.model.task import Lane, Task
from memos.storage.queues.sqlite import enqueue
from memos.storage.sqlite.inline import InlineProjection
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.rows import (
    INSERT_MESSAGE,
    INSERT_VERSION,
    MEMORY_COLUMNS,
    MEMORY_TABLES,
    memory_of,
    message_row,
    pack,
    version_row,
)

BUMP = "UPDATE cubes SET seq = seq + 1 WHERE tenant=? AND cube_id=? RETURNING key, seq"


class CommitJob:
    """Writes one change set. Made anew for each run; it keeps what the run has touched."""

    def __init__(
        self,
        cursor: apsw.Cursor,
        scope: WriteScope,
        changes: ChangeSet,
        inline: Sequence[InlineProjection],
        followers: Sequence[str],
    ) -> None:
        self._cursor = cursor
        self._scope = scope
        self._changes = changes
        self._inline = inline
        self._followers = followers
        self._cube, self._seq = self._open_cube()
        self._seqs = {self._cube: self._seq}  # cubes that taint has reached, and this one
        self._places: dict[tuple[str, str], int] = {}  # (conversation, message id) -> ordinal
        self._added: list[tuple[int, Memory]] = []
        self._removed: dict[int, list[int]] = {}  # cube -> version keys
        self._changed: dict[str, int] = {}  # memory id -> cube, what projections have to follow
        self._tainted: list[str] = []

    def run(self) -> Commit:
        """All of the change set; raises before or after any step, the caller rolls back."""
        self._complete_leases()
        self._write_messages()
        for memory in self._changes.memories:
            self._write_memory(memory)
        self._cursor.executemany(
            "INSERT OR IGNORE INTO derivations VALUES (?,?,?,?)",
            [
                (pack(d.source_id), d.source_version, d.kind, d.ref)
                for d in self._changes.derivations
            ],
        )
        for message_id in self._changes.forget_messages:
            self._forget_message(message_id)
        for memory_id in self._changes.forget:
            self._forget_memory(memory_id)
        self._project()
        return Commit(self._seq, tuple(sorted(self._tainted)))

    def _open_cube(self) -> tuple[int, int]:
        key = self._scope.key
        row = one(self._cursor, BUMP, key)
        if row is not None:
            return row[0], row[1]
        owner = personal_owner(key.cube_id)
        if owner is None:
            raise NotFound("cube", key.cube_id)
        self._cursor.execute(
            "INSERT INTO cubes (tenant, cube_id, owner, name, created_at, seq) VALUES (?,?,?,?,?,1)",
            (key.tenant, key.cube_id, owner, key.cube_id, self._changes.at),
        )
        return self._cursor.connection.last_insert_rowid(), 1

    def _complete_leases(self) -> None:
        for lease in self._changes.completes:
            done = one(
                self._cursor,
                "DELETE FROM outbox WHERE id=? AND epoch=? AND state='running' RETURNING id",
                (lease.task_id, lease.epoch),
            )
            if done is None:
                raise Conflict(f"task {lease.task_id}: the lease of epoch {lease.epoch} is lost")

    def _write_messages(self) -> None:
        last: dict[str, int] = {}
        for message in self._changes.messages:
            conversation = message.conversation_id or ""
            if conversation not in last:
                last[conversation] = self._last_ordinal(conversation)
            last[conversation] += 1
            ordinal = last[conversation]
            row = message_row(message, self._cube, ordinal, self._seq)
            try:
                self._cursor.execute(INSERT_MESSAGE, row)
            except apsw.ConstraintError as error:
                raise MessageExists(self._taken()) from error
            self._places[conversation, message.message_id] = ordinal

    def _last_ordinal(self, conversation: str) -> int:
        row = one(
            self._cursor,
            "SELECT max(ordinal) FROM messages WHERE cube=? AND conversation=?",
            (self._cube, conversation),
        )
        return 0 if row is None or row[0] is None else int(row[0])

    def _taken(self) -> list[tuple[str, str]]:
        """Names that are in the store already or stand twice in the change set."""
        taken, seen = [], set(self._places)
        for message in self._changes.messages:
            name = (message.conversation_id or "", message.message_id)
            stored = one(
                self._cursor,
                "SELECT seq FROM messages WHERE cube=? AND conversation=? AND message_id=?",
                (self._cube, *name),
            )
            if (stored is not None and stored[0] != self._seq) or name in seen - set(self._places):
                taken.append(name)
            seen.add(name)
        return taken or [(m.conversation_id or "", m.message_id) for m in self._changes.messages]

    def _write_memory(self, memory: Memory) -> None:
        if memory.version == 1:
            self._cursor.execute(
                "INSERT INTO memories (id, cube, state, changed_seq) VALUES (?,?,?,?)",
                (pack(memory.id), self._cube, memory.state.value, self._seq),
            )
            key = self._cursor.connection.last_insert_rowid()
        else:
            key = self._supersede(memory)
        ordinal = memory.ordinal
        if memory.sources:
            ordinal = self._places.get((memory.conversation_id or "", memory.sources[0]), ordinal)
        self._cursor.execute(
            INSERT_VERSION,
            version_row(
                memory, key, self._cube, ordinal=ordinal, seq=self._seq, actor=self._scope.actor
            ),
        )
        self._added.append((self._cursor.connection.last_insert_rowid(), memory))
        self._changed[memory.id] = self._cube

    def _supersede(self, memory: Memory) -> int:
        """Closes the current version; gives the memory's row key."""
        key, tainted = self._known(memory.id)
        row = one(self._cursor, "SELECT max(version) FROM versions WHERE memory=?", (key,))
        current = int(row[0]) if row else 0
        if current != memory.version - 1:
            raise VersionConflict(memory.id, memory.version - 1, current)
        self._cursor.execute(
            "UPDATE versions SET superseded_at=? WHERE memory=? AND version=?",
            (self._changes.at, key, current),
        )
        self._cursor.execute(
            "UPDATE memories SET changed_seq=?, tainted=0 WHERE key=?", (self._seq, key)
        )
        if tainted:  # trusted again: its older versions come back into the indexes
            self._added.extend(self._versions(key))
        self._taint_dependants(memory.id, current)
        return key

    def _known(self, memory_id: str) -> tuple[int, bool]:
        row = one(
            self._cursor,
            "SELECT key, tainted FROM memories WHERE id=? AND cube=? AND state <> 'forgotten'",
            (pack(memory_id), self._cube),
        )
        if row is None:
            raise NotFound("memory", memory_id)
        return int(row[0]), bool(row[1])

    def _versions(self, key: int) -> list[tuple[int, Memory]]:
        sql = f"SELECT {MEMORY_COLUMNS}, v.key FROM {MEMORY_TABLES} WHERE v.memory=?"
        return [(row[-1], memory_of(row)) for row in every(self._cursor, sql, (key,))]

    def _forget_message(self, message_id: str) -> None:
        row = one(
            self._cursor,
            "UPDATE messages SET forgotten=1 WHERE id=? AND cube=? RETURNING id",
            (pack(message_id), self._cube),
        )
        if row is None:
            raise NotFound("message", message_id)
        episodes = []
        for ref in self._derived(pack(message_id), 0):
            found = one(
                self._cursor,
                "SELECT y.key FROM memories y JOIN versions v ON v.memory = y.key"
                " WHERE y.id=? AND y.cube=? AND v.kind='episode' LIMIT 1",
                (pack(ref), self._cube),
            )
            if found is not None:
                episodes.append(ref)
        for ref in episodes:
            self._forget_memory(ref)
        self._taint_refs(ref for ref in self._derived(pack(message_id), 0) if ref not in episodes)

    def _forget_memory(self, memory_id: str) -> None:
        row = one(
            self._cursor,
            "SELECT key, state FROM memories WHERE id=? AND cube=?",
            (pack(memory_id), self._cube),
        )
        if row is None:
            raise NotFound("memory", memory_id)
        key, state = row
        if state == State.FORGOTTEN.value:
            return
        self._cursor.execute(
            "UPDATE memories SET state='forgotten', changed_seq=? WHERE key=?", (self._seq, key)
        )
        self._leave_indexes(memory_id, key, self._cube)
        self._note("forgotten", key)
        self._forget_emptied_message(key)
        self._taint_dependants(memory_id, None)

    def _forget_emptied_message(self, key: int) -> None:
        """A message is gone for the reader when the last of its episodes is."""
        self._cursor.execute(
            """UPDATE messages SET forgotten=1 WHERE key IN (
                SELECT m.key FROM versions v
                JOIN messages m ON m.cube=v.cube AND m.conversation=v.conversation
                    AND m.ordinal=v.ordinal
                WHERE v.memory=? AND v.kind='episode' AND NOT EXISTS (
                    SELECT 1 FROM versions o JOIN memories y ON y.key=o.memory
                    WHERE o.cube=v.cube AND o.conversation=v.conversation
                        AND o.ordinal=v.ordinal AND o.kind='episode' AND y.state <> 'forgotten'))""",
            (key,),
        )

    def _taint_dependants(self, memory_id: str, up_to: int | None) -> None:
        self._taint_refs(self._derived(pack(memory_id), up_to))

    def _derived(self, source: bytes, up_to: int | None) -> list[str]:
        bound = 2**62 if up_to is None else up_to
        rows = every(
            self._cursor,
            "SELECT ref FROM derivations WHERE source=? AND source_version <= ? AND kind='memory'",
            (source, bound),
        )
        return [row[0] for row in rows]

    def _taint_refs(self, refs: Iterable[str]) -> None:
        """Taints memories and, transitively, what derives from them."""
        waiting = list(refs)
        while waiting:
            ref = waiting.pop()
            row = one(
                self._cursor,
                "UPDATE memories SET tainted=1 WHERE id=? AND tainted=0 AND state <> 'forgotten'"
                " RETURNING key, cube",
                (pack(ref),),
            )
            if row is None:
                continue
            key, cube = row
            self._cursor.execute(
                "UPDATE memories SET changed_seq=? WHERE key=?", (self._seq_of(cube), key)
            )
            self._leave_indexes(ref, key, cube)
            self._note("tainted", key)
            self._tainted.append(ref)
            waiting.extend(self._derived(pack(ref), None))

    def _seq_of(self, cube: int) -> int:
        if cube not in self._seqs:
            row = one(
                self._cursor, "UPDATE cubes SET seq = seq + 1 WHERE key=? RETURNING seq", (cube,)
            )
            self._seqs[cube] = int(row[0]) if row else 0
        return self._seqs[cube]

    def _leave_indexes(self, memory_id: str, key: int, cube: int) -> None:
        keys = [
            row[0] for row in every(self._cursor, "SELECT key FROM versions WHERE memory=?", (key,))
        ]
        self._removed.setdefault(cube, []).extend(keys)
        self._added = [entry for entry in self._added if entry[0] not in keys]
        self._changed[memory_id] = cube

    def _note(self, event: str, key: int) -> None:
        self._cursor.execute(
            "INSERT INTO events (memory, event, version, at, actor)"
            " SELECT ?, ?, max(version), ?, ? FROM versions WHERE memory=?",
            (key, event, self._changes.at, self._scope.actor, key),
        )

    def _project(self) -> None:
        tasks = [*self._changes.outbox, *self._following()]
        if tasks:
            enqueue(self._cursor, tasks, self._changes.at)
        for projection in self._inline:
            for cube, keys in self._removed.items():
                projection.write(self._cursor, cube, (), keys)
            if self._added:
                projection.write(self._cursor, self._cube, self._added, ())

    def _following(self) -> list[Task]:
        if not self._followers:
            return []
        cube_ids = {
            key: one(self._cursor, "SELECT cube_id FROM cubes WHERE key=?", (key,))
            for key in set(self._changed.values())
        }
        return [
            Task(f"project.{name}", self._scope.tenant, row[0], memory_id, Lane.PROJECT)
            for memory_id, cube in self._changed.items()
            if (row := cube_ids[cube]) is not None
            for name in self._followers
        ]
