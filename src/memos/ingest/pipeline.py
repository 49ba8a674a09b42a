"""From drafts that the caller has written to the change set that the records commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from memos.governance.fence import outside
from memos.ingest.segment import segments
from memos.model.changes import ChangeSet, Derivation
from memos.model.ids import IdSource
from memos.model.memory import Kind, Memory, Trust, Visibility
from memos.model.message import Message
from memos.model.time import Instant

TRUST = {
    "user": Trust.USER,
    "assistant": Trust.AGENT,
    "system": Trust.OPERATOR,
    "tool": Trust.UNTRUSTED,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as the caller gave it, checked but not yet placed anywhere."""

    role: str
    content: str
    message_id: str | None = None
    conversation_id: str | None = None
    name: str | None = None
    said_at: Instant | None = None
    user_id: str | None = None
    agent_id: str | None = None
    app_id: str | None = None
    visibility: Visibility = Visibility.CUBE
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Episodes:
    """Messages of one commit, with the ids of the memories that hold each of them."""

    changes: ChangeSet
    memory_ids: tuple[tuple[str, ...], ...]


def remember(
    drafts: Sequence[Draft], cube_id: str, now: Instant, ids: IdSource, segment: int
) -> Episodes:
    """Messages, their episodes (one for each piece of about `segment` characters) and links.

    What we had injected ourselves is kept in the message but makes no memory.
    """
    messages, memories, derivations, held = [], [], [], []
    for draft in drafts:
        message = _message(draft, cube_id, now, ids())
        told, echoed = outside(draft.content)
        if echoed:
            message = replace(message, echo=True)
        episodes = [
            _episode(message, piece, place, ids())
            for place, piece in enumerate(_pieces(told, segment))
        ]
        messages.append(message)
        memories += episodes
        derivations += [Derivation(message.id, 0, "memory", episode.id) for episode in episodes]
        held.append(tuple(episode.id for episode in episodes))
    changes = ChangeSet(
        messages=tuple(messages), memories=tuple(memories), derivations=tuple(derivations), at=now
    )
    return Episodes(changes, tuple(held))


def _message(draft: Draft, cube_id: str, now: Instant, id: str) -> Message:
    return Message(
        id=id,
        message_id=draft.message_id or id,
        role=draft.role,
        content=draft.content,
        cube_id=cube_id,
        said_at=draft.said_at if draft.said_at is not None else now,
        recorded_at=now,
        conversation_id=draft.conversation_id,
        name=draft.name,
        user_id=draft.user_id,
        agent_id=draft.agent_id,
        app_id=draft.app_id,
        visibility=draft.visibility,
        trust=TRUST[draft.role],
        metadata=draft.metadata,
    )


def _pieces(text: str, segment: int) -> list[str]:
    if len(text) <= segment:
        return [text] if text.strip() else []
    return [piece.text for piece in segments(text, segment)]


def _episode(message: Message, text: str, place: int, id: str) -> Memory:
    return Memory(
        id=id,
        version=1,
        kind=Kind.EPISODE,
        content=text,
        cube_id=message.cube_id,
        recorded_at=message.recorded_at,
        user_id=message.user_id,
        agent_id=message.agent_id,
        app_id=message.app_id,
        conversation_id=message.conversation_id,
        chunk=place,
        role=message.role,
        name=message.name,
        metadata=message.metadata,
        sources=(message.message_id,),
        visibility=message.visibility,
        trust=message.trust,
        said_at=message.said_at,
        valid_from=message.said_at,
    )
