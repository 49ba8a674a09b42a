"""The text index in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memos.contracts.text import TextFound, TextHit, TextIndex, TextStatistics
from memos.language import bm25
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, Narrowing, ReadScope
from memos.storage.text.terms import checksum, memory_terms


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A version that has terms."""

    memory: Memory
    terms: Sequence[str]
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is known of a memory; without versions it is the tombstone of a removal."""

    seq: int
    versions: tuple[_Indexed, ...]


class MemoryText(TextIndex):
    """Scans every version of a cube at each search."""

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
                    cube[state.memory_id] = _Held(state.seq, _indexed(state.versions))

    async def search(
        self,
        scope: ReadScope,
        terms: Sequence[str],
        limit: int,
        weights: Sequence[float] | None = None,
    ) -> TextFound:
        shares = dict(zip(terms, weights or [1.0] * len(terms), strict=True))
        hits: list[TextHit] = []
        statistics = {}
        for key in dict.fromkeys(scope.cube_keys):
            versions = self._versions(key)
            held = statistics[key.cube_id] = _statistics(versions, terms)
            hits += _matches(key.cube_id, versions, held, shares, scope.narrowing)
        ranked = sorted(hits, key=lambda hit: (-hit.score, hit.ref))
        return TextFound(ranked[: max(0, limit)], statistics)

    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        return {version.memory.ref: checksum(version.terms) for version in self._versions(key)}

    def expected(self, memory: Memory) -> int | None:
        found = memory_terms(memory)
        return checksum(found) if found else None

    async def clear(self, key: CubeKey) -> None:
        with self._lock:
            self._cubes.pop(key, None)

    def _versions(self, key: CubeKey) -> list[_Indexed]:
        with self._lock:
            cube = self._cubes.get(key, {})
            return [version for held in cube.values() for version in held.versions]


def _indexed(versions: Sequence[Memory]) -> tuple[_Indexed, ...]:
    return tuple(
        _Indexed(memory, found, Counter(found))
        for memory in versions
        if (found := memory_terms(memory))
    )


def _statistics(versions: Sequence[_Indexed], terms: Sequence[str]) -> TextStatistics:
    versions = [version for version in versions if not version.memory.retold]
    return TextStatistics(
        versions=len(versions),
        terms=sum(len(version.terms) for version in versions),
        frequency={
            term: sum(1 for version in versions if term in version.counts) for term in terms
        },
    )


def _matches(
    cube_id: str,
    versions: Sequence[_Indexed],
    statistics: TextStatistics,
    shares: Mapping[str, float],
    narrowing: Narrowing,
) -> list[TextHit]:
    terms = list(shares)
    mean = statistics.terms / max(1, statistics.versions)
    weights = {
        term: shares[term] * bm25.idf(statistics.versions, holding)
        for term, holding in statistics.frequency.items()
    }
    return [
        TextHit(
            version.memory.ref,
            cube_id,
            bm25.score(terms, version.counts, len(version.terms), mean, weights),
        )
        for version in versions
        if any(term in version.counts for term in terms) and narrowing.admits(version.memory)
    ]
