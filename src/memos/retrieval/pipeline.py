"""The read path: plan, legs, candidates, features, rank."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, TypeVar

from memos.errors import DeadlineExceeded
from memos.language.tokens import shared_words
from memos.model.memory import Kind, Ref
from memos.model.recall import Evidence, Hit, Recall, Receipt
from memos.model.scope import ReadScope
from memos.retrieval.candidates import NEIGHBOURS, Candidate, gather
from memos.retrieval.features import features
from memos.retrieval.legs import GRAPH, PENDING, RECENT, TIME, Found, Sources, run_legs
from memos.retrieval.plan import Plan, plan
from memos.retrieval.rank import POLICY, relevance, total

LEGS_SHARE = 0.6  # of the time that a deadline leaves
GRACE = 0.15  # seconds beyond a deadline, to read what was found

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its feature values and their weighted sum."""

    candidate: Candidate
    features: dict[str, float]
    total: float


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
    deadline_ms: int | None = None,
    explain: bool = False,
) -> Recall:
    """The `top_k` memories of the scope that answer `query`, best first.

    A leg that is late or fails is named in `degraded`; only when none answered at all is
    it an error: DeadlineExceeded, or what the first leg raised.
    """
    deadline = Deadline(deadline_ms)
    planned = plan(query, scope.narrowing.now, zone)
    found = await run_legs(sources, scope, planned, deadline.share(LEGS_SHARE))
    if not found.by_leg:
        if found.failures:
            raise found.failures[0]
        raise DeadlineExceeded(f"deadline_ms: nothing was found within {deadline_ms} ms")
    if deadline.over:
        found.degraded.append(f"deadline: {NEIGHBOURS}")
    gathering = gather(sources, scope, planned, found, widen=not deadline.over)
    candidates, weights = await _within(deadline, gathering)
    values = features(planned, candidates, weights)
    scored = [
        Scored(candidate, of, total(of)) for candidate, of in zip(candidates, values, strict=True)
    ]
    scored.sort(key=lambda one: (-one.total, -one.candidate.memory.when, one.candidate.memory.ref))
    best = _one_per_message(scored)[:top_k]
    receipt = _receipt(scope, planned, found, scored if explain else best, seqs)
    return Recall(tuple(_hit(one, planned) for one in best), receipt)


async def _within(deadline: Deadline, work: Coroutine[Any, Any, T]) -> T:
    """The result, unless the deadline is exceeded by more than `GRACE`."""
    left = deadline.left()
    if left is None:
        return await work
    try:
        return await asyncio.wait_for(work, left + GRACE)
    except asyncio.TimeoutError as error:
        raise DeadlineExceeded("deadline_ms: what was found could not be read in time") from error


def _one_per_message(scored: Sequence[Scored]) -> list[Scored]:
    """A long message stands for itself once, with its best piece."""
    seen: set[Ref | tuple[str, str | None, int]] = set()
    kept = []
    for one in scored:
        memory = one.candidate.memory
        whole: Ref | tuple[str, str | None, int] = memory.ref
        if memory.kind is Kind.EPISODE and memory.ordinal is not None:
            whole = (memory.cube_id, memory.conversation_id, memory.ordinal)
        if whole not in seen:
            seen.add(whole)
            kept.append(one)
    return kept


def _hit(one: Scored, planned: Plan) -> Hit:
    memory = one.candidate.memory
    return Hit(
        memory=memory,
        score=round(relevance(one.total), 6),
        sources=memory.sources or (memory.id,),
        why=tuple(_why(one, planned)),
    )


def _why(one: Scored, planned: Plan) -> list[str]:
    """What spoke for a candidate, in words."""
    candidate, legs = one.candidate, one.candidate.legs
    shared = [term for term, n in zip(planned.terms, candidate.counts, strict=True) if n]
    words = shared_words(candidate.memory.content, set(shared))
    reasons = {
        f"words: {', '.join(words[:6])}": bool(words),
        f"said by {candidate.memory.name}": one.features["speaker"] > 0,
        f"about {', '.join(planned.names)}": GRAPH in legs and one.features["speaker"] == 0,
        f"said around {', '.join(w.text for w in planned.windows)}": TIME in legs,
        "not indexed yet": PENDING in legs,
        "beside a match": NEIGHBOURS in legs,
        "recent": legs.keys() <= {RECENT},
    }
    return [reason for reason, holds in reasons.items() if holds]


def _receipt(
    scope: ReadScope,
    planned: Plan,
    found: Found,
    shown: Sequence[Scored],
    seqs: Mapping[str, int],
) -> Receipt:
    return Receipt(
        query=planned.query,
        asked_at=scope.narrowing.now,
        tenant=scope.tenant,
        seqs=dict(seqs),
        policy=POLICY,
        plan=planned.to_dict(),
        legs={leg: len(refs) for leg, refs in found.by_leg.items()},
        degraded=tuple(found.degraded),
        evidence=tuple(
            Evidence(
                memory_id=one.candidate.memory.id,
                version=one.candidate.memory.version,
                score=round(relevance(one.total), 6),
                legs=dict(one.candidate.legs),
                features={name: round(value, 4) for name, value in one.features.items()},
            )
            for one in shown
        ),
    )
