"""Legs: independent ways to find candidates. Each may fail or be late alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from memos.contracts.embedder import Embedder
from memos.contracts.graph import Entity, GraphIndex
from memos.contracts.hot import HotSet
from memos.contracts.records import Records
from memos.contracts.reranker import Reranker
from memos.contracts.text import TextIndex, TextStatistics
from memos.contracts.vectors import VectorIndex
from memos.errors import MemOSError
from memos.language import bm25
from memos.language.cues import STANDING_TERM
from memos.language.tokens import terms
from memos.model.memory import Memory, Ref
from memos.model.scope import ReadScope
from memos.retrieval.effort import Budget
from memos.retrieval.occasions import Occasions
from memos.retrieval.plan import Plan
from memos.retrieval.question import Seen, look

TEXT, MEANING, GRAPH, TIME, HOT = "text", "meaning", "graph", "time", "hot"
RECENT, STANDING, PENDING = "recent", "standing", "pending"
STAND_IN = 0.05  # seconds for the working set, which lies near
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
    vectors: VectorIndex | None = None
    embedder: Embedder | None = None
    reranker: Reranker | None = None
    occasions: Occasions = field(default_factory=Occasions)


@dataclass(slots=True)
class Found:
    """What the legs brought: refs by leg, in the leg's order, and what went wrong.

    `scores` holds the scores of legs that have any, by leg; `seen` is the question as the
    embedder sees it.
    """

    by_leg: dict[str, list[Ref]] = field(default_factory=dict)
    scores: dict[str, dict[Ref, float]] = field(default_factory=dict)
    statistics: Mapping[str, TextStatistics] = field(default_factory=dict)
    waiting: list[Memory] = field(default_factory=list)  # versions that the text index lacks
    seen: Seen | None = None
    degraded: list[str] = field(default_factory=list)
    failures: list[MemOSError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Search:
    """One question on its way through the legs."""

    sources: Sources
    scope: ReadScope
    plan: Plan
    budget: Budget
    found: Found


async def run_legs(search: Search, timeout: float | None) -> Found:
    """All legs at once. One that fails or exceeds `timeout` seconds is named in `degraded`."""
    found = search.found
    linked = asyncio.ensure_future(_link(search))
    legs: dict[str, Callable[[], Awaitable[list[Ref]]]] = {
        TEXT: lambda: _text(search),
        GRAPH: lambda: _graph(search, linked),
        TIME: lambda: _time(search),
        RECENT: lambda: _recent(search),
        STANDING: lambda: _standing(search),
        PENDING: lambda: _pending(search),
    }
    if _is_understood(search):
        legs[MEANING] = lambda: _meaning(search, linked)
    tasks = {name: asyncio.ensure_future(leg()) for name, leg in legs.items()}
    for task in (linked, *tasks.values()):
        task.add_done_callback(_heard)
    await asyncio.wait(tasks.values(), timeout=timeout)
    linked.cancel()
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
    if TEXT not in found.by_leg:
        # The working set depends on what was asked before, and answers must not: it stands
        # in only where the index is late or down.
        await _stand_in(search)
    return found


def _is_understood(search: Search) -> bool:
    """Whether there is an embedder that knows the language of the question."""
    embedder, vectors = search.sources.embedder, search.sources.vectors
    if embedder is None or vectors is None:
        return False
    return not (embedder.english_only and "han" in search.plan.flags)


async def _stand_in(search: Search) -> None:
    """The working set in place of the text index; without it there are the other legs."""
    try:
        search.found.by_leg[HOT] = await asyncio.wait_for(_hot(search), STAND_IN)
    except (MemOSError, asyncio.TimeoutError) as error:
        search.found.degraded.append(f"{HOT}: {type(error).__name__}")


def _heard(task: asyncio.Future[Any]) -> None:
    """Looks at how a leg ended, since perhaps nobody waits any more; else asyncio reports it."""
    if not task.cancelled():
        task.exception()


async def _link(search: Search) -> list[Entity]:
    if not search.plan.names:
        return []
    return await search.sources.graph.link(search.scope, search.plan.names)


async def _text(search: Search) -> list[Ref]:
    text, plan, found = search.sources.text, search.plan, search.found
    made = await text.search(search.scope, plan.terms, search.budget.text, plan.weights)
    found.statistics = made.statistics
    found.scores[TEXT] = {hit.ref: hit.score for hit in made.hits}
    return [hit.ref for hit in made.hits]


async def _meaning(search: Search, linked: asyncio.Future[list[Entity]]) -> list[Ref]:
    sources = search.sources
    if sources.embedder is None or sources.vectors is None:
        return []
    persons = [entity.key for entity in await asyncio.shield(linked) if entity.speaks]
    seen = search.found.seen = await look(sources.embedder, search.plan, persons)
    hits = await sources.vectors.search(
        search.scope, sources.embedder.generation, [seen.embedding.vector], search.budget.meaning
    )
    search.found.scores[MEANING] = {hit.ref: hit.similarity for hit in hits}
    return [hit.ref for hit in hits]


async def _graph(search: Search, linked: asyncio.Future[list[Entity]]) -> list[Ref]:
    if search.budget.graph == 0:
        return []
    entities = await asyncio.shield(linked)
    keys = list(dict.fromkeys(entity.key for entity in entities))[:ENTITIES]
    if not keys:
        return []
    mentions = await search.sources.graph.mentions(search.scope, keys, search.budget.graph)
    # What is said of somebody before what they said: the latter is half a conversation.
    ranked = sorted(mentions, key=lambda mention: mention.said)
    return list(dict.fromkeys(mention.ref for mention in ranked))


async def _time(search: Search) -> list[Ref]:
    found: list[Ref] = []
    for window in search.plan.windows:
        said = await search.sources.records.said_between(
            search.scope, window.start, window.end, search.budget.time
        )
        found += [memory.ref for memory in said]
    return list(dict.fromkeys(found))


async def _hot(search: Search) -> list[Ref]:
    ids: list[str] = []
    scope, hot = search.scope, search.sources.hot
    for key in scope.cube_keys:
        entries = await hot.entries(key, scope.narrowing.now, search.budget.hot)
        ids += [entry.memory_id for entry in entries]
    memories = await search.sources.records.by_id(scope, ids)
    return [memories[memory_id].ref for memory_id in ids if memory_id in memories]


async def _recent(search: Search) -> list[Ref]:
    recent = await search.sources.records.recent(search.scope, search.budget.recent)
    return [memory.ref for memory in recent]


async def _standing(search: Search) -> list[Ref]:
    found = await search.sources.text.search(search.scope, [STANDING_TERM], search.budget.standing)
    return [hit.ref for hit in found.hits]


async def _pending(search: Search) -> list[Ref]:
    """What was acknowledged but has not reached every index: read-your-writes rests here."""
    sources, found = search.sources, search.found
    best: dict[Ref, Memory] = {}
    for projection in sources.followers:
        waiting, total = await sources.records.pending(search.scope, projection, sources.pending)
        if total > sources.pending:
            found.degraded.append(f"pending {total}")
        best.update((memory.ref, memory) for memory in waiting)
        if projection == sources.text.name:
            found.waiting = waiting
    return _closest(list(best.values()), search.plan.terms, search.budget.pending)


def _closest(memories: Sequence[Memory], wanted: Sequence[str], limit: int) -> list[Ref]:
    """The memories that share most of the rare terms, newest first among equals."""
    held = {memory.ref: set(terms(memory.content)) for memory in memories}
    frequency = {term: sum(term in words for words in held.values()) for term in wanted}
    weight = {term: bm25.idf(len(held), count) for term, count in frequency.items()}
    score = {
        ref: sum(weight[term] for term in wanted if term in words) for ref, words in held.items()
    }
    return sorted(held, key=lambda ref: -score[ref])[:limit]
