"""The pool: what one question is held against, candidates first, as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from memos.contracts.outline import Outline
from memos.contracts.text import TextStatistics
from memos.language import bm25
from memos.language.tokens import terms
from memos.model.memory import Memory
from memos.retrieval.plan import Plan

Number = TypeVar("Number", bound=np.generic)
Floats = NDArray[np.float64]
Places = NDArray[np.int64]

NOBODY = -1  # in place of a neighbour that is not there


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Versions in rows; the first `candidates` of them may answer, the others only inform.

    `legs` gives, for each candidate, the ranks at which legs found it, from 1. `before` and
    `after` (n,) are the rows of neighbours in the conversation, or `NOBODY`. `idf` (n, terms)
    and `mean` (n,) are those of each version's cube, the plan's weights included.
    """

    outline: Outline
    legs: list[dict[str, int]]
    before: Places
    after: Places
    idf: Floats
    mean: Floats

    @property
    def candidates(self) -> int:
        """How many of the rows may answer."""
        return len(self.legs)

    def bm25(self, counts: Floats, lengths: Floats) -> Floats:
        """BM25 of texts put together from versions of the pool, (n,)."""
        norm = bm25.K1 * (1.0 - bm25.B + bm25.B * lengths / np.maximum(self.mean, 1e-9))
        gains = counts * (bm25.K1 + 1.0) / (counts + norm[:, None])
        made: Floats = (self.idf * gains).sum(axis=1)
        return made


def shifted(column: NDArray[Number], where: Places) -> NDArray[Number]:
    """A column of a pool read at the rows `where`, 0 for `NOBODY`."""
    there = (where >= 0).reshape(-1, *([1] * (column.ndim - 1)))
    made: NDArray[Number] = np.where(there, column[np.maximum(where, 0)], 0)
    return made


def weigh(
    plan: Plan,
    cubes: Sequence[str],
    have: Mapping[str, TextStatistics],
    waiting: Sequence[Memory],
) -> tuple[Floats, Floats]:
    """By cube: idf of the plan's terms times their weights (cubes, terms), mean lengths (cubes,).

    Versions that the index lacks are counted in, so that lag changes no rank. Without
    statistics, because the index is down, all terms weigh the same.
    """
    idf, mean = np.zeros((len(cubes), len(plan.terms))), np.zeros(len(cubes))
    for at, cube_id in enumerate(cubes):
        known = have.get(cube_id, TextStatistics(0, 0, {}))
        versions, total, frequency = known.versions, known.terms, Counter(known.frequency)
        for memory in waiting:
            if memory.cube_id == cube_id:
                held = terms(memory.content)
                versions, total = versions + 1, total + len(held)
                frequency.update(set(held) & set(plan.terms))
        idf[at] = [bm25.idf(versions, frequency[term]) for term in plan.terms]
        mean[at] = total / max(1, versions)
    return idf * np.array(plan.weights), mean


def neighbours(outline: Outline) -> tuple[Places, Places]:
    """Of each episode the rows of the pieces said before and after it, where they are there."""
    before, after = np.full(len(outline), NOBODY), np.full(len(outline), NOBODY)
    spoken = np.flatnonzero(outline.ordinals > 0)
    order = np.lexsort((outline.chunks[spoken], outline.ordinals[spoken], outline.threads[spoken]))
    rows = spoken[order]
    threads, ordinals = outline.threads[rows], outline.ordinals[rows]
    beside = (threads[1:] == threads[:-1]) & (ordinals[1:] - ordinals[:-1] <= 1)
    before[rows[1:][beside]] = rows[:-1][beside]
    after[rows[:-1][beside]] = rows[1:][beside]
    return before, after
