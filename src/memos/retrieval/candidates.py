"""Candidates: the best of what the legs found, as the records have it, and their neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from memos.model.memory import Memory, Ref
from memos.retrieval.legs import MEANING, PENDING, STANDING, TEXT, Found, Search
from memos.retrieval.pool import Pool, fill, weigh

NEIGHBOURS = "neighbours"
BEFORE, AFTER = 2, 1  # messages around a candidate that its features may read
FIRST = {TEXT: 1.0, MEANING: 0.8}  # what scores of legs count for the choice of candidates
KEPT = (STANDING, PENDING)  # legs whose finds are candidates whatever their scores


async def gather(search: Search, *, widen: bool) -> Pool:
    """The best candidates by the scores of their legs; with their neighbours when `widen`."""
    found, records = search.found, search.sources.records
    ranks: dict[Ref, dict[str, int]] = defaultdict(dict)
    for leg, refs in found.by_leg.items():
        for rank, ref in enumerate(refs, 1):
            ranks[ref][leg] = rank
    chosen = _best(found, ranks, search.budget.candidates)
    memories = await records.memories(search.scope, chosen)
    candidates = [(memories[ref], ranks[ref]) for ref in chosen if ref in memories]
    around: list[Memory] = []
    if widen:
        around = await _around(search, [memory for memory, _ in candidates])
        candidates += _joining(search, candidates, around)
    cubes = {memory.cube_id for memory in (*memories.values(), *around)}
    weights = weigh(search.plan, sorted(cubes), found.statistics, found.waiting)
    return fill(search.plan, candidates, around, weights)


def _best(found: Found, ranks: Mapping[Ref, Mapping[str, int]], limit: int) -> list[Ref]:
    """The refs with the highest sums of standardised scores; ties by best rank, then ref."""
    total: dict[Ref, float] = dict.fromkeys(ranks, 0.0)
    for leg, share in FIRST.items():
        scores = found.scores.get(leg, {})
        if not scores:
            continue
        values = np.array(list(scores.values()))
        spread = float(values.std()) or 1.0
        low = float(values.min())  # a leg's worst is what the others would have got at most
        for ref in total:
            total[ref] += share * (scores.get(ref, low) - low) / spread
    kept = [ref for ref, legs in ranks.items() if any(leg in legs for leg in KEPT)]
    ordered = sorted(total, key=lambda ref: (-total[ref], min(ranks[ref].values()), ref))
    return list(dict.fromkeys((*ordered[:limit], *kept)))


async def _around(search: Search, memories: Sequence[Memory]) -> list[Memory]:
    """What was said around; what a filter leaves out may inform, what is hidden may not."""
    places = [
        (memory.cube_id, memory.conversation_id, memory.ordinal)
        for memory in memories
        if memory.ordinal is not None
    ]
    scope = search.scope
    reach = replace(scope, narrowing=replace(scope.narrowing, kinds=None, filter=None))
    return await search.sources.records.around(reach, places, BEFORE, AFTER)


def _joining(
    search: Search,
    candidates: Sequence[tuple[Memory, dict[str, int]]],
    around: Sequence[Memory],
) -> list[tuple[Memory, dict[str, int]]]:
    """Neighbours of the first candidates that become candidates themselves."""
    known = {memory.ref for memory, _ in candidates}
    beside = {
        (memory.cube_id, memory.conversation_id, (memory.ordinal or 0) + step): rank
        for rank, (memory, _) in reversed(list(enumerate(candidates[: search.budget.widen], 1)))
        if memory.ordinal is not None
        for step in (-1, 1)
    }
    return [
        (memory, {NEIGHBOURS: rank})
        for memory in around
        if memory.ref not in known
        and (rank := beside.get((memory.cube_id, memory.conversation_id, memory.ordinal or 0)))
        and search.scope.narrowing.admits(memory)
    ]
