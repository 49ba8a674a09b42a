"""Records in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from memos.contracts.outline import Outline, Wanted
from memos.contracts.projection import Projection
from memos.contracts.records import Records
from memos.errors import Conflict, NotFound
from memos.model.changes import ChangeSet, Commit, HistoryEntry, MemoryState
from memos.model.cube import USER_PREFIX, Cube, Grant
from memos.model.memory import Kind, Memory, Ref, State, Visibility
from memos.model.message import Message
from memos.model.scope import CubeKey, Narrowing, ReadScope, SystemScope, WriteScope
from memos.model.task import Lane, Task
from memos.model.time import Instant, SystemClock
from memos.model.user import User
from memos.storage.outline import outlined
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.records import memory_check
from memos.storage.records.memory_state import Book, Draft


class MemoryRecords(Records):
    """A book for each tenant; a commit writes a copy and publishes it when all went well.

    `inline` projections live in this process and never wait for anything: they are
    written while other commits are held off. `followers` names the projections that
    follow through the outbox.
    """

    def __init__(
        self,
        inline: Sequence[Projection] = (),
        followers: Sequence[str] = (),
        outbox: MemoryOutbox | None = None,
    ) -> None:
        self._inline = tuple(inline)
        self._followers = tuple(followers)
        self._outbox = outbox or MemoryOutbox(SystemClock())
        self._books: dict[str, Book] = {}
        self._lock = threading.Lock()

    async def commit(self, scope: WriteScope, changes: ChangeSet) -> Commit:
        with self._lock, self._outbox.committing(changes.completes):
            draft = Draft(self._book(scope.tenant), scope, changes)
            commit = draft.write()
            await self._project(scope.tenant, draft)
            self._outbox.add([*changes.outbox, *self._following(draft)], changes.at)
            self._books[scope.tenant] = draft.book
            return commit

    async def _project(self, tenant: str, draft: Draft) -> None:
        states = list(draft.states())
        try:
            for projection in self._inline:
                for key, changed in states:
                    await projection.apply(key, changed)
        except BaseException:
            before = self._book(tenant)
            for projection in self._inline:
                for key, _ in states:
                    await projection.clear(key)
                    await projection.apply(key, _states(before, key.cube_id))
            raise

    def _following(self, draft: Draft) -> list[Task]:
        return [
            Task(f"project.{name}", key.tenant, key.cube_id, state.memory_id, Lane.PROJECT)
            for key, states in draft.states()
            for state in states
            for name in self._followers
        ]

    async def memories(self, scope: ReadScope, refs: Sequence[Ref]) -> dict[Ref, Memory]:
        wanted = set(refs)
        found = self._admitted(scope, [memory_id for memory_id, _ in refs])
        return {memory.ref: memory for memory in found if memory.ref in wanted}

    async def by_id(self, scope: ReadScope, ids: Sequence[str]) -> dict[str, Memory]:
        return {memory.id: memory for memory in self._admitted(scope, ids)}

    async def recent(
        self, scope: ReadScope, limit: int, kinds: Sequence[Kind] | None = None
    ) -> list[Memory]:
        return _newest(
            (memory for memory in self._admitted(scope) if kinds is None or memory.kind in kinds),
            limit,
        )

    async def listed(self, scope: ReadScope, limit: int, before: str | None = None) -> list[Memory]:
        found = {
            memory.id: memory
            for memory in self._admitted(scope)
            if before is None or memory.id < before
        }
        return [found[memory_id] for memory_id in sorted(found, reverse=True)[:limit]]

    async def said_between(
        self, scope: ReadScope, start: int, end: int, limit: int
    ) -> list[Memory]:
        found = [
            (memory.said_at, memory.ref, memory)
            for memory in self._admitted(scope)
            if memory.said_at is not None and start <= memory.said_at < end
        ]
        return [memory for _, _, memory in sorted(found, key=lambda entry: entry[:2])[:limit]]

    async def outline(
        self, scope: ReadScope, refs: Sequence[Ref], wanted: Wanted, before: int, after: int
    ) -> Outline:
        chosen = await self.memories(scope, refs)
        reach = replace(scope, narrowing=replace(scope.narrowing, kinds=None, filter=None))
        near = [
            memory
            for memory in self._admitted(reach)
            if memory.ref in chosen
            or any(_beside(memory, one, before, after) for one in chosen.values())
        ]
        admitted = [scope.narrowing.admits(memory) for memory in near]
        return outlined(scope.cubes, near, admitted, wanted)

    async def pending(
        self, scope: ReadScope, projection: str, limit: int
    ) -> tuple[list[Memory], int]:
        with self._lock:
            waiting = [
                subject
                for key in dict.fromkeys(scope.cube_keys)
                for subject in self._outbox.subjects(key, f"project.{projection}")
            ]
            return _newest(self._admitted(scope, waiting), limit), len(waiting)

    async def history(self, scope: ReadScope, memory_id: str) -> list[HistoryEntry]:
        book = self._book(scope.tenant)
        chain = book.chains.get(memory_id)
        if chain is None or chain[-1].cube_id not in scope.cubes:
            return []
        if not scope.narrowing.admits(chain[-1]):
            return []
        return sorted(book.history[memory_id], key=lambda entry: entry.at)

    async def messages(
        self,
        scope: ReadScope,
        conversation_id: str | None = None,
        limit: int = 1000,
        before: str | None = None,
        after: str | None = None,
    ) -> list[Message]:
        book = self._book(scope.tenant)
        seen = [
            message
            for message in book.messages.values()
            if message.cube_id in scope.cubes
            and message.id not in book.hidden
            and _admits_message(scope.narrowing, message)
        ]
        ids = [message.id for message in seen]
        if not {named for named in (before, after) if named} <= set(ids):
            return []
        start = ids.index(after) + 1 if after else 0
        seen = seen[start : ids.index(before) if before else None]
        if conversation_id is not None:
            seen = [message for message in seen if message.conversation_id == conversation_id]
        return seen[max(0, len(seen) - limit) :] if after is None else seen[:limit]

    async def messages_named(
        self, scope: ReadScope, named: Sequence[tuple[str | None, str]]
    ) -> dict[tuple[str | None, str], tuple[Message, tuple[str, ...]]]:
        book = self._book(scope.tenant)
        found: dict[tuple[str | None, str], tuple[Message, tuple[str, ...]]] = {}
        for conversation, message_id in named:
            for cube_id in reversed(scope.cubes):  # so that the first cube has the last word
                known = book.named.get(((cube_id, conversation), message_id))
                if known is not None:
                    episodes = tuple(book.episodes(known))
                    found[conversation, message_id] = (book.messages[known], episodes)
        return found

    async def derived(self, scope: ReadScope, ids: Sequence[str]) -> dict[str, list[Memory]]:
        book = self._book(scope.tenant)
        made = {
            source: {each.ref for each in book.derived.get(source, ()) if each.ref in book.chains}
            for source in dict.fromkeys(ids)
        }
        reach = replace(scope, narrowing=replace(scope.narrowing, by_name=True))
        named = await self.by_id(reach, [ref for refs in made.values() for ref in refs])
        found = {
            source: [named[ref] for ref in sorted(refs) if ref in named and _sound(named[ref])]
            for source, refs in made.items()
        }
        return {source: memories for source, memories in found.items() if memories}

    async def cube(self, key: CubeKey) -> Cube | None:
        return self._book(key.tenant).cubes.get(key.cube_id)

    async def recorded_by(self, key: CubeKey, seq: int) -> Instant | None:
        moments = [
            version.recorded_at
            for chain in self._book(key.tenant).chains.values()
            for version in chain
            if version.cube_id == key.cube_id and version.seq <= seq
        ]
        return max(moments, default=None)

    async def cubes(self, tenant: str, principals: Sequence[str]) -> list[Cube]:
        cubes = self._book(tenant).cubes
        found = [cubes[cube_id] for cube_id in sorted(cubes)]
        return [cube for cube in found if cube.role_of(tuple(principals)) is not None]

    async def users(self, tenant: str, limit: int, after: str = "") -> list[User]:
        book = self._book(tenant)
        found = sorted(
            (name.removeprefix(USER_PREFIX), cube.created_at)
            for name, cube in book.cubes.items()
            if name.startswith(USER_PREFIX) and name > USER_PREFIX + after
        )[:limit]
        return [User(name, made, *book.held(USER_PREFIX + name)) for name, made in found]

    async def create_cube(self, tenant: str, cube: Cube) -> None:
        with self._lock:
            book = self._book(tenant).copy()
            if cube.cube_id in book.cubes:
                raise Conflict(f"cube_id: {cube.cube_id!r} is taken")
            book.cubes[cube.cube_id] = _granting(replace(cube, seq=0), cube.grants)
            self._books[tenant] = book

    async def set_grant(self, key: CubeKey, grant: Grant) -> None:
        with self._lock:
            cube = self._book(key.tenant).cubes.get(key.cube_id)
            if cube is None:
                raise NotFound("cube", key.cube_id)
            self._regrant(key, cube, [*_without(cube, grant.principal), grant])

    async def drop_grant(self, key: CubeKey, principal: str) -> bool:
        with self._lock:
            cube = self._book(key.tenant).cubes.get(key.cube_id)
            if cube is None or len(_without(cube, principal)) == len(cube.grants):
                return False
            self._regrant(key, cube, _without(cube, principal))
            return True

    def _regrant(self, key: CubeKey, cube: Cube, grants: Sequence[Grant]) -> None:
        book = self._book(key.tenant).copy()
        book.cubes[key.cube_id] = _granting(cube, grants)
        self._books[key.tenant] = book

    async def marks(self, key: CubeKey) -> Mapping[str, int]:
        marks = self._book(key.tenant).marks
        return {name: at for (cube_id, name), at in marks.items() if cube_id == key.cube_id}

    async def tainted_by(self, key: CubeKey, ids: Sequence[str]) -> list[Memory]:
        book = self._book(key.tenant)
        refs = {
            each.ref
            for source in ids
            for each in book.derived.get(source, ())
            if each.kind == "memory" and each.ref in book.chains
        }
        last = [book.chains[ref][-1] for ref in sorted(refs)]
        return [
            one
            for one in last
            if one.tainted and one.state is State.ACTIVE and one.cube_id == key.cube_id
        ]

    async def episodes_after(self, key: CubeKey, seq: int, limit: int) -> tuple[list[Memory], int]:
        said = [
            (chain[0].seq, chain[-1])
            for chain in self._book(key.tenant).chains.values()
            if chain[0].cube_id == key.cube_id
            and chain[0].seq > seq
            and chain[0].kind is Kind.EPISODE
            and _sound(chain[-1])
        ]
        last = said[min(limit, len(said)) - 1][0] if said else seq
        return [one for came, one in said if came <= last], last

    async def cube_keys(self, scope: SystemScope) -> list[CubeKey]:
        return sorted(
            key
            for tenant, book in list(self._books.items())
            for cube_id in book.cubes
            if scope.covers(key := CubeKey(tenant, cube_id))
        )

    async def states(
        self, key: CubeKey, memory_ids: Sequence[str] | None = None
    ) -> list[MemoryState]:
        book = self._book(key.tenant)
        known = {state.memory_id: state for state in _states(book, key.cube_id)}
        if memory_ids is None:
            return list(known.values())
        seq = book.cubes[key.cube_id].seq if key.cube_id in book.cubes else 0
        return [known.get(memory_id, MemoryState(memory_id, seq)) for memory_id in memory_ids]

    async def count(self, scope: SystemScope) -> Mapping[str, int]:
        books = [
            book
            for tenant, book in list(self._books.items())
            if scope.tenant is None or scope.tenant == tenant
        ]
        return memory_check.count(books)

    async def check(self) -> list[str]:
        return [
            f"tenant {tenant!r}: {problem}"
            for tenant, book in sorted(self._books.items())
            for problem in memory_check.check(book)
        ]

    def _book(self, tenant: str) -> Book:
        return self._books.get(tenant) or Book()

    def _admitted(self, scope: ReadScope, ids: Sequence[str] | None = None) -> Iterator[Memory]:
        """The versions which the scope admits, of some memories or of all; each once."""
        chains = self._book(scope.tenant).chains
        for memory_id in chains if ids is None else dict.fromkeys(ids):
            for version in chains.get(memory_id, ()):
                if version.cube_id in scope.cubes and scope.narrowing.admits(version):
                    yield version


def _sound(memory: Memory) -> bool:
    return memory.state is State.ACTIVE and not memory.tainted


def _newest(found: Iterator[Memory], limit: int) -> list[Memory]:
    return sorted(found, key=lambda each: (each.recorded_at, each.ref), reverse=True)[:limit]


def _states(book: Book, cube_id: str) -> list[MemoryState]:
    return [
        book.state(memory_id)
        for memory_id, chain in book.chains.items()
        if chain[-1].cube_id == cube_id
    ]


def _admits_message(narrowing: Narrowing, message: Message) -> bool:
    return (
        (narrowing.as_of is None or message.said_at <= narrowing.as_of)
        and (narrowing.known_at is None or message.recorded_at <= narrowing.known_at)
        and (message.visibility is Visibility.CUBE or message.agent_id == narrowing.agent_id)
    )


def _without(cube: Cube, principal: str) -> list[Grant]:
    return [grant for grant in cube.grants if grant.principal != principal]


def _granting(cube: Cube, grants: Sequence[Grant]) -> Cube:
    return replace(cube, grants=tuple(sorted(grants, key=lambda grant: grant.principal)))


def _beside(memory: Memory, other: Memory, before: int, after: int) -> bool:
    """Both are episodes, and said in one conversation within that many messages."""
    if memory.kind is not Kind.EPISODE or other.kind is not Kind.EPISODE:
        return False
    if memory.ordinal is None or other.ordinal is None:
        return False
    together = (memory.cube_id, memory.conversation_id) == (other.cube_id, other.conversation_id)
    return together and -before <= memory.ordinal - other.ordinal <= after
