"""Memories: one thing remembered, in versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

from memos.model.plain import Plain
from memos.model.time import Instant

Ref = tuple[str, int]
"""One version of one memory: (memory id, version number from 1)."""


class Kind(str, Enum):
    """What sort of thing is remembered."""

    EPISODE = "episode"  # verbatim: what was said
    FACT = "fact"
    PREFERENCE = "preference"
    PROFILE = "profile"
    INSTRUCTION = "instruction"  # a standing order
    DOCUMENT = "document"
    IMAGE = "image"
    TOOL = "tool"
    LESSON = "lesson"
    SKILL = "skill"
    SUMMARY = "summary"


OURS = "memos"
"""The role of what memos itself has written."""

STANDING = (Kind.INSTRUCTION, Kind.PROFILE, Kind.PREFERENCE)
"""Kinds that hold whatever is asked, in the order in which a context shows them."""


class State(str, Enum):
    """Where a memory stands in its life."""

    ACTIVE = "active"
    ARCHIVED = "archived"  # left out of reads unless they ask for it
    FORGOTTEN = "forgotten"  # invisible at every moment, past ones included


class Visibility(str, Enum):
    """Who among the readers of a cube sees a memory."""

    CUBE = "cube"  # every reader of the cube
    AGENT = "agent"  # only the agent that wrote it


class Trust(IntEnum):
    """How far the writer is trusted; a derived memory has the least of its sources."""

    UNTRUSTED = 0  # documents, web pages, tool output
    AGENT = 1  # a model's own words
    USER = 2  # the person the memory serves
    OPERATOR = 3  # who runs the application


# Not frozen, though nobody changes one: that would make it four times as dear to create, and
# a recall creates hundreds.
@dataclass(slots=True)
class Memory(Plain):
    """One version of one memory; a value, never changed, see `dataclasses.replace`.

    Three clocks: `said_at` (when it was said), `valid_from`/`valid_to` (when it was true,
    half open, None = unbounded) and `recorded_at`/`superseded_at` (when this version was
    what we knew). `sources` are the message ids given on add, or ids of memories.
    `ordinal` is the place of the message in its conversation, from 1; `chunk` the place
    of this piece in a long message, from 0. `seq` is the commit of the cube which wrote
    this version, `changed_seq` the last one which touched the memory.
    """

    id: str
    version: int
    kind: Kind
    content: str
    cube_id: str
    recorded_at: Instant
    user_id: str | None = None
    agent_id: str | None = None
    app_id: str | None = None
    conversation_id: str | None = None
    ordinal: int | None = None
    chunk: int = 0
    role: str | None = None
    name: str | None = None
    labels: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    visibility: Visibility = Visibility.CUBE
    trust: Trust = Trust.USER
    importance: float = 0.5
    said_at: Instant | None = None
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    superseded_at: Instant | None = None
    state: State = State.ACTIVE
    tainted: bool = False
    seq: int = 0
    changed_seq: int = 0

    @property
    def ref(self) -> Ref:
        """(id, version)."""
        return self.id, self.version

    @property
    def retold(self) -> bool:
        """Whether it retells messages: learned from one (whose place it has), or a page of ours."""
        if self.kind is Kind.SUMMARY:
            return self.role == OURS
        return self.kind is not Kind.EPISODE and self.ordinal is not None

    @property
    def when(self) -> Instant:
        """The moment to show and to sort by: said, else true from, else recorded."""
        if self.said_at is not None:
            return self.said_at
        return self.recorded_at if self.valid_from is None else self.valid_from

    def __repr__(self) -> str:
        shown = self.content if len(self.content) <= 60 else self.content[:57] + "..."
        return (
            f"<Memory {self.kind.value} {self.when.iso()[:10]} {shown!r} {self.id} v{self.version}>"
        )
