"""The graph index in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from memos.contracts.graph import Entity, GraphIndex, Mention
from memos.language.entities import Named, mentioned
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, ReadScope
from memos.storage.text.terms import checksum


@dataclass(frozen=True, slots=True)
class _Linked:
    """A version that names somebody or something."""

    memory: Memory
    named: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is known of a memory; without versions it is the tombstone of a removal."""

    seq: int
    versions: tuple[_Linked, ...]


class MemoryGraph(GraphIndex):
    """Scans every version of a cube at each search; entities are counted, not stored."""

    def __init__(self, *, inline: bool = True) -> None:
        self.inline = inline
        self._cubes: dict[CubeKey, dict[str, _Held]] = {}
        self._lock = threading.Lock()

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        with self._lock:
            cube = self._cubes.setdefault(key, {})
            for state in states:
                held = cube.get(state.memory_id)
                if held is None or held.seq <= state.seq:
                    cube[state.memory_id] = _Held(state.seq, _linked(state.versions))

    async def link(self, scope: ReadScope, keys: Sequence[str]) -> list[Entity]:
        meant: dict[tuple[str, str], Entity] = {}
        for cube in dict.fromkeys(scope.cube_keys):
            entities = _entities(cube.cube_id, self._versions(cube))
            for key in keys:
                exact = [entities[key]] if key in entities else []
                for entity in exact or [one for one in entities.values() if key in one.key.split()]:
                    meant[entity.cube_id, entity.key] = entity
        return _most_mentioned(meant.values())

    async def mentions(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Mention]:
        wanted = set(keys)
        found = [
            (version.memory, Mention(version.memory.ref, cube.cube_id, named.key, named.said))
            for cube in dict.fromkeys(scope.cube_keys)
            for version in self._versions(cube)
            if scope.narrowing.admits(version.memory)
            for named in version.named
            if named.key in wanted
        ]
        found.sort(key=lambda pair: (-pair[0].when, pair[1].ref, pair[1].key))
        return [mention for _, mention in found[:limit]]

    async def related(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Entity]:
        wanted, found = set(keys), list[Entity]()
        for cube in dict.fromkeys(scope.cube_keys):
            versions = self._versions(cube)
            shared = Counter(
                named.key
                for version in versions
                if scope.narrowing.admits(version.memory)
                and any(named.key in wanted for named in version.named)
                for named in version.named
                if named.key not in wanted
            )
            found += [Entity(cube.cube_id, key, n) for key, n in shared.items()]
        return _most_mentioned(found)[:limit]

    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        return {version.memory.ref: _checksum(version.named) for version in self._versions(key)}

    def expected(self, memory: Memory) -> int | None:
        named = mentioned(memory.content, memory.name)
        return _checksum(named) if named else None

    async def clear(self, key: CubeKey) -> None:
        with self._lock:
            self._cubes.pop(key, None)

    def _versions(self, key: CubeKey) -> list[_Linked]:
        """By reference, so that no answer depends on the order in which states came."""
        with self._lock:
            cube = self._cubes.get(key, {})
            return [version for memory_id in sorted(cube) for version in cube[memory_id].versions]


def _linked(versions: Sequence[Memory]) -> tuple[_Linked, ...]:
    return tuple(
        _Linked(memory, named)
        for memory in versions
        if (named := mentioned(memory.content, memory.name))
    )


def _entities(cube_id: str, versions: Sequence[_Linked]) -> dict[str, Entity]:
    """By key."""
    counts = Counter(named.key for version in versions for named in version.named)
    heard = {named.key for version in versions for named in version.named if named.said}
    return {key: Entity(cube_id, key, n, key in heard) for key, n in counts.items()}


def _most_mentioned(entities: Iterable[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda one: (-one.mentions, one.key, one.cube_id))


def _checksum(named: Sequence[Named]) -> int:
    return checksum([one.key for one in named])
