"""Commits to the SQLite records: the jobs that the writer thread runs.

Commits that wait together are written together, each kind of row with one statement for all
of them. One that does more than add (supersedes, forgets, completes leases) runs alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import apsw

from memos.errors import Conflict, InvalidInput, MessageExists, NotFound, VersionConflict
from memos.model.changes import ChangeSet, Commit
from memos.model.memory import Memory, State
from memos.model.scope import WriteScope
from memos.model.task import Lane, Task
from memos.storage.queues.sqlite_turns import enqueue, finish
from memos.storage.records.sqlite_cubes import open_cubes
from memos.storage.records.sqlite_marks import Marks
from memos.storage.records.sqlite_rows import Rows
from memos.storage.sqlite.query import one
from memos.storage.sqlite.rows import pack
from memos.storage.sqlite.writer import Combinable

MARK = "SELECT value FROM marks WHERE cube=? AND name=?"
MOVE = "INSERT OR REPLACE INTO marks (cube, name, value) VALUES (?, ?, ?)"


class CommitJob(Combinable):
    """One change set for one cube."""

    def __init__(self, scope: WriteScope, changes: ChangeSet, followers: Sequence[str]) -> None:
        self.scope = scope
        self.changes = changes
        self.followers = followers

    @staticmethod
    def together(cursor: apsw.Cursor, jobs: Sequence[CommitJob]) -> list[Commit]:
        """Runs jobs of one database in order; raises what the first failing one raises."""
        done: list[Commit] = []
        for only_adds, share in groupby(jobs, CommitJob._only_adds):
            group = list(share)
            for part in [group] if only_adds else [[job] for job in group]:
                done += _write(cursor, part)
        return done

    def _only_adds(self) -> bool:
        changes = self.changes
        if changes.forget or changes.forget_messages or changes.completes or changes.marks:
            return False
        fresh = {message.id for message in changes.messages}
        return all(memory.version == 1 for memory in changes.memories) and all(
            each.source_id in fresh for each in changes.derivations
        )


def _write(cursor: apsw.Cursor, jobs: Sequence[CommitJob]) -> list[Commit]:
    cubes = open_cubes(cursor, [(job.scope.key, job.changes.at) for job in jobs])
    rows = Rows(cursor)
    runs = [_Run(cursor, job, cube, rows) for job, cube in zip(jobs, cubes, strict=True)]
    for run in runs:
        run.gather()
    try:
        rows.write()
    except apsw.ConstraintError as error:
        # With several jobs the writer tries each alone, and the guilty one gets here.
        raise runs[0].clash() from error
    return [run.finish() for run in runs]


class _Run:
    """One job while it is being written; it keeps what it has touched."""

    def __init__(
        self, cursor: apsw.Cursor, job: CommitJob, cube: tuple[int, int], rows: Rows
    ) -> None:
        self._cursor = cursor
        self._scope = job.scope
        self._changes = job.changes
        self._followers = job.followers
        self._cube, self._seq = cube
        self._rows = rows
        self._marks = Marks(cursor, job.scope, job.changes.at, {self._cube: self._seq})
        self._fresh: set[str] = set()  # ids that this commit brings into the world

    def gather(self) -> None:
        """Checks the change set and hands its rows over."""
        self._complete_leases()
        self._move_marks()
        changes = self._changes
        rows, cube, seq = self._rows, self._cube, self._seq
        for at, message in enumerate(changes.messages):
            self._belongs(f"messages[{at}]", message.cube_id)
            rows.add_message(message, cube, seq)
            self._fresh.add(message.id)
        for at, memory in enumerate(changes.memories):
            self._belongs(f"memories[{at}]", memory.cube_id)
            if memory.state is State.FORGOTTEN:
                raise InvalidInput(f"memories[{at}].state", "forgotten", "active or archived")
            if memory.version == 1:
                rows.add_memory(memory, cube, seq)
                self._fresh.add(memory.id)
            else:
                self._supersede(memory)
            rows.add_version(memory, cube, seq, self._scope.actor)
            self._marks.changed[memory.id] = cube
        for each in changes.derivations:
            rows.add_derivation(each)

    def finish(self) -> Commit:
        """Everything that looks at what is there by now."""
        changes, marks = self._changes, self._marks
        older = [each for each in changes.derivations if each.source_id not in self._fresh]
        for each in older:
            if not marks.exists(each):
                raise NotFound("memory" if each.source_version else "message", each.source_id)
        for message_id in changes.forget_messages:
            marks.forget_message(message_id, self._cube)
        for memory_id in changes.forget:
            marks.forget_memory(memory_id, self._cube)
        tainted: tuple[str, ...] = ()
        if older or marks.sources:
            written = {memory.id for memory in changes.memories}
            tainted = marks.taint(older, written, set(changes.derivations))
        tasks = [*changes.outbox, *self._following()]
        if tasks:
            enqueue(self._cursor, tasks, changes.at)
        return Commit(self._seq, tainted)

    def clash(self) -> Exception:
        """Why the rows of this change set were refused."""
        taken = self._rows.taken_names()
        if taken:
            return MessageExists(taken)
        for memory in self._changes.memories:
            id = pack(memory.id)
            row = one(self._cursor, "SELECT cube FROM memories WHERE id=?", (id,))
            if row is not None and row[0] == self._cube:
                return VersionConflict(memory.id, 0, self._marks.version(id))
            if row is not None:
                return Conflict(f"memory {memory.id} is taken in another cube")
        return Conflict("messages: an id is taken")

    def _complete_leases(self) -> None:
        leases = self._changes.completes
        done = finish(self._cursor, leases) if leases else set()
        for lease in leases:
            if lease.task_id not in done:
                raise Conflict(f"task {lease.task_id}: the lease of epoch {lease.epoch} is lost")

    def _move_marks(self) -> None:
        for mark in self._changes.marks:
            row = one(self._cursor, MARK, (self._cube, mark.name))
            at = 0 if row is None else row[0]
            if at != mark.was:
                raise Conflict(f"mark {mark.name}: it is at {at}, no longer at {mark.was}")
            self._cursor.execute(MOVE, (self._cube, mark.name, mark.now))

    def _supersede(self, memory: Memory) -> None:
        """Closes the current version; the memory is trusted again."""
        if memory.id in self._fresh:
            self._rows.write()
        id = pack(memory.id)
        known = one(
            self._cursor,
            "SELECT 1 FROM memories WHERE id=? AND cube=? AND state <> 'forgotten'",
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
        self._marks.sources[memory.id] = None

    def _following(self) -> list[Task]:
        if not self._followers:
            return []
        cube_ids: dict[int, Any] = {
            cube: one(self._cursor, "SELECT cube_id FROM cubes WHERE key=?", (cube,))
            for cube in set(self._marks.changed.values())
        }
        return [
            Task(f"project.{name}", self._scope.tenant, cube_ids[cube][0], memory_id, Lane.PROJECT)
            for memory_id, cube in self._marks.changed.items()
            for name in self._followers
        ]

    def _belongs(self, field: str, cube_id: str) -> None:
        if cube_id != self._scope.cube_id:
            raise InvalidInput(f"{field}.cube_id", repr(cube_id), repr(self._scope.cube_id))
