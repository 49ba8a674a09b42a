"""Change sets: everything that one transaction writes to one cube."""

from __future__ import annotations

from dataclasses import dataclass, field

from memos.model.memory import Memory
from memos.model.message import Message
from memos.model.plain import Plain
from memos.model.task import Lease, Task
from memos.model.time import Instant


@dataclass(frozen=True, slots=True)
class Derivation(Plain):
    """`ref` (a memory id, or another kind of derived thing) was made from the source.

    `source_version` 0 stands for a message, which never changes. Editing, forgetting or
    erasing the source taints everything derived from it, transitively.
    """

    source_id: str
    source_version: int
    kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class HistoryEntry(Plain):
    """One thing that happened to a memory."""

    memory_id: str
    event: str  # created, updated, forgotten, tainted
    version: int
    at: Instant
    actor: str
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Mark(Plain):
    """Moves a named number of a cube from `was` to `now`; 0 is where one begins.

    Who writes what depends on what was read moves a mark along: when another was faster, the
    mark is no longer where it was, and nothing is written.
    """

    name: str
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one commit writes: all of it or nothing.

    `memories` are new versions: version 1 creates a memory, version n + 1 supersedes
    version n, which has to be the current one. `forget` and `forget_messages` name what
    becomes invisible. `completes` are the leases of tasks whose effect this is: if one
    has been lost, nothing is written; nor is anything when one of `marks` is not where it was.
    The store fills in `seq`, `ordinal` and closes the interval of superseded versions.
    """

    messages: tuple[Message, ...] = ()
    memories: tuple[Memory, ...] = ()
    forget: tuple[str, ...] = ()
    forget_messages: tuple[str, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    outbox: tuple[Task, ...] = ()
    completes: tuple[Lease, ...] = ()
    marks: tuple[Mark, ...] = ()
    at: Instant = field(default=Instant(0))


@dataclass(frozen=True, slots=True)
class Commit(Plain):
    """The acknowledgement: durable, and visible to the next read in every process.

    `seq` counts the commits of the cube from 1. `tainted` are memories which the change
    made unreliable because they derive from something that changed.
    """

    seq: int
    tainted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryState:
    """All versions of one memory as the records hold them, for projections.

    `seq` is the last commit that touched the memory: a projection ignores a state that is
    older than what it has. No versions = nothing of it may remain in the projection.
    """

    memory_id: str
    seq: int
    versions: tuple[Memory, ...] = ()
