"""Candidates: the union of the legs, checked against the records, with their neighbours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from memos.contracts.records import Records
from memos.contracts.text import TextStatistics
from memos.language import bm25
from memos.language.tokens import terms
from memos.model.memory import Kind, Memory, Ref
from memos.model.scope import ReadScope
from memos.retrieval.legs import Found, Sources
from memos.retrieval.plan import Plan

NEIGHBOURS = "neighbours"
MOST = 150  # candidates whose features are computed
WIDEN = 40  # best candidates whose neighbours join in
BEFORE, AFTER = 2, 1  # messages around a candidate that its features may read


@dataclass(slots=True)
class Candidate:
    """A memory that may answer, the ranks at which legs found it, and what it is made of.

    `counts` says how often it holds each term of the question, in the plan's order;
    `length` is that of the whole text, in terms.
    """

    memory: Memory
    legs: dict[str, int]
    counts: tuple[int, ...]
    length: int
    bm25: float = 0.0
    before: list[Candidate] = field(default_factory=list)  # nearest first
    after: list[Candidate] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Weights:
    """What BM25 needs for one cube: idf of the plan's terms in their order, mean length."""

    idf: tuple[float, ...]
    mean_length: float


async def gather(
    sources: Sources, scope: ReadScope, plan: Plan, found: Found, *, widen: bool
) -> tuple[list[Candidate], dict[str, Weights]]:
    """The best candidates by BM25 and by leg, each with its neighbours when `widen`."""
    ranks: dict[Ref, dict[str, int]] = defaultdict(dict)
    for leg, refs in found.by_leg.items():
        for rank, ref in enumerate(refs, 1):
            ranks[ref][leg] = rank
    memories = await sources.records.memories(scope, list(ranks))
    weights = _weights(scope, found, plan)
    candidates = [
        _candidate(memories[ref], ranks[ref], plan, weights) for ref in ranks if ref in memories
    ]
    candidates = _best(candidates, MOST)
    if widen:
        candidates = await _with_neighbours(sources.records, scope, plan, candidates, weights)
    return candidates, weights


def _weights(scope: ReadScope, found: Found, plan: Plan) -> dict[str, Weights]:
    """Per cube; versions that the index lacks are counted in, so that lag changes no rank.

    Without statistics, because the index is down, all terms weigh the same.
    """
    made = {}
    for cube_id in scope.cubes:
        have = found.statistics.get(cube_id, TextStatistics(0, 0, {}))
        versions, total, frequency = have.versions, have.terms, Counter(have.frequency)
        for memory in found.waiting:
            if memory.cube_id == cube_id:
                words = terms(memory.content)
                versions, total = versions + 1, total + len(words)
                frequency.update(set(words) & set(plan.terms))
        idf = tuple(bm25.idf(versions, frequency[term]) for term in plan.terms)
        made[cube_id] = Weights(idf, total / versions if versions else 0.0)
    return made


def _candidate(
    memory: Memory, legs: dict[str, int], plan: Plan, weights: dict[str, Weights]
) -> Candidate:
    words = terms("\n".join((memory.content, *memory.labels)))
    made = Candidate(memory, legs, tuple(map(words.count, plan.terms)), len(words))
    made.bm25 = score([made], weights)
    return made


def score(together: Sequence[Candidate], weights: dict[str, Weights]) -> float:
    """BM25 of candidates of one cube, read as one text."""
    cube = weights.get(together[0].memory.cube_id)
    if cube is None:
        return 0.0
    counts = together[0].counts
    if len(together) > 1:
        counts = tuple(map(sum, zip(*(one.counts for one in together), strict=True)))
    length = sum(one.length for one in together)
    return sum(
        weight * bm25.gain(count, length, cube.mean_length)
        for count, weight in zip(counts, cube.idf, strict=True)
        if count
    )


def _best(candidates: list[Candidate], limit: int) -> list[Candidate]:
    """By BM25; what only other legs found follows in the order of its best rank."""
    candidates.sort(key=lambda c: (-c.bm25, min(c.legs.values(), default=0), c.memory.ref))
    return candidates[:limit]


async def _with_neighbours(
    records: Records,
    scope: ReadScope,
    plan: Plan,
    candidates: list[Candidate],
    weights: dict[str, Weights],
) -> list[Candidate]:
    """Links candidates to what was said around them; the best ones' neighbours join in."""
    places = [
        (c.memory.cube_id, c.memory.conversation_id, c.memory.ordinal)
        for c in candidates
        if c.memory.ordinal is not None
    ]
    # Neighbours only inform; what a filter leaves out may do that, what is hidden may not.
    reach = replace(scope, narrowing=replace(scope.narrowing, kinds=None, filter=None))
    around = await records.around(reach, places, BEFORE, AFTER)
    known = {c.memory.ref: c for c in candidates}
    for memory in around:
        if memory.ref not in known:
            known[memory.ref] = _candidate(memory, {}, plan, weights)
    threads: dict[tuple[str, str | None], list[Candidate]] = defaultdict(list)
    for candidate in known.values():
        if candidate.memory.kind is Kind.EPISODE and candidate.memory.ordinal is not None:
            threads[candidate.memory.cube_id, candidate.memory.conversation_id].append(candidate)
    for thread in threads.values():
        _link(thread)
    joining = {
        beside.memory.ref: beside
        for candidate in candidates[:WIDEN]
        for beside in (*candidate.before[:1], *candidate.after[:1])
        if not beside.legs and scope.narrowing.admits(beside.memory)
    }
    for rank, beside in enumerate(joining.values(), 1):
        beside.legs[NEIGHBOURS] = rank
    return [*candidates, *joining.values()]


def _link(thread: list[Candidate]) -> None:
    """Sets `before` and `after` of pieces that follow each other in a conversation."""
    thread.sort(key=lambda c: (c.memory.ordinal or 0, c.memory.chunk))
    for at, candidate in enumerate(thread):
        place = candidate.memory.ordinal or 0
        candidate.before = [
            c
            for c in reversed(thread[max(0, at - BEFORE) : at])
            if place - (c.memory.ordinal or 0) <= BEFORE
        ]
        candidate.after = [
            c for c in thread[at + 1 : at + 1 + AFTER] if (c.memory.ordinal or 0) - place <= AFTER
        ]
