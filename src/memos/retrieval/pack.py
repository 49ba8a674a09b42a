"""Pack: memories as a block of text within a token budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from memos.governance.fence import fenced, quoted
from memos.language.tokens import count_tokens
from memos.model.memory import STANDING, Memory
from memos.model.recall import Context, Recall

PREFIX_SHARE = 0.25  # of the budget, at most: the rest is for what the query needs
TITLES = {"instruction": "standing order", "profile": "about the user", "preference": "preference"}


def pack(recall: Recall, standing: Sequence[Memory], max_tokens: int) -> Context:
    """A context of at most `max_tokens` (as `count_tokens` counts): what stands, then hits.

    The prefix depends on the standing memories and the budget alone, never on the query,
    the scores or the time, so that a model's cache of it stays good.
    """
    ordered = sorted(standing, key=lambda memory: (STANDING.index(memory.kind), memory.id))
    lines = [
        (memory, f"{TITLES[memory.kind.value]}: {quoted(memory.content)}") for memory in ordered
    ]
    prefix, in_prefix = _fill(lines, int(max_tokens * PREFIX_SHARE))
    shown = {memory.id for memory in in_prefix}
    rest = [hit.memory for hit in recall if hit.memory.id not in shown]
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


def _fill(lines: Iterable[tuple[Memory, str]], budget: int) -> tuple[str, list[Memory]]:
    """A block of the lines that fit, in order; one too long is passed over."""
    left = budget - count_tokens(fenced([""]))
    kept: list[tuple[Memory, str]] = []
    for memory, line in lines:
        cost = count_tokens(line)
        if cost <= left:
            left -= cost
            kept.append((memory, line))
    return fenced([line for _, line in kept]), [memory for memory, _ in kept]


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
