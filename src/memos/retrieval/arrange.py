"""Arrange: what similarity cannot see, done to the ranked list as a whole.

Questions about a development get results spread over the conversations; a standing order whose
case has come is among the first results. The order of everything else is the ranker's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from memos.model.memory import Kind, Memory, Ref
from memos.retrieval.plan import Plan

SPREAD = 0.4  # what each result costs the next one of its conversation, in units of the sum
DEPTH = 30  # results that are spread, and
REACH = 120  # those that they are taken from
FRONT = 10  # results among which a standing order stands
FITS = 0.3  # cosine from which on an order may be meant


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its place in the pool, its sum, and how well it fits as an order."""

    place: int
    memory: Memory
    total: float
    order_fit: float  # 0 for what is no standing order


def arrange(plan: Plan, scored: Sequence[Scored]) -> list[Scored]:
    """Candidates, best first, one for each message."""
    ranked = sorted(scored, key=lambda one: (-one.total, -one.memory.when, one.memory.ref))
    ranked = _one_per_message(ranked)
    if "wide" in plan.flags:
        return _spread(ranked)
    if "about_assistant" not in plan.flags:
        return _with_order(ranked)
    return ranked


def _one_per_message(ranked: Sequence[Scored]) -> list[Scored]:
    """A long message stands for itself once, with its best piece."""
    seen: set[Ref | tuple[str, str | None, int]] = set()
    kept = []
    for one in ranked:
        memory = one.memory
        whole: Ref | tuple[str, str | None, int] = memory.ref
        if memory.kind is Kind.EPISODE and memory.ordinal is not None:
            whole = (memory.cube_id, memory.conversation_id, memory.ordinal)
        if whole not in seen:
            seen.add(whole)
            kept.append(one)
    return kept


def _spread(ranked: list[Scored]) -> list[Scored]:
    """Greedily the best of what is left, less for each result of the same conversation."""
    left = ranked[:REACH]
    taken: dict[tuple[str, str | None], int] = defaultdict(int)
    made: list[Scored] = []

    def worth(one: Scored) -> float:
        return one.total - SPREAD * taken[one.memory.cube_id, one.memory.conversation_id]

    while left and len(made) < DEPTH:
        best = max(left, key=worth)
        left.remove(best)
        taken[best.memory.cube_id, best.memory.conversation_id] += 1
        made.append(best)
    return [*made, *left, *ranked[REACH:]]


def _with_order(ranked: list[Scored]) -> list[Scored]:
    """The order that fits best moves up to the end of the front, if it was behind it."""
    behind = ranked[FRONT:]
    best = max(ranked, key=lambda one: one.order_fit, default=None)
    if best is None or best.order_fit < FITS or best not in behind:
        return ranked
    behind.remove(best)
    return [*ranked[: FRONT - 1], best, ranked[FRONT - 1], *behind]
