"""The read path: plan, legs, candidates, features, rank, arrange."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any, TypeVar

from memos.errors import DeadlineExceeded
from memos.model.recall import Recall
from memos.model.scope import ReadScope
from memos.retrieval.answer import Judged, hits, scores, write_receipt
from memos.retrieval.arrange import arrange, scored
from memos.retrieval.candidates import NEIGHBOURS, gather
from memos.retrieval.effort import NORMAL, Budget
from memos.retrieval.features import Asked, features
from memos.retrieval.legs import Found, Search, Sources, run_legs
from memos.retrieval.meaning import closeness
from memos.retrieval.newest import newest_first, risen
from memos.retrieval.orders import fits
from memos.retrieval.outdated import current_first, outdated
from memos.retrieval.plan import plan
from memos.retrieval.rank import Weights, shipped, signals_of
from memos.retrieval.rerank import lifted, rerank

LEGS_SHARE, RERANK_SHARE = 0.6, 0.9  # of the time that a deadline leaves then
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
    table: Mapping[str, Weights] | None = None,
) -> Recall:
    """The `top_k` memories of the scope that answer `query`, best first.

    `table` has the weights by set of signals, if not those that memos brings.
    A leg that is late or fails is named in `degraded`; only when none answered at all is
    it an error: DeadlineExceeded, or what the first leg raised.
    """
    deadline = Deadline(deadline_ms)
    if scope.narrowing.kinds is None:  # messages speak for themselves, unless kinds are asked for
        scope = replace(scope, narrowing=replace(scope.narrowing, first_hand=True))
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
    weights = (table or shipped())[signals_of(planned, columns)]
    totals = weights.total(columns)
    fitting = await _within(deadline, fits(search, pool))
    vectors = near.vectors if near is not None else None
    arranged = arrange(planned, scored(pool.outline, totals, fitting), vectors)
    order = await rerank(search, [one.ref for one in arranged], deadline.share(RERANK_SHARE))
    up = {arranged[at].ref for at in lifted(order)}
    told = await _within(deadline, outdated(search, [arranged[at] for at in order]))
    current = [arranged[at] for at in current_first(arranged, order, told)]
    ranked = await _within(deadline, newest_first(search, pool.outline, current))
    judged = Judged(search, pool, columns, weights, totals, scores(weights, totals, arranged))
    wanted = [one.ref for one in ranked[:top_k]]
    memories = await _within(deadline, sources.records.memories(scope, wanted))
    receipt = write_receipt(
        judged, ranked if explain else ranked[:top_k], seqs=seqs, top_k=top_k, zone=zone
    )
    newer = risen(current, ranked)
    made = hits(judged, ranked[:top_k], memories, lifted=up, newer=newer, outdated=told)
    return Recall(made, receipt, receipt.confidence)


async def _within(deadline: Deadline, work: Coroutine[Any, Any, T]) -> T:
    """The result, unless the deadline is exceeded by more than `GRACE`."""
    left = deadline.left()
    if left is None:
        return await work
    try:
        return await asyncio.wait_for(work, left + GRACE)
    except asyncio.TimeoutError as error:
        raise DeadlineExceeded("deadline_ms: what was found could not be read in time") from error
