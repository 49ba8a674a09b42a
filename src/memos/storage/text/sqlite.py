"""Text index of the embedded records: BM25 over cube segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from zlib import crc32

import apsw
import numpy as np
from numpy.typing import NDArray

from memos.contracts.text import TextFound, TextHit, TextIndex, TextStatistics
from memos.language import bm25
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, ReadScope
from memos.storage.segments.cache import Segments
from memos.storage.segments.paging import admitted_refs
from memos.storage.segments.postings import Counts, Docs, Postings, code, codes
from memos.storage.segments.segment import Segment
from memos.storage.text.terms import memory_terms

Holding = tuple[Docs, Counts]
"""Documents that hold a term, and how often."""


class SqliteText(TextIndex):
    """Reads what the records have committed by itself, so nothing has to be written to it."""

    inline = True
    needs_loop = False

    def __init__(self, segments: Segments) -> None:
        self._segments = segments

    async def open(self) -> None:
        await self._segments.open()

    async def close(self) -> None:
        await self._segments.close()

    async def search(
        self,
        scope: ReadScope,
        terms: Sequence[str],
        limit: int,
        weights: Sequence[float] | None = None,
    ) -> TextFound:
        shares = dict(zip(terms, weights or [1.0] * len(terms), strict=True))

        def job(cursor: apsw.Cursor, segments: list[Segment]) -> TextFound:
            hits: list[TextHit] = []
            nothing = TextStatistics(0, 0, dict.fromkeys(terms, 0))
            statistics = dict.fromkeys(scope.cubes, nothing)
            for segment in segments:
                with segment.lock:
                    held = {term: segment.holding(segment.words, code(term)) for term in terms}
                    known = statistics[segment.cube_id] = _statistics(segment, held)
                    if limit > 0:
                        scores = _scores(segment, known, shares, held)
                        hits += _best(cursor, scope, segment, scores, limit)
            ranked = sorted(hits, key=lambda hit: (-hit.score, hit.ref))
            return TextFound(ranked[: max(0, limit)], statistics)

        return await self._segments.read(scope, job)

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        """Nothing to do: the next search reads the records."""

    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        def job(_: apsw.Cursor, segment: Segment) -> dict[Ref, int]:
            with segment.lock:
                return checksums(segment, segment.words)

        return await self._segments.read_cube(key, job) or {}

    def expected(self, memory: Memory) -> int | None:
        return checksum(memory_terms(memory))

    async def clear(self, key: CubeKey) -> None:
        await self._segments.clear(key)


def checksum(terms: Sequence[str]) -> int | None:
    """A number for terms in any order; None if there are none."""
    held = sorted(Counter(codes(terms).tolist()).items())
    return crc32(np.array(held, np.uint64).tobytes()) if held else None


def checksums(segment: Segment, postings: Postings) -> dict[Ref, int]:
    """The same for each living document, from the inverted lists."""
    lists = postings.lists()
    order = np.lexsort((lists.codes, lists.docs))
    docs = lists.docs[order]
    pairs = np.stack((lists.codes[order], lists.counts[order].astype(np.uint64)), axis=1)
    firsts = np.flatnonzero(np.diff(docs, prepend=-1))
    held = docs[firsts]
    parts = np.split(pairs, firsts[1:])
    alive = segment.alive[held].tolist()
    return {
        ref: crc32(part.tobytes())
        for ref, part, living in zip(segment.refs(held), parts, alive, strict=False)
        if living
    }


def _statistics(segment: Segment, held: Mapping[str, Holding]) -> TextStatistics:
    """Versions that hold terms at all, their terms together, and how many hold each.

    What retells messages counts in none of them.
    """
    counted = segment.ordinals.values >= 0
    lengths = segment.lengths.values[segment.alive & counted]
    return TextStatistics(
        int(np.count_nonzero(lengths)),
        int(lengths.sum()),
        {term: int(np.count_nonzero(counted[docs])) for term, (docs, _) in held.items()},
    )


def _scores(
    segment: Segment,
    statistics: TextStatistics,
    shares: Mapping[str, float],
    held: Mapping[str, Holding],
) -> NDArray[np.float64]:
    """BM25 of every document."""
    scores = np.zeros(len(segment), np.float64)
    mean = max(1, statistics.terms) / max(1, statistics.versions)
    norm = bm25.K1 * (1.0 - bm25.B + bm25.B * segment.lengths.values / mean)
    for term, share in shares.items():
        docs, counts = held[term]
        weight = share * bm25.idf(statistics.versions, statistics.frequency[term])
        scores[docs] += weight * (counts * (bm25.K1 + 1.0) / (counts + norm[docs]))
    return scores


def _best(
    cursor: apsw.Cursor,
    scope: ReadScope,
    segment: Segment,
    scores: NDArray[np.float64],
    limit: int,
) -> list[TextHit]:
    scores[~segment.matching(scope.narrowing)] = 0.0
    docs: Docs = np.flatnonzero(scores).astype(np.int32)
    found = admitted_refs(cursor, scope.narrowing, segment, (docs, -scores[docs]), limit)
    return [TextHit(ref, segment.cube_id, float(scores[doc])) for doc, ref in found]
