"""Answer: hits in words, and the receipt that explains them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from memos.contracts.vectors import Generation
from memos.language.tokens import shared_words
from memos.model.memory import Memory, Ref
from memos.model.plain import plain
from memos.model.recall import Evidence, Hit, Narrowed, Receipt
from memos.model.scope import Narrowing
from memos.retrieval.arrange import FITS, Scored
from memos.retrieval.candidates import NEIGHBOURS
from memos.retrieval.confidence import confidence, signals
from memos.retrieval.features import Columns
from memos.retrieval.legs import GRAPH, MEANING, PENDING, RECENT, TIME, Search
from memos.retrieval.pool import Floats, Pool
from memos.retrieval.rank import Weights, signals_of
from memos.retrieval.rerank import named
from memos.retrieval.table import digest


@dataclass(frozen=True, slots=True)
class Judged:
    """A search at its end: what was weighed, with what; `scores` are those of the ranks."""

    search: Search
    pool: Pool
    columns: Columns
    weights: Weights
    totals: Floats
    scores: list[float]


def scores(weights: Weights, totals: Floats, arranged: Sequence[Scored]) -> list[float]:
    """Scores that never rise, by rank: an arranged list is not ordered by sums alone.

    A reranker decides who stands at a rank, and not how relevant what stands there mostly is.
    """
    rows = np.array([one.row for one in arranged], np.int64)
    falling = np.minimum.accumulate(weights.relevance(totals[rows]))
    made: list[float] = np.round(falling, 6).tolist()
    return made


def hits(
    judged: Judged,
    ranked: Sequence[Scored],
    memories: Mapping[Ref, Memory],
    *,
    lifted: Collection[Ref],
    newer: Collection[Ref],
    outdated: Collection[str],
) -> tuple[Hit, ...]:
    """The first candidates as the records have them; one that has just gone is left out.

    The reranker has moved up those in `lifted`, `newest_first` those in `newer`; `outdated`
    are ids.
    """
    reasons = {
        "moved up by the reranker": lifted,
        "states a newer figure": newer,
    }
    return tuple(
        Hit(
            memory=memory,
            score=score,
            sources=memory.sources or (memory.id,),
            why=(
                *_why(judged, one, memory),
                *(reason for reason, moved in reasons.items() if one.ref in moved),
                *(["replaced by something newer"] if memory.id in outdated else []),
            ),
            outdated=memory.id in outdated,
        )
        for one, score in zip(ranked, judged.scores, strict=False)
        if (memory := memories.get(one.ref)) is not None
    )


def _why(judged: Judged, one: Scored, memory: Memory) -> list[str]:
    """What spoke for a candidate, in words."""
    planned, legs = judged.search.plan, judged.pool.legs[one.row]
    counts = judged.pool.outline.counts[one.row].tolist()
    shared = {term for term, n in zip(planned.terms, counts, strict=True) if n}
    words = shared_words(memory.content, shared) if shared else []
    spoken = judged.columns["speaker"][one.row] > 0
    meant = MEANING in legs and "meaning" in judged.columns
    reasons = {
        f"words: {', '.join(words[:6])}": bool(words),
        "close in meaning": meant and judged.columns["meaning"][one.row] > 1.0,
        f"said by {memory.name}": spoken,
        f"about {', '.join(planned.names)}": GRAPH in legs and not spoken,
        f"said around {', '.join(w.text for w in planned.windows)}": TIME in legs,
        "a standing order": one.order_fit >= FITS,
        "not indexed yet": PENDING in legs,
        "beside a match": NEIGHBOURS in legs,
        "recent": legs.keys() <= {RECENT},
    }
    return [reason for reason, holds in reasons.items() if holds]


def write_receipt(
    judged: Judged,
    shown: Sequence[Scored],
    *,
    seqs: Mapping[str, int],
    top_k: int,
    zone: tzinfo,
) -> Receipt:
    """The receipt, with evidence for the first candidates."""
    search, columns, weights = judged.search, judged.columns, judged.weights
    seen, embedder = search.found.seen, search.sources.embedder
    found = {k: round(v, 4) for k, v in signals(columns, judged.totals).items()}
    return Receipt(
        query=search.plan.query,
        asked_at=search.scope.narrowing.now,
        timezone=str(zone),
        tenant=search.scope.tenant,
        cubes=search.scope.cubes,
        seqs={cube_id: seqs.get(cube_id, 0) for cube_id in search.scope.cubes},
        narrowed=_narrowed(search.scope.narrowing),
        effort=search.budget.effort,
        top_k=top_k,
        policy=f"{weights.policy}{named(search)}/{signals_of(search.plan, columns)}",
        weights=digest(weights),
        generation=None if seen is None or embedder is None else _name(embedder.generation),
        plan=search.plan.to_dict(),
        legs={leg: len(refs) for leg, refs in search.found.by_leg.items()},
        candidates=judged.pool.candidates,
        degraded=tuple(search.found.degraded),
        evidence=_evidence(judged, shown),
        signals=found,
        confidence=round(confidence(weights.confidence, found), 6),
    )


def _narrowed(narrowing: Narrowing) -> Narrowed:
    return Narrowed(
        agent_id=narrowing.agent_id,
        kinds=None if narrowing.kinds is None else tuple(sorted(narrowing.kinds)),
        conversation_id=narrowing.conversation_id,
        filter=plain(narrowing.filter.source) if narrowing.filter else None,
        as_of=narrowing.as_of,
        known_at=narrowing.known_at,
        include_archived=narrowing.include_archived,
        without=tuple(sorted(narrowing.without)),
    )


def _name(generation: Generation) -> str:
    shape = "" if generation.normalised else ", not normalised"
    return f"{generation.model}, {generation.dimension} dimensions{shape}"


def _evidence(judged: Judged, shown: Sequence[Scored]) -> tuple[Evidence, ...]:
    """How candidates came to their scores, what weighed most first."""
    names = list(judged.columns)
    weights = np.array([judged.weights.weights.get(name, 0.0) for name in names])
    rows = [one.row for one in shown]
    values = np.stack([column[rows] for column in judged.columns.values()], axis=1)
    parts = np.round(values * weights, 4)
    biggest = np.argsort(-np.abs(parts), axis=1, kind="stable").tolist()
    told = zip(shown, judged.scores, biggest, np.round(values, 4).tolist(), parts.tolist(),
               strict=False)  # fmt: skip
    return tuple(
        Evidence(
            memory_id=one.ref[0],
            version=one.ref[1],
            score=score,
            legs=dict(judged.pool.legs[one.row]),
            features=dict(zip(names, mine, strict=True)),
            contributions={names[at]: added[at] for at in order if added[at]},
        )
        for one, score, order, mine, added in told
    )
