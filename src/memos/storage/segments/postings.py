"""Inverted lists: which documents of a segment hold a term, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TAIL = 1024  # documents that wait in a dictionary before they are sorted into a block
MOST = 65_535  # occurrences of a term in one document that are told apart

Codes = NDArray[np.uint64]
Docs = NDArray[np.int32]
Counts = NDArray[np.uint16]

NO_DOCS: Docs = np.empty(0, np.int32)
NO_COUNTS: Counts = np.empty(0, np.uint16)


@lru_cache(maxsize=1 << 17)
def code(term: str) -> int:
    """A term as 64 bits, the same in every process; two terms of a cube never share them."""
    data = term.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


def codes(terms: Iterable[str]) -> Codes:
    """Terms in their order as numbers."""
    return np.fromiter(map(code, terms), np.uint64)


class Lists(NamedTuple):
    """Entries side by side: term, document, how often."""

    codes: Codes
    docs: Docs
    counts: Counts


class _Block(NamedTuple):
    """Sorted entries: those of ``terms[i]`` lie from ``starts[i]`` to ``starts[i + 1]``."""

    terms: Codes
    starts: NDArray[np.int64]
    docs: Docs
    counts: Counts

    def find(self, term: int) -> tuple[Docs, Counts]:
        wanted = np.uint64(term)
        at = int(np.searchsorted(self.terms, wanted))
        if at == len(self.terms) or self.terms[at] != wanted:
            return NO_DOCS, NO_COUNTS
        span = slice(self.starts[at], self.starts[at + 1])
        return self.docs[span], self.counts[span]

    def lists(self) -> Lists:
        return Lists(np.repeat(self.terms, np.diff(self.starts)), self.docs, self.counts)

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in self)


class Postings:
    """Documents are numbered from 0 and are added in rising order.

    Blocks grow by merging equals, so that there are few of them and each entry is sorted a
    few times only, however large the segment gets.
    """

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._tail: dict[int, list[int]] = {}  # term -> document, count, document, count, ...
        self._waiting = 0  # documents in the tail
        self._entries = 0  # and their entries

    def add(self, doc: int, terms: Codes) -> None:
        """One document; `terms` with repetitions."""
        found = Counter(terms.tolist())
        for term, count in found.items():
            self._tail.setdefault(term, []).extend((doc, min(count, MOST)))
        self._waiting += 1
        self._entries += len(found)
        if self._waiting >= TAIL:
            self._seal()

    def extend(self, terms: Codes, docs: Docs) -> None:
        """Many documents at once: a term and its document for each occurrence."""
        self._seal()
        self._append(Lists(terms, docs, np.ones(len(terms), np.uint16)))

    def find(self, term: int) -> tuple[Docs, Counts]:
        """Documents that hold a term, rising, and how often each does."""
        parts = [found for block in self._blocks if len((found := block.find(term))[0])]
        if term in self._tail:
            pairs = np.array(self._tail[term], np.int32).reshape(-1, 2)
            parts.append((pairs[:, 0], pairs[:, 1].astype(np.uint16)))
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return NO_DOCS, NO_COUNTS
        docs, counts = zip(*parts, strict=True)
        return np.concatenate(docs), np.concatenate(counts)

    def counts(self, term: int, docs: Docs) -> Counts:
        """How often each of `docs`, (n,) in any order, holds a term."""
        holding, often = self.find(term)
        if not len(holding):
            return np.zeros(len(docs), np.uint16)
        at = np.minimum(np.searchsorted(holding, docs), len(holding) - 1)
        made: Counts = np.where(holding[at] == docs, often[at], np.uint16(0))
        return made

    def lists(self) -> Lists:
        """Every entry, in no particular order."""
        return _joined([*(block.lists() for block in self._blocks), self._tail_lists()])

    @property
    def nbytes(self) -> int:
        """Memory taken, about: the tail costs what Python's objects cost."""
        tail = 160 * len(self._tail) + 40 * self._entries
        return tail + sum(block.nbytes for block in self._blocks)

    def _seal(self) -> None:
        if self._tail:
            self._append(self._tail_lists())
        self._tail, self._waiting, self._entries = {}, 0, 0

    def _append(self, lists: Lists) -> None:
        self._blocks.append(_sorted(lists))
        while len(self._blocks) > 1 and len(self._blocks[-2].docs) < 2 * len(self._blocks[-1].docs):
            last = self._blocks.pop()
            self._blocks[-1] = _sorted(_joined([self._blocks[-1].lists(), last.lists()]))

    def _tail_lists(self) -> Lists:
        flat = [number for entries in self._tail.values() for number in entries]
        pairs = np.array(flat, np.int32).reshape(-1, 2)
        sizes = [len(entries) // 2 for entries in self._tail.values()]
        terms = np.repeat(np.fromiter(self._tail, np.uint64, len(self._tail)), sizes)
        return Lists(terms, pairs[:, 0], pairs[:, 1].astype(np.uint16))


def _joined(several: list[Lists]) -> Lists:
    return Lists(
        np.concatenate([each.codes for each in several]),
        np.concatenate([each.docs for each in several]),
        np.concatenate([each.counts for each in several]),
    )


def _sorted(lists: Lists) -> _Block:
    """By term, then document; entries of one document become one."""
    order = np.lexsort((lists.docs, lists.codes))
    terms, docs, counts = lists.codes[order], lists.docs[order], lists.counts[order]
    fresh = np.ones(len(terms), np.bool_)
    fresh[1:] = (terms[1:] != terms[:-1]) | (docs[1:] != docs[:-1])
    firsts = np.flatnonzero(fresh)
    summed = np.add.reduceat(counts.astype(np.int64), firsts) if len(firsts) else counts
    terms, docs = terms[firsts], docs[firsts].astype(np.int32)
    begins = np.ones(len(terms), np.bool_)
    begins[1:] = terms[1:] != terms[:-1]
    starts = np.flatnonzero(begins)
    return _Block(
        terms[starts],
        np.append(starts, len(terms)).astype(np.int64),
        docs,
        np.minimum(summed, MOST).astype(np.uint16),
    )
