"""Candidates: the best of what the legs found, as the records have it, and their neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from memos.contracts.outline import Outline, Wanted
from memos.model.memory import Ref
from memos.retrieval.legs import MEANING, PENDING, STANDING, TEXT, Found, Search
from memos.retrieval.pool import Places, Pool, neighbours, weigh

NEIGHBOURS = "neighbours"
BEFORE, AFTER = 2, 1  # messages around a candidate that its features may read
FIRST = {TEXT: 1.0, MEANING: 0.8}  # what scores of legs count for the choice of candidates
KEPT = (STANDING, PENDING)  # legs whose finds are candidates whatever their scores


async def gather(search: Search, *, widen: bool) -> Pool:
    """The best candidates by the scores of their legs; with their neighbours when `widen`."""
    found, plan = search.found, search.plan
    ranks: dict[Ref, dict[str, int]] = defaultdict(dict)
    for leg, refs in found.by_leg.items():
        for rank, ref in enumerate(refs, 1):
            ranks[ref][leg] = rank
    chosen = _best(found, ranks, search.budget.candidates)
    wanted = Wanted(plan.terms, sorted({word for name in plan.names for word in name.split()}))
    around = (BEFORE, AFTER) if widen else (0, 0)
    outline = await search.sources.records.outline(search.scope, chosen, wanted, *around)
    row_of = {ref: row for row, ref in enumerate(outline.refs)}
    rows = [row_of[ref] for ref in chosen if ref in row_of]
    legs = [ranks[outline.refs[row]] for row in rows]
    if widen:
        joining = _joining(outline, rows, search.budget.widen)
        rows += joining
        legs += [{NEIGHBOURS: rank} for rank in joining.values()]
    return _pool(search, _ordered(outline, rows), legs)


def _best(found: Found, ranks: Mapping[Ref, Mapping[str, int]], limit: int) -> list[Ref]:
    """The refs with the highest sums of standardised scores; ties by best rank, then ref."""
    total = dict.fromkeys(ranks, 0.0)
    for leg, share in FIRST.items():
        scores = found.scores.get(leg, {})
        if scores:
            values = np.array(list(scores.values()))
            weight = share / (float(values.std()) or 1.0)
            low = float(values.min())  # a leg's worst is what the others would have got at most
            for ref, score in scores.items():
                total[ref] += weight * (score - low)
    kept = [ref for leg in KEPT for ref in found.by_leg.get(leg, ())]
    ordered = sorted((-total[ref], min(legs.values()), ref) for ref, legs in ranks.items())
    return list(dict.fromkeys([*(ref for _, _, ref in ordered[:limit]), *kept]))


def _joining(outline: Outline, rows: Sequence[int], widen: int) -> dict[int, int]:
    """Rows beside the first `widen` candidates that become candidates: row -> whose rank."""
    free = outline.admitted & (outline.ordinals > 0)
    free[rows] = False
    beside = np.flatnonzero(free)
    first = np.array(rows[:widen], np.int64)
    if not len(first):
        return {}
    near = (outline.threads[first, None] == outline.threads[beside]) & (
        np.abs(outline.ordinals[first, None] - outline.ordinals[beside]) == 1
    )
    near &= outline.ordinals[first, None] > 0
    joined, rank = near.any(axis=0), near.argmax(axis=0) + 1
    order = np.flatnonzero(joined)[np.argsort(rank[joined], kind="stable")]
    return dict(zip(beside[order].tolist(), rank[order].tolist(), strict=True))


def _ordered(outline: Outline, first: list[int]) -> Outline:
    """The same rows, `first` of them first."""
    chosen = np.zeros(len(outline), np.bool_)
    chosen[first] = True
    order: Places = np.concatenate((np.array(first, np.int64), np.flatnonzero(~chosen)))
    return outline.rows(order)


def _pool(search: Search, outline: Outline, legs: list[dict[str, int]]) -> Pool:
    found, cubes = search.found, search.scope.cubes
    idf, mean = weigh(search.plan, cubes, found.statistics, found.waiting)
    before, after = neighbours(outline)
    return Pool(outline, legs, before, after, idf[outline.cubes], mean[outline.cubes])
