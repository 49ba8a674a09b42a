"""Many conversations in one cube: cases that are asked about, among others that only fill it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from memos.bench.homes import BATCH, REPORT
from memos.errors import InvalidInput
from memos.ingest.cases import Case, Question
from memos.memories.drafts import MESSAGE_FIELDS
from memos.sync import MemOS

Say = Callable[[str], None]

CROWD = "crowd"
"""The user to whom everything belongs."""

_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+")


def together(cases: Sequence[Case]) -> Case:
    """One case of all: conversations and message ids get the name of theirs in front."""
    return Case(
        CROWD,
        tuple(_of(case.id, message) for case in cases for message in case.messages),
        tuple(_asked(case.id, question) for case in cases for question in case.questions),
    )


def pad(memos: MemOS, cases: Sequence[Case], size: int, say: Say) -> int:
    """Adds messages of `cases`, again and again, until there are `size` memories; how many are.

    From the second round on the sentences of a conversation change places, so that no text
    comes twice as it is.
    """
    if not any(case.messages for case in cases):
        raise InvalidInput("--padding", "no messages", "cases with messages")
    batch: list[dict[str, Any]] = []
    for n, message in enumerate(_endless(cases), 1):
        batch.append(message)
        if len(batch) == BATCH:
            memos.add_messages(CROWD, batch)
            batch = []
            memos.drain()
            there = memos.stats().counts["memories"]
            if n // BATCH % REPORT == 0:
                say(f"{there} of {size} memories")
            if there >= size:
                return there
    raise AssertionError("endless")


def _endless(cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    dice = random.Random(0)  # noqa: S311 - the same padding each time, no secret
    for turn in count():
        for case in cases:
            for message in _mixed(case.messages, dice) if turn else case.messages:
                yield _of(f"{case.id}#{turn}", message)


def _mixed(messages: Sequence[Mapping[str, Any]], dice: random.Random) -> list[dict[str, Any]]:
    """The same messages, as long as they were, with sentences of each other."""
    said = [_SENTENCE.split(message["content"]) for message in messages]
    pile = [sentence for each in said for sentence in each]
    dice.shuffle(pile)
    drawn = iter(pile)
    return [
        {**message, "content": " ".join(next(drawn) for _ in each)}
        for message, each in zip(messages, said, strict=True)
    ]


def _of(case_id: str, message: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: message[name] for name in MESSAGE_FIELDS if name in message}
    own = fields.get("conversation_id")
    return {
        **fields,
        "conversation_id": case_id if own is None else f"{case_id}/{own}",
        "message_id": f"{case_id}/{message['message_id']}",
    }


def _asked(case_id: str, question: Question) -> Question:
    evidence = tuple(f"{case_id}/{one}" for one in question.evidence)
    return replace(question, id=f"{case_id}/{question.id}", evidence=evidence)
