"""What the in-memory records hold, and how one change set alters it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from memos.errors import Conflict, InvalidInput, MessageExists, NotFound, VersionConflict
from memos.model.changes import ChangeSet, Commit, Derivation, HistoryEntry, MemoryState
from memos.model.cube import Cube, personal_owner
from memos.model.memory import Kind, Memory, State
from memos.model.message import Message
from memos.model.scope import CubeKey, WriteScope
from memos.model.time import Instant

Thread = tuple[str, str | None]
"""A conversation: (cube id, conversation id)."""


@dataclass(slots=True)
class Book:
    """Everything of one tenant. Once published it never changes: commits alter copies."""

    cubes: dict[str, Cube] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)  # by id, in order of commit
    hidden: set[str] = field(default_factory=set)  # ids of forgotten messages
    named: dict[tuple[Thread, str], str] = field(default_factory=dict)  # message id -> id
    lengths: dict[Thread, int] = field(default_factory=dict)
    chains: dict[str, tuple[Memory, ...]] = field(default_factory=dict)  # versions by memory id
    history: dict[str, tuple[HistoryEntry, ...]] = field(default_factory=dict)
    derived: dict[str, tuple[Derivation, ...]] = field(default_factory=dict)  # by source id
    marks: dict[tuple[str, str], int] = field(default_factory=dict)  # by cube id and name

    def copy(self) -> Book:
        """An independent book with the same, immutable, entries."""
        return Book(
            dict(self.cubes),
            dict(self.messages),
            set(self.hidden),
            dict(self.named),
            dict(self.lengths),
            dict(self.chains),
            dict(self.history),
            dict(self.derived),
            dict(self.marks),
        )

    def episodes(self, message_id: str) -> list[str]:
        """Ids of the episodes that hold a message, sorted."""
        return sorted(
            each.ref
            for each in self.derived.get(message_id, ())
            if each.kind == "memory"
            and each.ref in self.chains
            and self.chains[each.ref][-1].kind is Kind.EPISODE
        )

    def forgotten(self, memory_id: str) -> bool:
        """Whether a memory that is here has been forgotten."""
        return self.chains[memory_id][-1].state is State.FORGOTTEN

    def held(self, cube_id: str) -> tuple[int, int]:
        """How many messages and current memories are in a cube."""
        messages = sum(
            one.cube_id == cube_id and one.id not in self.hidden for one in self.messages.values()
        )
        memories = sum(
            last.cube_id == cube_id and not last.tainted and last.state is not State.FORGOTTEN
            for *_, last in self.chains.values()
        )
        return messages, memories

    def state(self, memory_id: str) -> MemoryState:
        """A memory as projections are to see it."""
        chain = self.chains[memory_id]
        gone = chain[-1].tainted or chain[-1].state is State.FORGOTTEN
        return MemoryState(memory_id, chain[-1].changed_seq, () if gone else chain)


class Draft:
    """A copy of the book to which one change set is written; published only if all went well."""

    def __init__(self, book: Book, scope: WriteScope, changes: ChangeSet) -> None:
        self.book = book.copy()
        self.changed: dict[str, None] = {}  # memory ids, in the order in which they were met
        self._scope = scope
        self._changes = changes
        self._seqs: dict[str, int] = {}
        self._sources: dict[str, None] = {}  # what was superseded or forgotten
        self._tainted: list[str] = []

    def write(self) -> Commit:
        """Applies the change set; what it raises leaves the published book as it was."""
        self._find_cube()
        self._move_marks()
        seq = self._bump(self._scope.cube_id)
        places = self._add_messages(seq)
        for n, memory in enumerate(self._changes.memories):
            self._add_memory(f"memories[{n}]", memory, places)
        self._add_derivations()
        self._forget()
        self._taint()
        return Commit(seq, tuple(sorted(self._tainted)))

    def states(self) -> Iterator[tuple[CubeKey, list[MemoryState]]]:
        """The changed memories by cube, for projections."""
        found: dict[str, list[MemoryState]] = defaultdict(list)
        for memory_id in self.changed:
            found[self.book.chains[memory_id][-1].cube_id].append(self.book.state(memory_id))
        for cube_id, states in found.items():
            yield CubeKey(self._scope.tenant, cube_id), states

    def _find_cube(self) -> None:
        cube_id = self._scope.cube_id
        if cube_id in self.book.cubes:
            return
        owner = personal_owner(cube_id)
        if owner is None:
            raise NotFound("cube", cube_id)
        self.book.cubes[cube_id] = Cube(cube_id, owner, cube_id, self._changes.at)

    def _move_marks(self) -> None:
        for mark in self._changes.marks:
            name = self._scope.cube_id, mark.name
            at = self.book.marks.get(name, 0)
            if at != mark.was:
                raise Conflict(f"mark {mark.name}: it is at {at}, no longer at {mark.was}")
            self.book.marks[name] = mark.now

    def _bump(self, cube_id: str) -> int:
        """The seq of this commit in a cube; taint takes it into cubes besides its own."""
        if cube_id not in self._seqs:
            cube = self.book.cubes[cube_id]
            self._seqs[cube_id] = cube.seq + 1
            self.book.cubes[cube_id] = replace(cube, seq=cube.seq + 1)
        return self._seqs[cube_id]

    def _add_messages(self, seq: int) -> dict[tuple[str | None, str], int]:
        """Gives the ordinal of each (conversation id, message id) that was added."""
        places: dict[tuple[str | None, str], int] = {}
        taken = []
        for n, message in enumerate(self._changes.messages):
            self._belongs(f"messages[{n}]", message.cube_id)
            thread = (message.cube_id, message.conversation_id)
            if (thread, message.message_id) in self.book.named:
                taken.append((message.conversation_id or "", message.message_id))
                continue
            if message.id in self.book.messages:
                raise Conflict(f"messages[{n}].id: {message.id} is taken")
            ordinal = self.book.lengths.get(thread, 0) + 1
            places[message.conversation_id, message.message_id] = ordinal
            self.book.lengths[thread] = ordinal
            self.book.named[thread, message.message_id] = message.id
            self.book.messages[message.id] = replace(message, ordinal=ordinal, seq=seq)
        if taken:
            raise MessageExists(taken)
        return places

    def _add_memory(
        self, field: str, memory: Memory, places: dict[tuple[str | None, str], int]
    ) -> None:
        self._belongs(field, memory.cube_id)
        if memory.state is State.FORGOTTEN:
            raise InvalidInput(f"{field}.state", "forgotten", "active, archived; see `forget`")
        older = self._chain_before(memory)
        seq = self._bump(memory.cube_id)
        first = memory.sources[0] if memory.sources else ""
        added = replace(
            memory,
            ordinal=places.get((memory.conversation_id, first), memory.ordinal),
            superseded_at=None,
            tainted=False,
            seq=seq,
        )
        if older:
            self._sources[memory.id] = None
            older = (*older[:-1], replace(older[-1], superseded_at=self._changes.at))
        self.book.chains[memory.id] = tuple(
            replace(version, tainted=False, changed_seq=seq) for version in (*older, added)
        )
        self.changed[memory.id] = None
        event = "updated" if older else "created"
        self._note(memory.id, event, added.recorded_at, added.content)

    def _chain_before(self, memory: Memory) -> tuple[Memory, ...]:
        """The versions which `memory` follows; raises unless it is the next one."""
        chain = self.book.chains.get(memory.id, ())
        foreign = bool(chain) and chain[-1].cube_id != memory.cube_id
        if memory.version > 1 and (not chain or foreign or self.book.forgotten(memory.id)):
            raise NotFound("memory", memory.id)
        if foreign:
            raise Conflict(f"memory {memory.id} is taken in another cube")
        if memory.version != len(chain) + 1:
            raise VersionConflict(memory.id, memory.version - 1, len(chain))
        return chain

    def _add_derivations(self) -> None:
        for each in self._changes.derivations:
            if each.source_version == 0:
                if each.source_id not in self.book.messages:
                    raise NotFound("message", each.source_id)
            elif not 0 < each.source_version <= len(self.book.chains.get(each.source_id, ())):
                raise NotFound("memory", each.source_id)
            known = self.book.derived.get(each.source_id, ())
            if each not in known:
                self.book.derived[each.source_id] = (*known, each)

    def _forget(self) -> None:
        """All of what is forgotten, before taint looks at what is left."""
        for message_id in self._changes.forget_messages:
            message = self.book.messages.get(message_id)
            if message is None or message.cube_id != self._scope.cube_id:
                raise NotFound("message", message_id)
            self._hide(message_id)
            for episode in self.book.episodes(message_id):
                self._forget_memory(episode)
        for memory_id in self._changes.forget:
            chain = self.book.chains.get(memory_id)
            if chain is None or chain[-1].cube_id != self._scope.cube_id:
                raise NotFound("memory", memory_id)
            self._forget_memory(memory_id)

    def _forget_memory(self, memory_id: str) -> None:
        if self.book.forgotten(memory_id):
            return
        self._change(memory_id, state=State.FORGOTTEN)
        self._sources[memory_id] = None
        self._note(memory_id, "forgotten", self._changes.at)
        for message_id in self._messages_of(memory_id):
            if all(map(self.book.forgotten, self.book.episodes(message_id))):
                self._hide(message_id)

    def _messages_of(self, episode: str) -> list[str]:
        return [
            source
            for source in self.book.derived
            if source in self.book.messages and episode in self.book.episodes(source)
        ]

    def _hide(self, message_id: str) -> None:
        if message_id not in self.book.hidden:
            self.book.hidden.add(message_id)
            self._sources[message_id] = None

    def _taint(self) -> None:
        """What derives, at however many removes, from what this commit made unreliable.

        What comes with the change set is looked at too: its source may have changed while
        it was being made.
        """
        waiting = list(self._changes.derivations)
        for source in self._sources:
            waiting += self.book.derived.get(source, ())
        while waiting:
            each = waiting.pop()
            if self._stale(each) and self._reaches(each):
                self._change(each.ref, tainted=True)
                self._tainted.append(each.ref)
                self._note(each.ref, "tainted", self._changes.at)
                waiting += self.book.derived.get(each.ref, ())

    def _stale(self, each: Derivation) -> bool:
        """Whether the source is no longer what it was when something was made from it."""
        if each.source_version == 0:
            return each.source_id in self.book.hidden
        current = self.book.chains[each.source_id][-1]
        return (
            current.state is State.FORGOTTEN
            or current.tainted
            or each.source_version < current.version
        )

    def _reaches(self, each: Derivation) -> bool:
        """Whether there is a memory that a stale derivation makes unreliable.

        A version written by this commit answers only for the sources that come with it.
        """
        chain = self.book.chains.get(each.ref)
        if chain is None or each.ref == each.source_id:
            return False
        if chain[-1].tainted or chain[-1].state is State.FORGOTTEN:
            return False
        written = any(memory.id == each.ref for memory in self._changes.memories)
        return not written or each in self._changes.derivations

    def _change(self, memory_id: str, *, state: State | None = None, tainted: bool = False) -> None:
        """Marks all versions of a memory, as something that this commit did to its cube."""
        chain = self.book.chains[memory_id]
        seq = self._bump(chain[-1].cube_id)
        self.book.chains[memory_id] = tuple(
            replace(
                version,
                changed_seq=seq,
                state=state or version.state,
                tainted=tainted or version.tainted,
            )
            for version in chain
        )
        self.changed[memory_id] = None

    def _note(self, memory_id: str, event: str, at: Instant, content: str | None = None) -> None:
        version = self.book.chains[memory_id][-1].version
        entry = HistoryEntry(memory_id, event, version, at, self._scope.actor, content)
        self.book.history[memory_id] = (*self.book.history.get(memory_id, ()), entry)

    def _belongs(self, field: str, cube_id: str) -> None:
        if cube_id != self._scope.cube_id:
            raise InvalidInput(f"{field}.cube_id", repr(cube_id), repr(self._scope.cube_id))
