"""Graph index of the embedded records: entities over cube segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import apsw
import numpy as np

from memos.contracts.graph import Entity, GraphIndex, Mention
from memos.language.entities import mentioned
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, ReadScope
from memos.storage.segments.cache import Segments
from memos.storage.segments.paging import admitted_documents
from memos.storage.segments.postings import code
from memos.storage.segments.segment import Segment, named, said
from memos.storage.text.sqlite import checksum, checksums

WIDEST = 5_000  # versions looked at when relating entities


class SqliteGraph(GraphIndex):
    """Reads what the records have committed by itself, so nothing has to be written to it."""

    inline = True
    needs_loop = False

    def __init__(self, segments: Segments) -> None:
        self._segments = segments

    async def open(self) -> None:
        await self._segments.open()

    async def close(self) -> None:
        await self._segments.close()

    async def link(self, scope: ReadScope, keys: Sequence[str]) -> list[Entity]:
        def job(_: apsw.Cursor, segments: list[Segment]) -> list[Entity]:
            found: dict[tuple[str, str], Entity] = {}
            for segment in segments:
                with segment.lock:
                    for key in keys:
                        for entity in _meant(segment, key):
                            found[entity.cube_id, entity.key] = entity
            return sorted(found.values(), key=lambda one: (-one.mentions, one.key, one.cube_id))

        return await self._segments.read(scope, job)

    async def mentions(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Mention]:
        def job(cursor: apsw.Cursor, segments: list[Segment]) -> list[Mention]:
            found: list[tuple[Memory, Mention]] = []
            for segment in segments:
                for key in dict.fromkeys(keys):
                    for memory, spoken in _mentioning(cursor, scope, segment, key, limit):
                        mention = Mention(memory.ref, segment.cube_id, key, said=spoken)
                        found.append((memory, mention))
            found.sort(key=lambda pair: (-pair[0].when, pair[1].ref, pair[1].key))
            return [mention for _, mention in found[:limit]]

        return await self._segments.read(scope, job) if limit > 0 else []

    async def related(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Entity]:
        def job(cursor: apsw.Cursor, segments: list[Segment]) -> list[Entity]:
            found: list[Entity] = []
            for segment in segments:
                memories = {
                    memory.ref: memory
                    for key in dict.fromkeys(keys)
                    for memory, _ in _mentioning(cursor, scope, segment, key, WIDEST)
                }
                counts = Counter(
                    each.key
                    for memory in memories.values()
                    for each in mentioned(memory.content, memory.name)
                    if each.key not in keys
                )
                found += [Entity(segment.cube_id, key, n) for key, n in counts.items()]
            found.sort(key=lambda one: (-one.mentions, one.key, one.cube_id))
            return found[:limit]

        return await self._segments.read(scope, job)

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        """Nothing to do: the next search reads the records."""

    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        def job(_: apsw.Cursor, segment: Segment) -> dict[Ref, int]:
            with segment.lock:
                return checksums(segment, segment.names)

        return await self._segments.read_cube(key, job) or {}

    def expected(self, memory: Memory) -> int | None:
        found = mentioned(memory.content, memory.name)
        return checksum([(said if each.said else named)(each.key) for each in found])

    async def clear(self, key: CubeKey) -> None:
        await self._segments.clear(key)


def _meant(segment: Segment, key: str) -> list[Entity]:
    """The entity with this very key; else those of which it is a word."""
    exact = _entity(segment, key)
    if exact.mentions:
        return [exact]
    bearers = (_entity(segment, bearer) for bearer in segment.bearers.get(key, ()))
    return [entity for entity in bearers if entity.mentions]


def _entity(segment: Segment, key: str) -> Entity:
    naming, spoken = (
        len(segment.holding(segment.names, code(term))[0]) for term in (named(key), said(key))
    )
    return Entity(segment.cube_id, key, naming + spoken, spoken > 0)


def _mentioning(
    cursor: apsw.Cursor, scope: ReadScope, segment: Segment, key: str, limit: int
) -> list[tuple[Memory, bool]]:
    """Admitted versions that name an entity or are spoken by it (True), newest first."""
    with segment.lock:
        naming, _ = segment.holding(segment.names, code(named(key)))
        spoken, _ = segment.holding(segment.names, code(said(key)))
        docs = np.concatenate((naming, spoken))
        docs = docs[segment.matching(scope.narrowing)[docs]]
        by = -segment.when.values[docs]
        found = admitted_documents(cursor, scope.narrowing, segment, (docs, by), limit)
    heard = set(spoken.tolist())
    return [(memory, doc in heard) for doc, memory in found]
