"""Newest: of results that state the figure which a question asks for, the newest one first.

'The quota is now 1,200 calls' and 'the quota is 1,000 calls' are equally near to the question
for the quota, and only one of them answers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memos.contracts.outline import Outline
from memos.language.figures import Figure, FigureKind, Wanted, figures, wanted
from memos.model.memory import Memory, Ref
from memos.retrieval.arrange import Scored
from memos.retrieval.legs import Search

LOOKED = 10  # results that are read, and
PIECES = 8  # of the message of each


@dataclass(frozen=True, slots=True)
class Statement:
    """A result with the figures in it that may be the answer."""

    memory: Memory
    when: int
    figures: tuple[Figure, ...]
    named: int  # 1: it states a figure that the question names, -1: another one of the same thing

    def replaces(self, other: Statement) -> bool:
        """It says later, of the same speaker, that the figure has become another one.

        Where the question names a figure itself ('after 15 problems'), that decides.
        """
        mine, his = self.memory, other.memory
        if not self.figures or not other.figures or (mine.role, mine.name) != (his.role, his.name):
            return False
        if self.named != other.named:
            return self.named > 0 > other.named
        known = {figure.value for figure in other.figures}
        became = any(one.changed and one.value not in known for one in self.figures)
        return became and self.when > other.when


async def newest_first(search: Search, outline: Outline, ranked: Sequence[Scored]) -> list[Scored]:
    """`ranked`, with what states a newer figure directly above what it replaces.

    A long message states what any piece of it does; `outline` is that of the pool, in which
    the pieces beside a candidate are.
    """
    want = _wanted(search)
    first = ranked[:LOOKED]
    if want is None or len(first) <= 1:
        return list(ranked)
    pieces = _pieces(outline, first)
    refs = [ref for each in pieces.values() for ref in each]
    memories = await search.sources.records.memories(search.scope, refs)
    asked = tuple(figures(search.plan.asked))
    read = {
        one.ref: _statement(found, one.when, want, asked)
        for one in first
        if (found := [memories[ref] for ref in pieces[one.ref] if ref in memories])
    }
    made: list[Scored] = []
    for one in first:
        mine = read.get(one.ref)
        above = (n for n, it in enumerate(made) if mine and _over(mine, read.get(it.ref)))
        made.insert(next(above, len(made)), one)
    return [*made, *ranked[LOOKED:]]


def risen(before: Sequence[Scored], after: Sequence[Scored]) -> set[Ref]:
    """What stands higher than it did."""
    places = {one.ref: place for place, one in enumerate(before[:LOOKED])}
    return {one.ref for place, one in enumerate(after[:LOOKED]) if place < places[one.ref]}


def _pieces(outline: Outline, first: Sequence[Scored]) -> dict[Ref, list[Ref]]:
    """The first pieces of each result's message that a caller may see, in their order."""
    made: dict[Ref, list[Ref]] = {}
    for one in first:
        thread, ordinal = outline.threads[one.row], outline.ordinals[one.row]
        beside = (outline.threads == thread) & (outline.ordinals == ordinal) & outline.admitted
        rows = np.flatnonzero(beside) if ordinal > 0 else np.array([one.row])
        ordered = rows[np.argsort(outline.chunks[rows], kind="stable")].tolist()
        made[one.ref] = [outline.refs[row] for row in ordered[:PIECES]]
    return made


def _wanted(search: Search) -> Wanted | None:
    plan = search.plan
    if plan.windows or plan.flags & {"wide", "order"}:
        return None
    return wanted(plan.asked)


def _over(mine: Statement, other: Statement | None) -> bool:
    return other is not None and mine.replaces(other)


def _statement(
    pieces: Sequence[Memory], when: int, want: Wanted, asked: Sequence[Figure]
) -> Statement:
    stated = [figure for piece in pieces for figure in figures(piece.content)]
    return Statement(pieces[0], when, tuple(filter(want.fits, stated)), _named(asked, stated))


def _named(asked: Sequence[Figure], stated: Sequence[Figure]) -> int:
    alike = [(one, each) for one in asked for each in stated if _same_thing(one, each)]
    if any(one.value == each.value for one, each in alike):
        return 1
    return -1 if alike else 0


def _same_thing(one: Figure, other: Figure) -> bool:
    counted = one.kind is not FigureKind.COUNT or bool(one.noun & other.noun)
    return one.kind is other.kind and counted
