"""Pack: memories as a block of text within a token budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from memos.governance.fence import fenced, quoted
from memos.language.tokens import count_tokens
from memos.model.memory import STANDING, Memory
from memos.model.recall import Context, Recall

PREFIX_SHARE = 0.25  # of the budget, at most: the rest is for what the query needs
TITLES = {"instruction": "standing order", "profile": "about the user", "preference": "preference"}


def pack(recall: Recall, stands: Prefix, called: Sequence[Memory], max_tokens: int) -> Context:
    """A context of at most `max_tokens` (as `count_tokens` counts): what stands, then hits.

    `called` are standing memories that the question calls for: they come first in the tail.
    What is outdated is left out.
    """
    prefix, in_prefix = stands.text, stands.memories
    shown = {memory.id for memory in in_prefix}
    rest = [*called, *(hit.memory for hit in recall if not hit.outdated)]
    rest = list({memory.id: memory for memory in rest if memory.id not in shown}.values())
    tail, in_tail = _by_day(rest, max_tokens - count_tokens(prefix))
    sources = dict.fromkeys(
        source for memory in (*in_prefix, *in_tail) for source in _sources(memory)
    )
    return Context(
        prefix=prefix,
        tail=tail,
        prefix_id=sha256(prefix.encode()).hexdigest()[:32],
        tokens=count_tokens(prefix) + count_tokens(tail),
        sources=tuple(sources),
        receipt=recall.receipt,
    )


class Prefix(NamedTuple):
    """The block of what stands, and the memories in it."""

    text: str
    memories: list[Memory]


def prefix(standing: Iterable[Memory], max_tokens: int) -> Prefix:
    """A block of those that fit, given in the order in which they get room; one too long waits.

    It depends on the standing memories and the budget alone, never on the query, the scores
    or the time, so that a model's cache of it stays good.
    """
    left = int(max_tokens * PREFIX_SHARE) - count_tokens(fenced([""]))
    kept: list[Memory] = []
    for memory in standing:
        cost = count_tokens(_titled(memory))
        if cost <= left:
            left -= cost
            kept.append(memory)
    kept.sort(key=lambda memory: (STANDING.index(memory.kind), memory.id))
    return Prefix(fenced([_titled(memory) for memory in kept]), kept)


def _titled(memory: Memory) -> str:
    return f"{TITLES[memory.kind.value]}: {quoted(memory.content)}"


def _by_day(memories: Iterable[Memory], budget: int) -> tuple[str, list[Memory]]:
    """The same for memories, best first, each under its day: a date is written once."""
    left = budget - count_tokens(fenced([""]))
    lines: dict[str, list[str]] = {}
    kept = []
    for memory in memories:
        day, line = memory.when.iso()[:10], _line(memory)
        cost = count_tokens(line) + (0 if day in lines else count_tokens(day))
        if cost <= left:
            left -= cost
            lines.setdefault(day, []).append(line)
            kept.append(memory)
    return fenced([each for day, said in lines.items() for each in (day, *said)]), kept


def _line(memory: Memory) -> str:
    who = quoted(memory.name or memory.role or memory.kind.value)[1:-1]
    return f"{who}: {quoted(memory.content)}"


def _sources(memory: Memory) -> tuple[str, ...]:
    return memory.sources or (memory.id,)
