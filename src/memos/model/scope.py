"""Scopes: the only keys to data. What is outside a scope does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from memos.model.filter import Filter
from memos.model.memory import Kind, Memory, State, Visibility
from memos.model.time import Instant

DEFAULT_TENANT = "default"


class CubeKey(NamedTuple):
    """A cube's full name: cube ids are unique within their tenant only."""

    tenant: str
    cube_id: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which of the memories in reach a read wants to see.

    `now` is the reader's moment: what stopped being true before it is left out unless
    `as_of` names another moment. `known_at` reads what we knew then. `agent_id` is the
    reading agent, for memories that only their own agent sees. `by_name` is for a memory
    that the caller names: archived, expired and tainted ones are there to be looked at,
    mended and forgotten. `without` are ids of memories and messages to leave out, with what
    names them as its source. `first_hand` leaves out what retells messages, see `Memory.retold`.
    """

    now: Instant
    as_of: Instant | None = None
    known_at: Instant | None = None
    kinds: frozenset[Kind] | None = None
    conversation_id: str | None = None
    agent_id: str | None = None
    include_archived: bool = False
    filter: Filter | None = None
    by_name: bool = False
    without: frozenset[str] = frozenset()
    first_hand: bool = False

    def admits(self, memory: Memory) -> bool:
        """Whether the read may see this version: the one definition of visibility."""
        return (
            self._alive(memory)
            and self._known(memory)
            and self._true(memory)
            and (self.kinds is None or memory.kind in self.kinds)
            and (self.conversation_id is None or memory.conversation_id == self.conversation_id)
            and (memory.visibility is Visibility.CUBE or memory.agent_id == self.agent_id)
            and (self.filter is None or self.filter(memory))
            and not (self.first_hand and memory.retold)
            and (memory.id not in self.without and self.without.isdisjoint(memory.sources))
        )

    def _alive(self, memory: Memory) -> bool:
        if memory.state is State.FORGOTTEN:
            return False
        if self.by_name:
            return True
        return not memory.tainted and (self.include_archived or memory.state is State.ACTIVE)

    def _known(self, memory: Memory) -> bool:
        if self.known_at is None:
            return memory.superseded_at is None
        return memory.recorded_at <= self.known_at and (
            memory.superseded_at is None or memory.superseded_at > self.known_at
        )

    def _true(self, memory: Memory) -> bool:
        if self.as_of is None:
            return self.by_name or memory.valid_to is None or memory.valid_to > self.now
        return (memory.valid_from is None or memory.valid_from <= self.as_of) and (
            memory.valid_to is None or memory.valid_to > self.as_of
        )


@dataclass(frozen=True, slots=True)
class ReadScope:
    """One tenant's cubes that a caller may read now, and what of them the read wants."""

    tenant: str
    cubes: tuple[str, ...]
    narrowing: Narrowing

    @property
    def cube_keys(self) -> tuple[CubeKey, ...]:
        """The cubes in reach, in the order given."""
        return tuple(CubeKey(self.tenant, cube) for cube in self.cubes)


@dataclass(frozen=True, slots=True)
class WriteScope:
    """One cube of one tenant that a caller may write; `actor` goes into the history."""

    tenant: str
    cube_id: str
    actor: str

    @property
    def key(self) -> CubeKey:
        """The full name of the cube."""
        return CubeKey(self.tenant, self.cube_id)


@dataclass(frozen=True, slots=True)
class SystemScope:
    """For jobs and doctor only: one tenant, or with None the whole home."""

    tenant: str | None = None

    def covers(self, key: CubeKey) -> bool:
        """Whether a cube lies inside."""
        return self.tenant is None or key.tenant == self.tenant
