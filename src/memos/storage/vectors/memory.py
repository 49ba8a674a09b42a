"""The vector index in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memos.contracts.vectors import (
    Embedded,
    EmbeddedRows,
    Generation,
    VectorHit,
    VectorIndex,
    directions,
)
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, ReadScope


@dataclass(frozen=True, slots=True, eq=False)
class _Vector:
    """One version in one generation; `direction` is of unit length, or zeros."""

    seq: int
    direction: NDArray[np.float32]
    tokens: bytes


@dataclass(slots=True)
class _Held:
    """What is known of a cube; a memory without versions has been forgotten or tainted."""

    states: dict[str, MemoryState] = field(default_factory=dict)
    vectors: dict[Generation, dict[Ref, _Vector]] = field(default_factory=lambda: defaultdict(dict))

    def versions(self) -> Iterator[Memory]:
        """Those that may be found."""
        for state in self.states.values():
            yield from state.versions


class MemoryVectors(VectorIndex):
    """Compares a query with every version of a cube, in the precision that vectors came in."""

    inline = True

    def __init__(self) -> None:
        self._cubes: dict[CubeKey, _Held] = {}
        self._lock = threading.Lock()

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        with self._lock:
            cube = self._cubes.setdefault(key, _Held())
            for state in states:
                held = cube.states.get(state.memory_id)
                if held is None or held.seq <= state.seq:
                    cube.states[state.memory_id] = state
                    if not state.versions:
                        _remove(cube, state.memory_id)

    async def put(self, key: CubeKey, generation: Generation, items: Sequence[Embedded]) -> None:
        vectors = directions("items", [item.vector for item in items], generation)
        with self._lock:
            cube = self._cubes.get(key, _Held())
            known = {memory.ref for memory in cube.versions()}
            for item, direction in zip(items, vectors, strict=True):
                held = cube.vectors[generation].get(item.ref)
                if item.ref in known and (held is None or held.seq <= item.seq):
                    cube.vectors[generation][item.ref] = _Vector(item.seq, direction, item.tokens)

    async def search(
        self,
        scope: ReadScope,
        generation: Generation,
        vectors: Sequence[NDArray[np.float32]],
        limit: int,
    ) -> list[VectorHit]:
        queries = directions("vectors", vectors, generation)
        if not len(queries):
            return []
        hits = [
            VectorHit(memory.ref, key.cube_id, _cosine(queries, vector.direction))
            for key in dict.fromkeys(scope.cube_keys)
            for memory, vector in self._found(key, generation)
            if scope.narrowing.admits(memory)
        ]
        return sorted(hits, key=lambda hit: (-hit.similarity, hit.ref))[: max(0, limit)]

    async def embedded(
        self, scope: ReadScope, generation: Generation, refs: Sequence[Ref], *, tokens: bool
    ) -> EmbeddedRows:
        known = {
            memory.ref: vector
            for key in scope.cube_keys
            for memory, vector in self._found(key, generation)
        }
        nothing = _Vector(0, np.zeros(generation.dimension, np.float32), b"")
        rows = [known.get(ref, nothing) for ref in refs]
        return EmbeddedRows(
            np.array([row.direction for row in rows]).reshape(len(rows), generation.dimension),
            np.array([ref in known for ref in refs], np.bool_),
            [row.tokens if tokens else b"" for row in rows],
        )

    async def missing(self, key: CubeKey, generation: Generation, limit: int) -> list[Ref]:
        found = {memory.ref for memory, _ in self._found(key, generation)}
        with self._lock:
            versions = [
                (memory.seq, memory.ref)
                for memory in self._cubes.get(key, _Held()).versions()
                if memory.superseded_at is None and memory.ref not in found
            ]
        return [ref for _, ref in sorted(versions)][: max(0, limit)]

    async def generations(self, key: CubeKey) -> dict[Generation, int]:
        with self._lock:
            known = list(self._cubes.get(key, _Held()).vectors)
        counts = {generation: len(self._found(key, generation)) for generation in known}
        return {generation: count for generation, count in counts.items() if count}

    async def drop(self, key: CubeKey, generation: Generation) -> None:
        with self._lock:
            self._cubes.get(key, _Held()).vectors.pop(generation, None)

    async def contents(self, key: CubeKey) -> dict[Ref, int]:  # noqa: ARG002  (all are sound)
        return {}

    def expected(self, memory: Memory) -> int | None:  # noqa: ARG002  (only a model could tell)
        return None

    async def clear(self, key: CubeKey) -> None:
        with self._lock:
            self._cubes.pop(key, None)

    def _found(self, key: CubeKey, generation: Generation) -> list[tuple[Memory, _Vector]]:
        """The versions of a cube that have a vector."""
        with self._lock:
            cube = self._cubes.get(key, _Held())
            vectors = cube.vectors[generation]
            return [(each, vectors[each.ref]) for each in cube.versions() if each.ref in vectors]


def _remove(cube: _Held, memory_id: str) -> None:
    for vectors in cube.vectors.values():
        for ref in [ref for ref in vectors if ref[0] == memory_id]:
            del vectors[ref]


def _cosine(queries: NDArray[np.float32], direction: NDArray[np.float32]) -> float:
    return min(1.0, max(-1.0, float(np.max((queries * direction).sum(axis=1)))))
