"""Knowledge: claims as the memories that keep them, and back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from memos.model.claim import EVENT, SELF, SLOT, Claim, is_learned
from memos.model.memory import Kind, Memory
from memos.model.time import Instant

RULES, MODEL, FEEDBACK = "rules", "model", "feedback"
"""What a memory was learned by, in its metadata."""

IMPORTANCE = {
    Kind.INSTRUCTION: 0.8, Kind.PROFILE: 0.7, Kind.PREFERENCE: 0.6, Kind.FACT: 0.5,
}  # fmt: skip
LATEST_SOURCES = 32  # that a memory names; the first one is always among them

_FIELDS = ("subject", "attribute", "value", "likes", "start", "end", "confidence", "language")
_DATED = re.compile(r" \(\d{4}-\d\d-\d\d(?: to \d{4}-\d\d-\d\d)?\)$")


def memory_of(
    claim: Claim, episode: Memory, id: str, now: Instant, *, by: str, zone: tzinfo, slot: str | None
) -> Memory:
    """The first version of a memory that keeps `claim`, which was made in `episode`.

    It is seen by whoever sees the episode, has its trust, and stands where that was said.
    """
    labels = (claim.label or claim.attribute, None if slot is None else SLOT + slot)
    fields = {name: getattr(claim, name) for name in _FIELDS}
    return Memory(
        id=id,
        version=1,
        kind=claim.kind,
        content=_named(claim) + _dates(claim),
        cube_id=episode.cube_id,
        recorded_at=now,
        user_id=episode.user_id,
        agent_id=episode.agent_id,
        app_id=episode.app_id,
        conversation_id=episode.conversation_id,
        ordinal=episode.ordinal,
        role=episode.role,
        name=episode.name,
        labels=tuple(label for label in labels if label),
        metadata={
            "learned": by, "count": 1,
            **{name: value for name, value in fields.items() if value is not None},
        },
        sources=episode.sources,
        visibility=episode.visibility,
        trust=episode.trust,
        importance=IMPORTANCE.get(claim.kind, 0.5),
        said_at=episode.said_at,
        valid_from=_true_from(claim, episode, zone),
    )  # fmt: skip


def claim_of(memory: Memory) -> Claim:
    """The claim that a memory keeps; one that was stored directly claims its content."""
    text = _DATED.sub("", memory.content)
    if is_learned(memory):
        text = text.removeprefix(f"{memory.metadata['subject']}: ")
    if not is_learned(memory):
        return Claim(kind=memory.kind, text=text, value=text)
    known = {name: memory.metadata[name] for name in _FIELDS if name in memory.metadata}
    label = memory.labels[0] if memory.labels and memory.kind is Kind.FACT else None
    label = None if label is None or label.startswith(SLOT) else label
    return Claim(kind=memory.kind, text=text, label=label, **known)


def speaker_of(memory: Memory) -> str:
    """Who makes the claims of an episode, or of what was learned from it."""
    return (memory.name or memory.user_id or memory.agent_id or "").casefold()


def slot_name(speaker: str, slot: str) -> str:
    """What one speaker can only have said one thing of."""
    return f"{speaker}/{slot}"


def _named(claim: Claim) -> str:
    """The text, with the person before it whom it only calls 'she'."""
    if claim.subject == SELF or claim.subject.casefold() in claim.text.casefold():
        return claim.text
    return f"{claim.subject}: {claim.text}"


def _dates(claim: Claim) -> str:
    """The days that the text means, where it names them in words."""
    if claim.label is None or claim.start is None or claim.end is None or claim.start in claim.text:
        return ""
    last = (date.fromisoformat(claim.end) - timedelta(days=1)).isoformat()
    return f" ({claim.start})" if last == claim.start else f" ({claim.start} to {last})"


def _true_from(claim: Claim, episode: Memory, zone: tzinfo) -> Instant | None:
    """When it began to be true: on the day that it names, if that is over, else when said."""
    said = episode.said_at
    if claim.start is None or claim.label == EVENT:
        return said
    day = datetime.fromisoformat(claim.start).replace(tzinfo=zone)
    began = Instant.of(day)
    return began if said is None or began < said else said


def unended(memory: Memory) -> Memory:
    """A memory as it was before something else came in its place."""
    left = {name: value for name, value in memory.metadata.items() if name not in _ENDED}
    return replace(memory, valid_to=None, metadata=left)


_ENDED = ("superseded_by", "ended_by")
