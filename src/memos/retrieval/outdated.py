"""Outdated: what was said and is no longer so, below what was said instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from memos.model.claim import LEARNED, SLOT, is_learned
from memos.model.memory import Kind, Memory
from memos.model.scope import Narrowing
from memos.retrieval.arrange import Scored
from memos.retrieval.legs import Search

LOOKED = 60  # results that are looked at


async def outdated(search: Search, ranked: Sequence[Scored]) -> dict[str, set[str]]:
    """Of the first results those whose claims have all ended, with what stands instead.

    A message from which nothing was learned is never outdated, nor is one of which something
    still holds. Nor do rules suffice for plain facts: they see too many contradictions. What
    stands instead are memories that were learned later, and their messages.
    """
    ids = [one.ref[0] for one in ranked[:LOOKED]]
    narrowing = search.scope.narrowing
    scope = replace(
        search.scope, narrowing=replace(narrowing, kinds=LEARNED, filter=None, first_hand=False)
    )
    made = await search.sources.records.derived(scope, ids)
    told: dict[str, set[str]] = {}
    for source, memories in made.items():
        learned = [memory for memory in memories if is_learned(memory)]
        if learned and all(_ended(memory, narrowing) for memory in learned):
            told[source] = {str(memory.metadata.get("superseded_by", "")) for memory in learned}
    for heirs in told.values():
        heirs |= {id for id, memories in made.items() if heirs & {one.id for one in memories}}
    return told


def current_first(
    ranked: Sequence[Scored], order: Sequence[int], told: Mapping[str, set[str]]
) -> list[int]:
    """`order` of `ranked` with what is outdated behind the first thing that stands instead."""
    ids = [ranked[at].ref[0] for at in order]
    made: list[int] = []
    behind: dict[int, list[tuple[int, int]]] = {}
    for place, at in enumerate(order):
        heirs = told.get(ids[place], set())
        later = next((n for n in range(place + 1, len(ids)) if ids[n] in heirs), None)
        if later is None:
            _put(at, place, made, behind)
        else:
            behind.setdefault(later, []).append((at, place))
    return made


def _put(
    at: int, place: int, made: list[int], behind: Mapping[int, Sequence[tuple[int, int]]]
) -> None:
    made.append(at)
    for waiting, its_place in behind.get(place, ()):
        _put(waiting, its_place, made, behind)


def _ended(memory: Memory, narrowing: Narrowing) -> bool:
    """Whether a claim no longer holds, and that is sure."""
    moment = narrowing.now if narrowing.as_of is None else narrowing.as_of
    sure = (
        memory.kind in (Kind.PREFERENCE, Kind.INSTRUCTION)
        or any(label.startswith(SLOT) for label in memory.labels)
        or memory.metadata.get("ended_by") != "rules"
    )
    return sure and memory.valid_to is not None and memory.valid_to <= moment
