"""One commit to the SQLite records: the job that the writer thread runs."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from memos.errors import Conflict, InvalidInput, MessageExists, NotFound, VersionConflict
from memos.model.changes import ChangeSet, Commit, Derivation
from memos.model.cube import personal_owner
from memos.model.memory import Memory, State
from memos.model.scope import WriteScope
from memos.model.task import Lane, Task
from memos.storage.queues.sqlite import enqueue
from memos.storage.records.sqlite_marks import Marks
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

LAST = """
SELECT ordinal FROM messages WHERE cube=? AND conversation=? ORDER BY ordinal DESC LIMIT 1"""


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
        self._marks = Marks(cursor, scope, changes.at, {self._cube: self._seq})
        self._places: dict[tuple[str, str], int] = {}  # (conversation, message id) -> ordinal
        self._added: list[tuple[int, Memory]] = []
        self._fresh: set[str] = set()  # ids that this commit brings into the world

    def run(self) -> Commit:
        """All of the change set; raises before or after any step, the caller rolls back."""
        changes = self._changes
        self._complete_leases()
        self._write_messages()
        for memory in changes.memories:
            self._write_memory(memory)
        if changes.derivations:
            self._derive(changes.derivations)
        for message_id in changes.forget_messages:
            self._marks.forget_message(message_id, self._cube)
        for memory_id in changes.forget:
            self._marks.forget_memory(memory_id, self._cube)
        tainted = self._marks.taint(
            [each for each in changes.derivations if each.source_id not in self._fresh],
            {memory.id for memory in changes.memories},
            set(changes.derivations),
        )
        self._project()
        return Commit(self._seq, tainted)

    def _open_cube(self) -> tuple[int, int]:
        key = self._scope.key
        row = one(self._cursor, "SELECT key, seq FROM cubes WHERE tenant=? AND cube_id=?", key)
        if row is not None:
            # Not in one statement with RETURNING: that opens a savepoint, and at each of
            # those FTS5 writes out what it has gathered from the other jobs of the group.
            self._cursor.execute("UPDATE cubes SET seq=? WHERE key=?", (row[1] + 1, row[0]))
            return row[0], row[1] + 1
        owner = personal_owner(key.cube_id)
        if owner is None:
            raise NotFound("cube", key.cube_id)
        self._cursor.execute(
            "INSERT INTO cubes (tenant, cube_id, owner, name, created_at, seq)"
            " VALUES (?,?,?,?,?,1)",
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
        for at, message in enumerate(self._changes.messages):
            self._belongs(f"messages[{at}]", message.cube_id)
            conversation = message.conversation_id or ""
            if conversation not in last:
                row = one(self._cursor, LAST, (self._cube, conversation))
                last[conversation] = row[0] if row else 0
            last[conversation] += 1
            ordinal = last[conversation]
            try:
                self._cursor.execute(
                    INSERT_MESSAGE, message_row(message, self._cube, ordinal, self._seq)
                )
            except apsw.ConstraintError as error:
                taken = self._taken()
                if not taken:
                    raise Conflict(f"messages[{at}].id: {message.id} is taken") from error
                raise MessageExists(taken) from error
            self._places[conversation, message.message_id] = ordinal
            self._fresh.add(message.id)

    def _taken(self) -> list[tuple[str, str]]:
        """Names of the change set that are in the store already, or stand in it twice."""
        taken, seen = [], set()
        for message in self._changes.messages:
            name = (message.conversation_id or "", message.message_id)
            stored = one(
                self._cursor,
                "SELECT seq FROM messages WHERE cube=? AND conversation=? AND message_id=?",
                (self._cube, *name),
            )
            if name in seen or (stored is not None and stored[0] != self._seq):
                taken.append(name)
            seen.add(name)
        return taken

    def _write_memory(self, memory: Memory) -> None:
        self._belongs("memories", memory.cube_id)
        if memory.state is State.FORGOTTEN:
            raise InvalidInput("memories.state", "forgotten", "active, archived; see `forget`")
        if memory.version == 1:
            self._create(memory)
        else:
            self._supersede(memory)
        ordinal = memory.ordinal
        if memory.sources:
            ordinal = self._places.get((memory.conversation_id or "", memory.sources[0]), ordinal)
        self._cursor.execute(
            INSERT_VERSION,
            version_row(
                memory, self._cube, ordinal=ordinal, seq=self._seq, actor=self._scope.actor
            ),
        )
        self._added.append((self._cursor.connection.last_insert_rowid(), memory))
        self._marks.changed[memory.id] = self._cube

    def _create(self, memory: Memory) -> None:
        id = pack(memory.id)
        try:
            self._cursor.execute(
                "INSERT INTO memories (id, cube, state, changed_seq) VALUES (?,?,?,?)",
                (id, self._cube, memory.state.value, self._seq),
            )
        except apsw.ConstraintError as error:
            row = one(self._cursor, "SELECT cube FROM memories WHERE id=?", (id,))
            if row is None or row[0] != self._cube:
                raise Conflict(f"memory {memory.id} is taken in another cube") from error
            raise VersionConflict(memory.id, 0, self._marks.version(id)) from error
        self._fresh.add(memory.id)

    def _supersede(self, memory: Memory) -> None:
        """Closes the current version; the memory is trusted again."""
        id = pack(memory.id)
        known = one(
            self._cursor,
            "SELECT tainted FROM memories WHERE id=? AND cube=? AND state <> 'forgotten'",
            (id, self._cube),
        )
        if known is None:
            raise NotFound("memory", memory.id)
        current = self._marks.version(id)
        if current != memory.version - 1:
            raise VersionConflict(memory.id, memory.version - 1, current)
        self._cursor.execute(
            "UPDATE versions SET superseded_at=? WHERE memory=? AND version=?",
            (self._changes.at, id, current),
        )
        self._cursor.execute(
            "UPDATE memories SET changed_seq=?, state=?, tainted=0 WHERE id=?",
            (self._seq, memory.state.value, id),
        )
        if known[0]:  # its older versions come back into the indexes
            sql = f"SELECT {MEMORY_COLUMNS}, v.key FROM {MEMORY_TABLES} WHERE v.memory=?"
            self._added += [(row[-1], memory_of(row)) for row in every(self._cursor, sql, (id,))]
        self._marks.sources[memory.id] = None

    def _derive(self, derivations: Sequence[Derivation]) -> None:
        for each in derivations:
            if each.source_id not in self._fresh and not self._marks.exists(each):
                kind = "memory" if each.source_version else "message"
                raise NotFound(kind, each.source_id)
        self._cursor.executemany(
            "INSERT OR IGNORE INTO derivations VALUES (?,?,?,?)",
            [(pack(d.source_id), d.source_version, d.kind, d.ref) for d in derivations],
        )

    def _project(self) -> None:
        tasks = [*self._changes.outbox, *self._following()]
        if tasks:
            enqueue(self._cursor, tasks, self._changes.at)
        gone = {key for keys in self._marks.removed.values() for key in keys}
        added = [entry for entry in self._added if entry[0] not in gone]
        for projection in self._inline:
            for cube, keys in self._marks.removed.items():
                projection.write(self._cursor, cube, (), keys)
            if added:
                projection.write(self._cursor, self._cube, added, ())

    def _following(self) -> list[Task]:
        if not self._followers:
            return []
        cube_ids = {
            cube: one(self._cursor, "SELECT cube_id FROM cubes WHERE key=?", (cube,))
            for cube in set(self._marks.changed.values())
        }
        return [
            Task(f"project.{name}", self._scope.tenant, row[0], memory_id, Lane.PROJECT)
            for memory_id, cube in self._marks.changed.items()
            if (row := cube_ids[cube]) is not None
            for name in self._followers
        ]

    def _belongs(self, field: str, cube_id: str) -> None:
        if cube_id != self._scope.cube_id:
            raise InvalidInput(f"{field}.cube_id", repr(cube_id), repr(self._scope.cube_id))
