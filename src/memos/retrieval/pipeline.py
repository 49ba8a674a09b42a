"""The read path: plan, legs, candidates, features, rank, arrange."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, TypeVar

from memos.errors import DeadlineExceeded
from memos.language.tokens import shared_words
from memos.model.recall import Evidence, Hit, Recall, Receipt
from memos.model.scope import ReadScope
from memos.retrieval.arrange import FITS, Scored, arrange
from memos.retrieval.candidates import NEIGHBOURS, gather
from memos.retrieval.confidence import confidence, signals
from memos.retrieval.effort import NORMAL, Budget
from memos.retrieval.features import Asked, Columns, features
from memos.retrieval.legs import (
    GRAPH,
    MEANING,
    PENDING,
    RECENT,
    TIME,
    Found,
    Search,
    Sources,
    run_legs,
)
from memos.retrieval.meaning import closeness
from memos.retrieval.plan import plan
from memos.retrieval.pool import Floats, Pool
from memos.retrieval.rank import Weights, shipped, signals_of

LEGS_SHARE = 0.6  # of the time that a deadline leaves
GRACE = 0.15  # seconds beyond a deadline, to read what was found

T = TypeVar("T")


class Deadline:
    """What is left of the time that the caller allowed, in seconds."""

    def __init__(self, milliseconds: int | None) -> None:
        self._end = None if milliseconds is None else time.monotonic() + milliseconds / 1000

    def left(self) -> float | None:
        """Seconds left, 0 when it is over, None when there is no deadline."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    def share(self, part: float) -> float | None:
        """A part of what is left."""
        left = self.left()
        return None if left is None else left * part

    @property
    def over(self) -> bool:
        """Whether no time is left."""
        return self.left() == 0.0


async def recall(
    sources: Sources,
    scope: ReadScope,
    query: str,
    *,
    seqs: Mapping[str, int],
    top_k: int,
    zone: tzinfo,
    budget: Budget = NORMAL,
    deadline_ms: int | None = None,
    explain: bool = False,
) -> Recall:
    """The `top_k` memories of the scope that answer `query`, best first.

    A leg that is late or fails is named in `degraded`; only when none answered at all is
    it an error: DeadlineExceeded, or what the first leg raised.
    """
    deadline = Deadline(deadline_ms)
    planned = plan(query, scope.narrowing.now, zone)
    search = Search(sources, scope, planned, budget, Found())
    found = await run_legs(search, deadline.share(LEGS_SHARE))
    if not found.by_leg:
        if found.failures:
            raise found.failures[0]
        raise DeadlineExceeded(f"deadline_ms: nothing was found within {deadline_ms} ms")
    if deadline.over:
        found.degraded.append(f"deadline: {NEIGHBOURS}")
    pool = await _within(deadline, gather(search, widen=not deadline.over))
    near = await _within(deadline, closeness(search, pool)) if pool.candidates else None
    columns = features(Asked(planned, pool, near))
    weights = shipped()[signals_of(columns)]
    totals = weights.total(columns)
    fits = columns["standing_fit"]
    ranked = arrange(
        planned,
        [
            Scored(place, pool.memories[place], float(totals[place]), float(fits[place]))
            for place in range(pool.candidates)
        ],
    )
    judged = Judged(search, pool, columns, weights, totals)
    hits = tuple(_hit(judged, one, bound) for one, bound in _bounded(judged, ranked[:top_k]))
    receipt = _receipt(judged, ranked if explain else ranked[:top_k], seqs)
    return Recall(hits, receipt, round(confidence(weights.confidence, receipt.signals), 6))


@dataclass(frozen=True, slots=True)
class Judged:
    """A search at its end: what was weighed, with what."""

    search: Search
    pool: Pool
    columns: Columns
    weights: Weights
    totals: Floats

    def relevance(self, place: int) -> float:
        """How relevant a candidate is, by its sum alone."""
        return float(self.weights.relevance(self.totals[place : place + 1])[0])


def _bounded(judged: Judged, ranked: Sequence[Scored]) -> Iterator[tuple[Scored, float]]:
    """Candidates with scores that never rise: an arranged list is not ordered by sums alone."""
    bound = 1.0
    for one in ranked:
        bound = min(bound, judged.relevance(one.place))
        yield one, bound


async def _within(deadline: Deadline, work: Coroutine[Any, Any, T]) -> T:
    """The result, unless the deadline is exceeded by more than `GRACE`."""
    left = deadline.left()
    if left is None:
        return await work
    try:
        return await asyncio.wait_for(work, left + GRACE)
    except asyncio.TimeoutError as error:
        raise DeadlineExceeded("deadline_ms: what was found could not be read in time") from error


def _hit(judged: Judged, one: Scored, score: float) -> Hit:
    return Hit(
        memory=one.memory,
        score=round(score, 6),
        sources=one.memory.sources or (one.memory.id,),
        why=tuple(_why(judged, one)),
    )


def _why(judged: Judged, one: Scored) -> list[str]:
    """What spoke for a candidate, in words."""
    planned, legs = judged.search.plan, judged.pool.legs[one.place]
    value = {name: column[one.place] for name, column in judged.columns.items()}
    shared = {
        term for term, n in zip(planned.terms, judged.pool.counts[one.place], strict=True) if n
    }
    words = shared_words(one.memory.content, shared)
    reasons = {
        f"words: {', '.join(words[:6])}": bool(words),
        "close in meaning": MEANING in legs and value.get("meaning", 0.0) > 1.0,
        f"said by {one.memory.name}": value["speaker"] > 0,
        f"about {', '.join(planned.names)}": GRAPH in legs and value["speaker"] == 0,
        f"said around {', '.join(w.text for w in planned.windows)}": TIME in legs,
        "a standing order": one.order_fit >= FITS,
        "not indexed yet": PENDING in legs,
        "beside a match": NEIGHBOURS in legs,
        "recent": legs.keys() <= {RECENT},
    }
    return [reason for reason, holds in reasons.items() if holds]


def _receipt(judged: Judged, shown: Sequence[Scored], seqs: Mapping[str, int]) -> Receipt:
    search, columns = judged.search, judged.columns
    return Receipt(
        query=search.plan.query,
        asked_at=search.scope.narrowing.now,
        tenant=search.scope.tenant,
        seqs=dict(seqs),
        policy=f"{judged.weights.policy}/{search.budget.effort.value}",
        plan=search.plan.to_dict(),
        legs={leg: len(refs) for leg, refs in search.found.by_leg.items()},
        degraded=tuple(search.found.degraded),
        evidence=tuple(
            Evidence(
                memory_id=one.memory.id,
                version=one.memory.version,
                score=round(judged.relevance(one.place), 6),
                legs=dict(judged.pool.legs[one.place]),
                features={
                    name: round(float(column[one.place]), 4) for name, column in columns.items()
                },
            )
            for one in shown
        ),
        signals={k: round(v, 4) for k, v in signals(columns, judged.totals).items()},
    )
