"""Standing: which of the memories that hold whatever is asked belong into one context."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from memos.language.domains import domains
from memos.model.claim import SELF, is_learned, is_own_voice, speak_alone
from memos.model.memory import STANDING, Memory

MEANT = 3  # memories of the question's own field that a context takes, newest first, and
NEAR = 5  # with those that come nearest to the question


def of_the_user(memories: Iterable[Memory]) -> list[Memory]:
    """Those about the person whom the memory serves.

    What was stored directly is; what was learned only where that person said it of themselves:
    who speaks under another name than the user's, besides others, is somebody else in a stored
    conversation.
    """
    found = list(memories)
    alone = speak_alone(found)
    return [
        memory
        for memory in found
        if not is_learned(memory)
        or (memory.metadata.get("subject") == SELF and is_own_voice(memory, alone))
    ]


def by_weight(memories: Iterable[Memory]) -> list[Memory]:
    """The order in which they get room: orders first, the important, what was stored, the new."""
    return sorted(
        memories,
        key=lambda one: (
            STANDING.index(one.kind), -one.importance, is_learned(one), -one.recorded_at, one.id,
        ),
    )  # fmt: skip


def pertinent(query: str, memories: Sequence[Memory], nearest: Sequence[Memory]) -> list[Memory]:
    """Those that a question calls for: of its field, or near it (`nearest`, best first)."""
    fields = domains(query)
    meant = [one for one in memories if fields & domains(one.content)]
    meant.sort(key=lambda one: (one.when, one.id), reverse=True)
    found = {one.id: one for one in (*meant[:MEANT], *nearest)}
    return list(found.values())[:NEAR]
