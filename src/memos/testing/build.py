"""Builds valid messages, memories and change sets, and the systems that they are written to."""

# ruff: noqa: ANN401 - keyword arguments are fields of model classes, which know them

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from memos.contracts.graph import GraphIndex
from memos.contracts.outbox import Outbox
from memos.contracts.part import Part
from memos.contracts.projection import Projection
from memos.contracts.records import Records
from memos.contracts.text import TextIndex
from memos.contracts.vectors import VectorIndex
from memos.errors import StorageBusy
from memos.model.changes import ChangeSet, Commit, Derivation, MemoryState
from memos.model.memory import Kind, Memory
from memos.model.message import Message
from memos.model.scope import CubeKey, Narrowing, ReadScope, WriteScope
from memos.model.task import Lane, Task
from memos.model.time import SECOND
from memos.testing.clock import ManualClock
from memos.testing.ids import seeded_ids
from memos.testing.lagging import LaggingIndex

TENANT = "acme"
CUBE = "user:ann"
UNKNOWN = "00000000-0000-7000-8000-000000000000"  # an id that no seeded source gives
PATIENCE = 50  # times to try a projection that is busy


@dataclass(slots=True)
class Backends:
    """One system's stores, closed as yet; `outbox` runs by `clock`, and is the records' own.

    `vectors` only where they are what is looked at.
    """

    records: Records
    text: TextIndex
    graph: GraphIndex
    outbox: Outbox
    clock: ManualClock
    vectors: VectorIndex | None = None

    async def open(self) -> None:
        """Opens all parts."""
        for part in self._parts():
            await part.open()

    async def close(self) -> None:
        """Closes all parts, the last opened first."""
        for part in reversed(self._parts()):
            await part.close()

    def _parts(self) -> list[Part]:
        parts: list[Part | None] = [
            self.records, self.text, self.graph, self.outbox, self.vectors
        ]  # fmt: skip
        return [part for part in parts if part is not None]

    async def settle(self) -> None:
        """Lets the projections that follow through the outbox catch up with the records."""
        following: dict[str, Projection] = {
            f"project.{projection.name}": projection for projection in (self.text, self.graph)
        }
        while tasks := await self.outbox.claim("settle", 100, 60 * SECOND, list(following)):
            for task in tasks:
                key = CubeKey(task.tenant, task.cube_id)
                states = await self.records.states(key, [task.subject])
                await deliver(following[task.kind], key, states)
            await self.outbox.complete(tasks)


async def deliver(projection: Projection, key: CubeKey, states: list[MemoryState]) -> None:
    """Applies `states` and waits until searches see them, as a relay would by retrying."""
    for _ in range(PATIENCE):
        try:
            await projection.apply(key, states)
            break
        except StorageBusy:
            continue
    else:
        raise StorageBusy(f"{projection.name} was busy {PATIENCE} times")
    if isinstance(projection, LaggingIndex):
        await projection.settle()


class Desk:
    """A writer's place at a system: makes what one cube can take, and writes it.

    Each commit moves the clock by a second, so that no two share a moment.
    """

    def __init__(self, system: Backends, cube_id: str = CUBE, tenant: str = TENANT) -> None:
        self.system = system
        self.key = CubeKey(tenant, cube_id)
        self.writes = WriteScope(tenant, cube_id, actor="tester")
        self.ids = seeded_ids(crc32("\0".join(self.key).encode()))

    def message(self, content: str, conversation_id: str | None = "c1", **fields: Any) -> Message:
        """A user's message, not yet written."""
        id, now = self.ids(), self.system.clock.now()
        made = Message(
            id=id,
            message_id=id,
            role="user",
            content=content,
            cube_id=self.key.cube_id,
            said_at=now,
            recorded_at=now,
            conversation_id=conversation_id,
        )
        return replace(made, **fields)

    def memory(self, content: str, kind: Kind = Kind.FACT, **fields: Any) -> Memory:
        """Version 1 of a memory, not yet written."""
        now = self.system.clock.now()
        made = Memory(self.ids(), 1, kind, content, self.key.cube_id, recorded_at=now)
        return replace(made, **fields)

    def episode(self, message: Message, **fields: Any) -> Memory:
        """The memory that holds a message, not yet written."""
        return self.memory(
            message.content,
            Kind.EPISODE,
            conversation_id=message.conversation_id,
            sources=(message.message_id,),
            said_at=message.said_at,
            role=message.role,
            name=message.name,
            **fields,
        )

    def next_version(self, memory: Memory, content: str | None = None, **fields: Any) -> Memory:
        """The version that would follow `memory`, not yet written."""
        return replace(
            memory,
            version=memory.version + 1,
            content=memory.content if content is None else content,
            recorded_at=self.system.clock.now(),
            **fields,
        )

    def task(self, kind: str = "learn", subject: str = "s1", **fields: Any) -> Task:
        """Work on this cube, not yet enqueued."""
        made = Task(kind, self.key.tenant, self.key.cube_id, subject, Lane.LEARN)
        return replace(made, **fields)

    async def commit(self, **parts: Any) -> Commit:
        """Writes a change set of `parts` (fields of `ChangeSet`) as of now."""
        changes = ChangeSet(**{"at": self.system.clock.now()} | parts)
        self.system.clock.advance(1)
        return await self.system.records.commit(self.writes, changes)

    async def say(self, *messages: Message) -> list[Memory]:
        """Writes messages with their episodes; gives the episodes."""
        episodes = [self.episode(message) for message in messages]
        await self.commit(
            messages=messages,
            memories=tuple(episodes),
            derivations=tuple(map(derivation, messages, episodes)),
        )
        return episodes

    async def remember(self, content: str, *sources: Memory | Message, **fields: Any) -> Memory:
        """Writes one memory, derived from `sources`."""
        memory = self.memory(content, **fields)
        await self.commit(
            memories=(memory,), derivations=tuple(derivation(each, memory) for each in sources)
        )
        return memory

    async def revise(self, memory: Memory, content: str, **fields: Any) -> Memory:
        """Writes the next version of a memory."""
        revised = self.next_version(memory, content, **fields)
        await self.commit(memories=(revised,))
        return revised

    def reads(self, *cube_ids: str, **narrowing: Any) -> ReadScope:
        """A read of this cube, or of `cube_ids`, as of now unless `narrowing` says otherwise."""
        wanted = Narrowing(**{"now": self.system.clock.now()} | narrowing)
        return ReadScope(self.key.tenant, cube_ids or (self.key.cube_id,), wanted)

    async def look(self, memory: Memory, **narrowing: Any) -> Memory | None:
        """The version of a memory that a read of this cube sees."""
        scope = self.reads(**narrowing)
        return (await self.system.records.by_id(scope, [memory.id])).get(memory.id)


def derivation(source: Memory | Message, made: Memory, kind: str = "memory") -> Derivation:
    """Says that `made` was made from `source`."""
    version = source.version if isinstance(source, Memory) else 0
    return Derivation(source.id, version, kind, made.id)
