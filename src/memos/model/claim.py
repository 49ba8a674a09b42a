"""Claims: what a text says about somebody, one thing each, in the text's own language."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from memos.model.memory import Kind, Memory
from memos.model.plain import Plain

SELF = "self"
"""The subject of a claim that its speaker makes about themselves."""

EVENT, PLAN = "event", "plan"
"""Labels of facts that happened at some time, and that are meant to happen."""

SLOT = "slot:"
"""What a label begins with that names what there is only one of; text indexes keep it whole."""

ATTRIBUTES: dict[str, bool] = {
    "name": True, "nickname": True, "age": True, "birthday": True, "gender": True, "home": True,
    "hometown": True, "nationality": True, "job": True, "employer": True, "school": True,
    "field": True, "marital_status": True, "partner": True, "diet": True, "religion": True,
    "timezone": True, "email": True, "phone": True, "vehicle": False, "language": False,
    "allergy": False, "health": False, "pet": False, "child": False, "sibling": False,
    "parent": False, "hobby": False, "skill": False, "possession": False,
}  # fmt: skip
"""What a profile knows of: attribute -> whether somebody has only one at a time."""


LEARNED = frozenset({Kind.FACT, Kind.PREFERENCE, Kind.PROFILE, Kind.INSTRUCTION})
"""Kinds of memories that keep claims."""


def is_learned(memory: Memory) -> bool:
    """Whether a memory keeps a claim; else it was stored as it is."""
    return "learned" in memory.metadata and "subject" in memory.metadata


def slot_term(label: str) -> str:
    """What text indexes list such a label under; no word looks like it."""
    return f"•{label}"


class Relation(str, Enum):
    """How something newly said stands to something known."""

    NEW = "new"  # both hold, and neither says the other
    DUPLICATE = "duplicate"  # it says nothing more
    REFINEMENT = "refinement"  # it says the same, more exactly
    CONTRADICTION = "contradiction"  # both cannot hold now: it replaces what is known


@dataclass(frozen=True, slots=True)
class Claim(Plain):
    """One thing said about `subject`: `SELF`, or a third person as the speaker calls them.

    `text` is the clause that says it, as it was said. `value` is what the claim is about: the
    attribute's value, what is liked or not (`likes`), or the clause itself. `start` and `end`
    are the days (ISO, half-open) of what happened or is planned, where the text says them.
    `confidence` lies in [0, 1]; `language` is ``en`` or ``zh``.
    """

    kind: Kind
    text: str
    subject: str = SELF
    attribute: str | None = None
    value: str = ""
    label: str | None = None
    likes: bool | None = None
    start: str | None = None
    end: str | None = None
    confidence: float = 0.8
    language: str = "en"


def speak_alone(memories: Iterable[Memory]) -> frozenset[tuple[str | None, str]]:
    """User ids, with the name of the only one who speaks as that user: it is their own.

    Where several names speak as one user, somebody has stored the conversation of others.
    """
    names: dict[str | None, set[str]] = {}
    for one in memories:
        if is_learned(one) and one.user_id is not None:
            names.setdefault(one.user_id, set()).add((one.name or "").casefold())
    return frozenset((user, known.pop()) for user, known in names.items() if len(known) == 1)


def is_own_voice(memory: Memory, alone: Collection[tuple[str | None, str]]) -> bool:
    """Whether the user said it, under no name, that of the user id, or one that is `alone`."""
    name = (memory.name or "").casefold()
    user = memory.user_id
    return name in ("", (user or "").casefold()) or (user, name) in alone
