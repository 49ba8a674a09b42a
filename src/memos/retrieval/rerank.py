"""Rerank: the first of the ranked list, put in order by a model that reads question and text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from memos.contracts.reranker import Reranker
from memos.errors import MemOSError
from memos.model.memory import Memory, Ref
from memos.model.recall import Effort
from memos.retrieval.legs import Search

RERANKER = "reranker"
FIRST = 50  # that are judged


async def rerank(search: Search, ranked: Sequence[Ref], seconds: float | None) -> list[int]:
    """Places in `ranked`, in the order in which they are to be shown.

    The first are ordered by the reranker's scores, equal ones as they stood; with no
    reranker, one that fails, or one that is not done within `seconds`, all stay where they
    are, and `degraded` names it. What was judged is listed like the finds of a leg.
    """
    places, reranker = list(range(len(ranked))), search.sources.reranker
    if reranker is None or search.budget.effort is not Effort.DEEP or not ranked:
        return places
    try:
        scores = await asyncio.wait_for(_scores(search, reranker, ranked[:FIRST]), seconds)
    except MemOSError as error:  # first: one of them is a TimeoutError too
        search.found.degraded.append(f"{RERANKER}: {type(error).__name__}")
        return places
    except asyncio.TimeoutError:
        search.found.degraded.append(f"deadline: {RERANKER}")
        return places
    # What has been forgotten meanwhile was not judged, and keeps behind what was.
    places.sort(key=lambda at: (ranked[at] not in scores, -scores.get(ranked[at], 0.0)))
    search.found.by_leg[RERANKER] = [ranked[at] for at in places if ranked[at] in scores]
    return places


def lifted(order: Sequence[int]) -> set[int]:
    """Those who stand higher in the order that `rerank` gave than before."""
    return {at for rank, at in enumerate(order) if at > rank}


def named(search: Search) -> str:
    """The reranker that took part, as the name of a policy ends with it."""
    reranker = search.sources.reranker
    return f"+{reranker.name}" if reranker and RERANKER in search.found.by_leg else ""


async def _scores(search: Search, reranker: Reranker, refs: Sequence[Ref]) -> dict[Ref, float]:
    memories = await search.sources.records.memories(search.scope, refs)
    texts = {ref: _text(memories[ref]) for ref in refs if ref in memories}
    if not texts:
        return {}
    scores = await reranker.score(search.plan.asked, list(texts.values()))
    return dict(zip(texts, scores, strict=True))


def _text(memory: Memory) -> str:
    """With its speaker, since a question names people where they say "I"."""
    return f"{memory.name}: {memory.content}" if memory.name else memory.content
