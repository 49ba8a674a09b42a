"""Legs: independent ways to find candidates. Each may fail or be late alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from memos.contracts.graph import GraphIndex
from memos.contracts.hot import HotSet
from memos.contracts.records import Records
from memos.contracts.text import TextIndex, TextStatistics
from memos.errors import MemOSError
from memos.language import bm25
from memos.language.tokens import terms
from memos.model.memory import Memory, Ref
from memos.model.scope import ReadScope
from memos.retrieval.plan import Plan

TEXT, GRAPH, TIME, HOT, RECENT, PENDING = "text", "graph", "time", "hot", "recent", "pending"
LIMITS = {TEXT: 150, GRAPH: 60, TIME: 60, HOT: 20, RECENT: 10, PENDING: 100}
ENTITIES = 8  # most entities that the names of a question are linked to


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the legs look. `followers` are the projections that may lag behind."""

    records: Records
    text: TextIndex
    graph: GraphIndex
    hot: HotSet
    followers: tuple[str, ...]
    pending: int  # most unprojected versions to look through


@dataclass(slots=True)
class Found:
    """What the legs brought: refs by leg, in the leg's order, and what went wrong."""

    by_leg: dict[str, list[Ref]] = field(default_factory=dict)
    statistics: dict[str, TextStatistics] = field(default_factory=dict)
    waiting: list[Memory] = field(default_factory=list)  # versions that the text index lacks
    degraded: list[str] = field(default_factory=list)
    failures: list[MemOSError] = field(default_factory=list)


async def run_legs(sources: Sources, scope: ReadScope, plan: Plan, timeout: float | None) -> Found:
    """All legs at once. One that fails or exceeds `timeout` seconds is named in `degraded`."""
    found = Found()
    legs: dict[str, Callable[[], Awaitable[list[Ref]]]] = {
        TEXT: lambda: _text(sources, scope, plan, found),
        GRAPH: lambda: _graph(sources, scope, plan),
        TIME: lambda: _time(sources, scope, plan),
        HOT: lambda: _hot(sources, scope),
        RECENT: lambda: _recent(sources, scope),
        PENDING: lambda: _pending(sources, scope, plan, found),
    }
    tasks = {name: asyncio.ensure_future(leg()) for name, leg in legs.items()}
    await asyncio.wait(tasks.values(), timeout=timeout)
    for name, task in tasks.items():
        if not task.done():
            task.cancel()
            found.degraded.append(f"deadline: {name}")
            continue
        error = task.exception()
        if error is None:
            found.by_leg[name] = task.result()
        elif isinstance(error, MemOSError):
            found.degraded.append(f"{name}: {type(error).__name__}")
            found.failures.append(error)
        else:
            raise error
    if TEXT in found.by_leg:
        # The working set depends on what was asked before, and answers must not: it stands
        # in only where the index is late or down.
        found.by_leg.pop(HOT, None)
        found.degraded = [each for each in found.degraded if HOT not in each]
    return found


async def _text(sources: Sources, scope: ReadScope, plan: Plan, found: Found) -> list[Ref]:
    hits = await sources.text.search(scope, plan.terms, LIMITS[TEXT])
    found.statistics = await sources.text.statistics(scope, plan.terms)
    return [hit.ref for hit in hits]


async def _graph(sources: Sources, scope: ReadScope, plan: Plan) -> list[Ref]:
    if not plan.names:
        return []
    entities = await sources.graph.link(scope, plan.names)
    keys = list(dict.fromkeys(entity.key for entity in entities))[:ENTITIES]
    if not keys:
        return []
    mentions = await sources.graph.mentions(scope, keys, LIMITS[GRAPH])
    # What is said of somebody before what they said: the latter is half a conversation.
    ranked = sorted(mentions, key=lambda mention: mention.said)
    return list(dict.fromkeys(mention.ref for mention in ranked))


async def _time(sources: Sources, scope: ReadScope, plan: Plan) -> list[Ref]:
    found: list[Ref] = []
    for window in plan.windows:
        said = await sources.records.said_between(scope, window.start, window.end, LIMITS[TIME])
        found += [memory.ref for memory in said]
    return list(dict.fromkeys(found))


async def _hot(sources: Sources, scope: ReadScope) -> list[Ref]:
    ids: list[str] = []
    for key in scope.cube_keys:
        entries = await sources.hot.entries(key, scope.narrowing.now, LIMITS[HOT])
        ids += [entry.memory_id for entry in entries]
    memories = await sources.records.by_id(scope, ids)
    return [memories[memory_id].ref for memory_id in ids if memory_id in memories]


async def _recent(sources: Sources, scope: ReadScope) -> list[Ref]:
    return [memory.ref for memory in await sources.records.recent(scope, LIMITS[RECENT])]


async def _pending(sources: Sources, scope: ReadScope, plan: Plan, found: Found) -> list[Ref]:
    """What was acknowledged but has not reached every index: read-your-writes rests here."""
    best: dict[Ref, Memory] = {}
    for projection in sources.followers:
        waiting, total = await sources.records.pending(scope, projection, sources.pending)
        if total > sources.pending:
            found.degraded.append(f"pending {total}")
        best.update((memory.ref, memory) for memory in waiting)
        if projection == sources.text.name:
            found.waiting = waiting
    return _closest(list(best.values()), plan.terms, LIMITS[PENDING])


def _closest(memories: Sequence[Memory], wanted: Sequence[str], limit: int) -> list[Ref]:
    """The memories that share most of the rare terms, newest first among equals."""
    held = {memory.ref: set(terms(memory.content)) for memory in memories}
    frequency = {term: sum(term in words for words in held.values()) for term in wanted}
    weight = {term: bm25.idf(len(held), count) for term, count in frequency.items()}
    score = {
        ref: sum(weight[term] for term in wanted if term in words) for ref, words in held.items()
    }
    return sorted(held, key=lambda ref: -score[ref])[:limit]
