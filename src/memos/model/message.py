"""Messages: what was said, verbatim and append-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from memos.model.memory import Trust, Visibility
from memos.model.plain import Plain
from memos.model.time import Instant

ROLES = ("user", "assistant", "system", "tool")


@dataclass(slots=True)  # not frozen, like Memory
class Message(Plain):
    """One message; a value, never changed.

    `id` is ours; `message_id` is the caller's, or equals `id`.
    `message_id` is unique per (tenant, cube, conversation). `ordinal` is the place in the
    conversation, from 1, given by the store on commit. `echo` marks text that we had
    injected ourselves: kept, never learned from and never recalled.
    """

    id: str
    message_id: str
    role: str
    content: str
    cube_id: str
    said_at: Instant
    recorded_at: Instant
    conversation_id: str | None = None
    name: str | None = None
    user_id: str | None = None
    agent_id: str | None = None
    app_id: str | None = None
    visibility: Visibility = Visibility.CUBE
    trust: Trust = Trust.USER
    metadata: Mapping[str, Any] = field(default_factory=dict)
    echo: bool = False
    ordinal: int = 0
    seq: int = 0

    def __repr__(self) -> str:
        shown = self.content if len(self.content) <= 60 else self.content[:57] + "..."
        who = self.name or self.role
        return f"<Message {self.message_id} {self.said_at.iso()} {who}: {shown!r}>"

    def says_the_same(self, other: Message) -> bool:
        """Whether a repeated `message_id` is a retry (True) or a conflict (False)."""
        return (self.role, self.name, self.content) == (other.role, other.name, other.content)


@dataclass(frozen=True, slots=True)
class Added(Plain):
    """What came of one message: its id, and the memories that hold it.

    `seq` is the commit of the cube; `repeated` is True when the same message was there
    already and nothing was written, `forgotten` when it is moreover one that was forgotten,
    and so is not recalled.
    """

    message_id: str
    memory_ids: tuple[str, ...]
    cube_id: str
    seq: int
    repeated: bool = False
    forgotten: bool = False
