"""Outlines of memories that are at hand, and the cues in them, which others keep as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from memos.contracts.outline import (
    ASKS,
    ASSISTANT,
    KINDS,
    NUMBER,
    OTHER,
    STANDING,
    TIME,
    USER,
    Outline,
    Wanted,
)
from memos.language.cues import asks, has_number, has_time_word, is_standing_order
from memos.language.entities import mentioned
from memos.model.memory import OURS, Kind, Memory
from memos.storage.text.terms import memory_terms

ROLES = {"user": USER, "assistant": ASSISTANT}
MOST_NAMES = 255


def role_of(role: str | None) -> int:
    """A role as `Outline.roles` has it."""
    return ROLES.get(role or "", OTHER)


def cues_of(content: str, kind: Kind, role: str | None) -> int:
    """The cues of a text as bits."""
    if kind is Kind.EPISODE:
        standing = role == "user" and is_standing_order(content)
    else:
        standing = kind is Kind.INSTRUCTION
    return (
        ASKS * asks(content)
        | NUMBER * has_number(content)
        | TIME * has_time_word(content)
        | STANDING * standing
    )


def name_count(keys: Iterable[str]) -> int:
    """How many different words the normalised names hold, at most `MOST_NAMES`."""
    return min(MOST_NAMES, len({word for key in keys for word in key.split()}))


def outlined(
    cubes: Sequence[str], memories: Sequence[Memory], admitted: Sequence[bool], wanted: Wanted
) -> Outline:
    """The outline of `memories`, in their order; `cubes` are those of the scope."""
    held = [memory_terms(memory) for memory in memories]
    counted = [Counter(terms) for terms in held]
    names = [mentioned(memory.content, memory.name) for memory in memories]
    named = [{word for n in each if not n.said for word in n.key.split()} for each in names]
    spoken = [{word for n in each if n.said for word in n.key.split()} for each in names]
    threads: dict[tuple[str, str | None], int] = {}
    sought = set(wanted.names)
    return Outline(
        refs=[memory.ref for memory in memories],
        cubes=np.array([cubes.index(memory.cube_id) for memory in memories], np.int64),
        kinds=np.array([KINDS.index(memory.kind) for memory in memories], np.uint8),
        when=np.array([memory.when for memory in memories], np.int64),
        threads=np.array(
            [
                threads.setdefault((memory.cube_id, memory.conversation_id), len(threads))
                for memory in memories
            ],
            np.int64,
        ),
        ordinals=np.array([message_place(m.ordinal, m.kind, m.role) for m in memories], np.int64),
        chunks=np.array([memory.chunk for memory in memories], np.int64),
        roles=np.array([role_of(memory.role) for memory in memories], np.uint8),
        cues=np.array([cues_of(m.content, m.kind, m.role) for m in memories], np.uint8),
        names=np.array([min(MOST_NAMES, len(words)) for words in named], np.uint8),
        counts=np.array(
            [[counts[term] for term in wanted.terms] for counts in counted], np.uint16
        ).reshape(len(memories), len(wanted.terms)),
        lengths=np.array([len(terms) for terms in held], np.int32),
        named=np.array([bool(sought & words) for words in named], np.bool_),
        spoken=np.array([bool(sought & words) for words in spoken], np.bool_),
        admitted=np.array(admitted, np.bool_),
    )


def message_place(ordinal: int | None, kind: Kind, role: str | None) -> int:
    """What `Outline.ordinals` has for a version."""
    if kind is Kind.EPISODE:
        return ordinal or 0
    return -1 if (role == OURS if kind is Kind.SUMMARY else ordinal is not None) else 0
