"""The shape of a model's answer, and what it has to mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from memos.contracts.extractor import Told
from memos.model.claim import ATTRIBUTES, EVENT, PLAN, SELF, Claim, Relation
from memos.model.memory import Kind

LONGEST = 600  # characters of a text, and of a value
LONGEST_NAME = 80  # characters of a subject
MOST = 200  # claims in one answer
SHOWN = 5  # problems that a model is told of at once

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KINDS = {
    "profile": (Kind.PROFILE, None),
    "preference": (Kind.PREFERENCE, None),
    "fact": (Kind.FACT, None),
    "event": (Kind.FACT, EVENT),
    "plan": (Kind.FACT, PLAN),
    "instruction": (Kind.INSTRUCTION, None),
}


class Item(BaseModel):
    """One claim."""

    model_config = ConfigDict(extra="forbid", strict=True)

    # All fields are required, though many may be null: some servers know no other schemas.
    message: int
    kind: Literal["profile", "preference", "fact", "event", "plan", "instruction"]
    subject: str
    attribute: str | None
    text: str
    value: str
    likes: bool | None
    start: str | None
    end: str | None
    relation: Literal["new", "duplicate", "refinement", "contradiction"]
    known: int | None
    confidence: float


class Answer(BaseModel):
    """All claims of all messages."""

    model_config = ConfigDict(extra="forbid", strict=True)

    claims: list[Item]


SCHEMA = Answer.model_json_schema()
_FIELDS = {*Item.model_fields, *Answer.model_fields}


class Misfit(Exception):
    """An answer that cannot be used; the text says why, in words for the model."""


def read(text: str, messages: int, known: int) -> tuple[Told, ...]:
    """The claims in an answer to `messages` and `known` items; raises Misfit."""
    try:
        answer = Answer.model_validate_json(text)
    except ValidationError as error:
        raise Misfit("; ".join(_shape(error))) from None
    if len(answer.claims) > MOST:
        raise Misfit(f"{len(answer.claims)} claims; allowed: up to {MOST}")
    found = [
        f"claims[{at}].{problem}"
        for at, item in enumerate(answer.claims)
        for problem in _problems(item, messages, known)
    ]
    if found:
        raise Misfit("; ".join(found[:SHOWN]))
    return tuple(_told(item) for item in sorted(answer.claims, key=lambda one: one.message))


def _shape(error: ValidationError) -> Iterator[str]:
    """Where the shape is wrong, without what stands there: this ends up in errors, too."""
    for one in error.errors(include_url=False, include_input=False)[:SHOWN]:
        steps = (str(at) if type(at) is int or at in _FIELDS else "(other)" for at in one["loc"])
        place = ".".join(steps) or "the answer"
        # Pydantic quotes what it read in errors of the JSON itself alone.
        said = "no JSON of this schema" if one["type"] == "json_invalid" else one["msg"]
        yield f"{place}: {said}"


def _problems(item: Item, messages: int, known: int) -> Iterator[str]:
    """What the schema cannot say."""
    if not 1 <= item.message <= messages:
        yield f"message is {item.message}; allowed: 1 to {messages}"
    if item.relation != "new" and not 1 <= (item.known or 0) <= known:
        yield f"known is {item.known}; allowed for {item.relation}: 1 to {known}"
    if item.kind == "profile" and item.attribute not in ATTRIBUTES:
        yield f"attribute is unknown; allowed for a profile: {', '.join(ATTRIBUTES)}"
    if item.kind == "preference" and item.likes is None:
        yield "likes is null; allowed for a preference: true or false"
    if not 0 <= item.confidence <= 1:
        yield f"confidence is {item.confidence}; allowed: 0 to 1"
    for name, most in (("subject", LONGEST_NAME), ("text", LONGEST), ("value", LONGEST)):
        given: str = getattr(item, name)
        if not given.strip() or len(given) > most:
            yield f"{name} has {len(given.strip())} characters; allowed: 1 to {most}"
    yield from _problems_of_days(item.start, item.end)


def _problems_of_days(start: str | None, end: str | None) -> Iterator[str]:
    if start is None and end is None:
        return
    if start is None or end is None:
        yield "start and end go together: give both, or null for both"
        return
    try:
        begun, over = _day(start), _day(end)
    except ValueError:
        yield "start or end is no date; allowed: YYYY-MM-DD"
        return
    if over <= begun:
        yield "end is not after start; it is the day after the last one"


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):  # newer Pythons also read 20240502, which older ones do not
        raise ValueError
    return date.fromisoformat(text)


def _told(item: Item) -> Told:
    kind, label = _KINDS[item.kind]
    relation = Relation(item.relation)
    text = " ".join(item.text.split())
    subject = " ".join(item.subject.split())
    claim = Claim(
        kind=kind,
        text=text,
        subject=SELF if subject.casefold() == SELF else subject,
        attribute=item.attribute if kind is Kind.PROFILE else None,
        value=" ".join(item.value.split()),
        label=label,
        likes=item.likes if kind is Kind.PREFERENCE else None,
        start=item.start,
        end=item.end,
        confidence=item.confidence,
        language="zh" if _HAN.search(text) else "en",
    )
    known = None if relation is Relation.NEW else (item.known or 1) - 1
    return Told(claim, item.message - 1, relation, known)
