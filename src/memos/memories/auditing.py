"""Auditing: walks through a home page by page, and shows what is stored to an examination.

It reads the records and touches nothing: an audit is no recall.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from memos.contracts.hot import HotSet
from memos.ingest.audit import support
from memos.ingest.audit.examination import UNKNOWN, Examination, Standing
from memos.ingest.audit.item import Item, Sort
from memos.ingest.knowledge import LATEST_SOURCES, claim_of, speaker_of
from memos.memories.parts import Parts
from memos.model.claim import LEARNED, is_learned
from memos.model.memory import OURS, Kind, Memory, State
from memos.model.scope import CubeKey, Narrowing, ReadScope
from memos.model.time import SECOND, Instant, parse_iso

PAGE = 500  # memories in one read
IMPORTANT = 0.7  # from which on a memory stands by itself and is not recalled: name, home, orders
_WRITTEN = 60 * SECOND  # in which a touch is that of the write
DAY = 86_400 * SECOND

Admits = Callable[[Memory], bool]
Named = tuple[str | None, str]
"""A message by its conversation and its id there."""


@dataclass(frozen=True, slots=True)
class Age:
    """The moment of the audit, and before which what was never recalled is stale."""

    now: Instant
    stale: Instant


@dataclass(frozen=True, slots=True)
class Used:
    """When memories of a cube were touched last; a `full` working set has let some go."""

    touched: Mapping[str, Instant]
    full: bool


async def walk(
    parts: Parts, keys: Iterable[CubeKey], admits: Admits, age: Age, examination: Examination
) -> None:
    """Shows all that is current in the cubes and that `admits` lets through."""
    for key in keys:
        used = await _used(parts.hot, key, age.now)
        # What has no words is in no index; the ids are in the order of writing.
        ids = sorted({memory_id for memory_id, _ in await parts.text.contents(key)})
        for start in range(0, len(ids), PAGE):
            states = await parts.records.states(key, ids[start : start + PAGE])
            page = [
                memory
                for state in states
                for memory in state.versions
                if is_current(memory, age.now) and admits(memory)
            ]
            sources = await _sources(parts, key, age.now, page)
            # It reads every word, which no event loop should wait for.
            await asyncio.to_thread(_look, examination, page, _Known(sources, used, age))


def is_current(memory: Memory, now: Instant) -> bool:
    """Whether it may be recalled now, and is not a page that was made of others."""
    return (
        memory.superseded_at is None
        and memory.state is State.ACTIVE
        and not memory.tainted
        and (memory.valid_to is None or memory.valid_to > now)
        and not (memory.kind is Kind.SUMMARY and memory.role == OURS)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a page: its messages by name, None for those that are gone."""

    sources: Mapping[Named, str | None]
    used: Used
    age: Age


def _look(examination: Examination, page: Sequence[Memory], known: _Known) -> None:
    for memory in page:
        item = _item(memory)
        standing = UNKNOWN if item.sort is not Sort.CLAIM else _standing(memory, known)
        examination.look(item, standing)


def _item(memory: Memory) -> Item:
    sort = Sort.CLAIM if memory.kind in LEARNED else Sort.OTHER
    return Item(
        id=memory.id,
        text=memory.content,
        sort=Sort.MESSAGE if memory.kind is Kind.EPISODE else sort,
        user_id=memory.user_id,
        role=memory.role,
        group=(memory.cube_id, speaker_of(memory), memory.visibility.value, memory.agent_id or ""),
        claim=claim_of(memory) if sort is Sort.CLAIM else None,
        order=memory.kind is Kind.INSTRUCTION,
        when=int(memory.when),
    )


def _standing(memory: Memory, known: _Known) -> Standing:
    stale = _stale(memory, known.used, known.age)
    if not is_learned(memory) or not memory.sources:
        return Standing(stale)
    texts = [known.sources.get((memory.conversation_id, name), "") for name in memory.sources]
    live = [text for text in texts if text]
    if not live and None in texts:
        return Standing(stale, support.NO_SOURCE, sourced=True)
    # Of what was also said elsewhere, or too often to name it all, not every source is here.
    whole = len(live) == len(texts) and len(texts) < LATEST_SOURCES
    return Standing(stale, support.unsupported(claim_of(memory), live) if whole else None, whole)


def _stale(memory: Memory, used: Used, age: Age) -> bool | None:
    """Whether nobody ever needed it; None where the working set does not tell."""
    last = memory.metadata.get("last_said")
    told = parse_iso(last) if isinstance(last, str) and is_learned(memory) else memory.recorded_at
    if max(told, memory.recorded_at) >= age.stale or memory.importance >= IMPORTANT:
        return False
    touched = used.touched.get(memory.id)
    if touched is not None:
        return touched <= memory.recorded_at + _WRITTEN
    return None if used.full else True


async def _used(hot: HotSet, key: CubeKey, now: Instant) -> Used:
    entries = await hot.entries(key, now, HotSet.CAPACITY)
    touched = {entry.memory_id: entry.touched_at for entry in entries}
    return Used(touched, len(entries) >= HotSet.CAPACITY)


async def _sources(
    parts: Parts, key: CubeKey, now: Instant, page: Iterable[Memory]
) -> dict[Named, str | None]:
    """What the messages say of which a page was learned; None for what has been forgotten."""
    named = {
        (memory.conversation_id, name): None
        for memory in page
        if is_learned(memory)
        for name in memory.sources
    }
    scope = ReadScope(key.tenant, (key.cube_id,), Narrowing(now=now))
    found = await parts.records.messages_named(scope, list(named))
    episodes = [one for _, ids in found.values() for one in ids]
    states = await parts.records.states(key, episodes)
    live = {state.memory_id for state in states if state.versions}
    return {
        name: message.content if live.intersection(ids) else None
        for name, (message, ids) in found.items()
    }
