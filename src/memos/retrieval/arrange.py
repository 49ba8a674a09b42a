"""Arrange: what similarity cannot see, done to the ranked list as a whole.

Questions about a development get what belongs to the same story as the best results, spread over
the conversations; standing orders whose occasion has come are among the first results. The order
of everything else is the ranker's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memos.contracts.outline import Outline
from memos.model.memory import Ref
from memos.retrieval.plan import Plan
from memos.retrieval.pool import Floats

SPREAD = 0.4  # what each result costs the next one of its conversation, in units of the sum
DEPTH = 30  # results that are spread, and
REACH = 120  # those that they are taken from
STORY = 3  # best results that show what a story is about, and
DRAWN = 0.6  # what nearness to them counts, in units of the sum
FRONT = 10  # results among which a standing order stands
FITS = 0.3  # cosine of its occasion from which on an order is meant
PINNED = 2  # orders that move up, and
ALIKE = 0.05  # of a cosine: what a third one may stand behind the best, if it fits `NEARLY`
NEARLY = 0.25


class Scored(NamedTuple):
    """A candidate with its row in the pool, its sum, and how well it fits as an order.

    `message` is the same for all pieces of one message.
    """

    row: int
    ref: Ref
    total: float
    order_fit: float  # 0 for what is no standing order
    when: int
    thread: int
    message: Ref | tuple[int, int]


def scored(outline: Outline, totals: Floats, fits: Floats) -> list[Scored]:
    """The candidates, which are the first rows of the outline."""
    columns = (outline.when, outline.threads, outline.ordinals)
    rows = zip(outline.refs, totals.tolist(), fits.tolist(), *(one.tolist() for one in columns),
               strict=False)  # fmt: skip
    return [
        Scored(row, ref, total, fit, when, thread, (thread, ordinal) if ordinal > 0 else ref)
        for row, (ref, total, fit, when, thread, ordinal) in enumerate(rows)
    ]


def arrange(
    plan: Plan, candidates: Iterable[Scored], vectors: NDArray[np.float32] | None = None
) -> list[Scored]:
    """Candidates, best first, one for each message; `vectors` are those of the pool."""
    ranked = _one_per_message(_ranked(candidates))
    if "wide" in plan.flags:
        if vectors is not None and "order" not in plan.flags:
            ranked = _by_story(ranked, vectors)
        return _spread(ranked)
    if "about_assistant" in plan.flags:
        return ranked
    return _with_orders(ranked, _meant(ranked, past="past" in plan.flags))


def _ranked(candidates: Iterable[Scored]) -> list[Scored]:
    return sorted(candidates, key=lambda one: (-one.total, -one.when, one.ref))


def _one_per_message(ranked: Sequence[Scored]) -> list[Scored]:
    """A long message stands for itself once, with its best piece."""
    best: dict[Ref | tuple[int, int], Scored] = {}
    for one in ranked:
        best.setdefault(one.message, one)
    return list(best.values())


def _by_story(ranked: list[Scored], vectors: NDArray[np.float32]) -> list[Scored]:
    """More for what is near the best results: "how did it go with X" is poor in words, they not."""
    if not ranked:
        return ranked
    rows = vectors[[one.row for one in ranked]]
    middle = rows[:STORY].sum(axis=0)
    near = np.einsum("ij,j->i", rows, middle)
    drawn = DRAWN * (near - near.mean()) / (float(near.std()) or 1.0)
    return _ranked(
        one._replace(total=one.total + add) for one, add in zip(ranked, drawn.tolist(), strict=True)
    )


def _spread(ranked: list[Scored]) -> list[Scored]:
    """Greedily the best of what is left, less for each result of the same conversation."""
    left = ranked[:REACH]
    taken: dict[int, int] = defaultdict(int)
    made: list[Scored] = []

    def worth(one: Scored) -> float:
        return one.total - SPREAD * taken[one.thread]

    while left and len(made) < DEPTH:
        best = max(left, key=worth)
        left.remove(best)
        taken[best.thread] += 1
        made.append(best)
    return [*made, *left, *ranked[REACH:]]


def _meant(ranked: Sequence[Scored], *, past: bool) -> list[Scored]:
    """The orders whose occasion has come; of several that fit alike, one more.

    Who asks what was said or done is mostly told, and not obeyed.
    """
    best = sorted((one for one in ranked if one.order_fit > 0), key=lambda one: -one.order_fit)
    fitting = [one for one in best[:PINNED] if one.order_fit >= FITS]
    if past or not best:
        return fitting
    least = max(NEARLY, best[0].order_fit - ALIKE)
    return max(fitting, [one for one in best[: PINNED + 1] if one.order_fit >= least], key=len)


def _with_orders(ranked: list[Scored], meant: Sequence[Scored]) -> list[Scored]:
    """The orders that are meant move up to the end of the front, if they were behind it."""
    moved = [one for one in meant if one not in ranked[:FRONT]]
    others = [one for one in ranked if one not in moved]
    stay = FRONT - len(moved)
    return [*others[:stay], *moved, *others[stay:]]
