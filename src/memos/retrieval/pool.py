"""The pool: memories that one question is held against, with their neighbours, as columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from memos.contracts.text import TextStatistics
from memos.language import bm25
from memos.language.tokens import terms
from memos.model.memory import Kind, Memory, Ref
from memos.retrieval.plan import Plan

Number = TypeVar("Number", bound=np.generic)
Floats = NDArray[np.float64]
Places = NDArray[np.int64]

NOBODY = -1  # in place of a neighbour that is not there


@lru_cache(maxsize=8_192)
def term_counts(text: str) -> tuple[Mapping[str, int], int]:
    """How often a text holds each term, and all of them together; lately seen ones remembered."""
    found = terms(text)
    return Counter(found), len(found)


@dataclass(slots=True)
class Pool:
    """Memories in a row; the first `candidates` of them may answer, the others only inform.

    `counts` (memories, terms of the plan), `lengths` (memories,) in terms; `before` and
    `after` (memories,) are the places of neighbours in the conversation, or `NOBODY`;
    `legs` gives the ranks at which legs found a memory, from 1. `idf` and `mean` are (memories,
    terms) and (memories,): those of each memory's cube, the plan's weights included.
    """

    memories: list[Memory]
    legs: list[dict[str, int]]
    candidates: int
    counts: Floats
    lengths: Floats
    idf: Floats
    mean: Floats
    before: Places
    after: Places
    cubes: Places  # a number for each memory's cube
    places: dict[Ref, int] = field(default_factory=dict)

    def bm25(self, counts: Floats, lengths: Floats) -> Floats:
        """BM25 of texts put together from memories of the pool, (memories,)."""
        norm = bm25.K1 * (1.0 - bm25.B + bm25.B * lengths / np.maximum(self.mean, 1e-9))
        gains = counts * (bm25.K1 + 1.0) / (counts + norm[:, None])
        made: Floats = (self.idf * gains).sum(axis=1)
        return made


def shifted(column: NDArray[Number], where: Places) -> NDArray[Number]:
    """A column of a pool read at the places `where`, 0 for `NOBODY`."""
    there = (where >= 0).reshape(-1, *([1] * (column.ndim - 1)))
    made: NDArray[Number] = np.where(there, column[np.maximum(where, 0)], 0)
    return made


def fill(
    plan: Plan,
    found: Sequence[tuple[Memory, dict[str, int]]],
    around: Sequence[Memory],
    statistics: Mapping[str, tuple[Floats, float]],
) -> Pool:
    """A pool of candidates (with the ranks at which legs found them) and what stands around.

    `statistics` gives, by cube id, the idf of the plan's terms and the mean length.
    """
    memories = [memory for memory, _ in found]
    places = {memory.ref: at for at, memory in enumerate(memories)}
    for memory in around:
        if memory.ref not in places:
            places[memory.ref] = len(memories)
            memories.append(memory)
    counts = np.zeros((len(memories), len(plan.terms)))
    lengths = np.zeros(len(memories))
    for at, memory in enumerate(memories):
        held, lengths[at] = term_counts("\n".join((memory.content, *memory.labels)))
        counts[at] = [held.get(term, 0) for term in plan.terms]
    by_cube = [statistics[memory.cube_id] for memory in memories]
    numbers = {cube_id: number for number, cube_id in enumerate(sorted(statistics))}
    before, after = _neighbours(memories)
    return Pool(
        memories=memories,
        legs=[ranks for _, ranks in found] + [{} for _ in range(len(memories) - len(found))],
        candidates=len(found),
        counts=counts,
        lengths=lengths,
        idf=np.array([idf for idf, _ in by_cube]).reshape(counts.shape),
        mean=np.array([mean for _, mean in by_cube]),
        before=before,
        after=after,
        cubes=np.array([numbers[memory.cube_id] for memory in memories], np.int64),
        places=places,
    )


def weigh(
    plan: Plan,
    cubes: Sequence[str],
    have: Mapping[str, TextStatistics],
    waiting: Sequence[Memory],
) -> dict[str, tuple[Floats, float]]:
    """By cube: idf of the plan's terms times their weights, and the mean length.

    Versions that the index lacks are counted in, so that lag changes no rank. Without
    statistics, because the index is down, all terms weigh the same.
    """
    made = {}
    for cube_id in cubes:
        known = have.get(cube_id, TextStatistics(0, 0, {}))
        versions, total, frequency = known.versions, known.terms, Counter(known.frequency)
        for memory in waiting:
            if memory.cube_id == cube_id:
                held, length = term_counts(memory.content)
                versions, total = versions + 1, total + length
                frequency.update(held.keys() & set(plan.terms))
        idf = [bm25.idf(versions, frequency[term]) for term in plan.terms]
        made[cube_id] = np.array(idf) * np.array(plan.weights), total / max(1, versions)
    return made


def _neighbours(memories: Sequence[Memory]) -> tuple[Places, Places]:
    """Of each episode the pieces said before and after it, as far as they are in the pool."""
    before = np.full(len(memories), NOBODY)
    after = np.full(len(memories), NOBODY)
    threads: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for at, memory in enumerate(memories):
        if memory.kind is Kind.EPISODE and memory.ordinal is not None:
            threads[memory.cube_id, memory.conversation_id].append(at)
    for thread in threads.values():
        thread.sort(key=lambda at: (memories[at].ordinal or 0, memories[at].chunk))
        for one, other in pairwise(thread):
            if (memories[other].ordinal or 0) - (memories[one].ordinal or 0) <= 1:
                before[other], after[one] = one, other
    return before, after
