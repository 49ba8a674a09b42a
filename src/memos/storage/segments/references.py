"""The references of a segment's documents: by document, and documents by reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memos.model.memory import Ref
from memos.storage.segments.column import Column
from memos.storage.segments.postings import Docs
from memos.storage.sqlite.rows import pack, unpack

Ids: TypeAlias = NDArray[np.uint64]

REMEMBERED = 1 << 16  # documents whose references are kept as Python has them
EACH = 350  # bytes that one of them takes, about


class References:
    """What documents, numbered as they come, are versions of.

    One question asks for the same few hundred over and over, so what was made is remembered.
    """

    def __init__(self) -> None:
        self._ids = Column(np.uint64)  # two for each, high half first
        self._versions = Column(np.int32)
        # Documents sorted by the low half of their ids, which is random.
        self._low: Ids = np.empty(0, np.uint64)
        self._docs: Docs = np.empty(0, np.int32)
        self._refs: dict[int, Ref] = {}
        self._known: dict[Ref, int] = {}

    def add(self, ids: NDArray[Any], versions: Sequence[int]) -> None:
        """Enters documents: `ids` (2 n,) as halves, high half first, and `versions` (n,)."""
        self._ids.extend(ids)
        self._versions.extend(versions)

    def of(self, docs: Docs) -> list[Ref]:
        """What documents are versions of."""
        asked = docs.tolist()
        found = list(map(self._refs.get, asked))
        lacking = [at for at, ref in enumerate(found) if ref is None]
        if lacking:
            for at, ref in zip(lacking, self._made(docs[lacking]), strict=True):
                found[at] = ref
                self._remember(ref, asked[at])
        return found  # type: ignore[return-value]  # none is lacking any more

    def find(self, refs: Sequence[Ref]) -> tuple[NDArray[np.int64], Docs]:
        """Documents of those references that are there, with the places of these in `refs`."""
        docs = [self._known.get(ref, -1) for ref in refs]
        lacking = [at for at, doc in enumerate(docs) if doc < 0]
        if lacking:
            for at, doc in self._looked_up([refs[at] for at in lacking]):
                docs[lacking[at]] = doc
                self._remember(refs[lacking[at]], doc)
        found: Docs = np.array(docs, np.int32)
        places = np.flatnonzero(found >= 0)
        return places, found[places]

    def order(self, docs: Docs, by: NDArray[Any]) -> Docs:
        """Documents sorted by a value for each, equal ones by reference."""
        ids = self._ids.values.reshape(-1, 2)[docs]
        return docs[np.lexsort((self._versions.values[docs], ids[:, 1], ids[:, 0], by))]

    @property
    def nbytes(self) -> int:
        """Memory taken, about."""
        columns = 20 * len(self._versions.values)
        return columns + self._low.nbytes + self._docs.nbytes + EACH * len(self._refs)

    def _remember(self, ref: Ref, doc: int) -> None:
        if len(self._refs) >= REMEMBERED:
            self._refs.clear()
            self._known.clear()
        self._refs[doc] = ref
        self._known[ref] = doc

    def _made(self, docs: Docs) -> list[Ref]:
        ids = self._ids.values.reshape(-1, 2)[docs].astype(">u8").tobytes()
        versions = self._versions.values[docs].tolist()
        return [
            (unpack(ids[16 * at : 16 * at + 16]), version) for at, version in enumerate(versions)
        ]

    def _looked_up(self, refs: Sequence[Ref]) -> list[tuple[int, int]]:
        """Places in `refs` with their documents, of those that are there."""
        self._follow()
        ids, versions = self._ids.values.reshape(-1, 2), self._versions.values
        asked = [(at, key, version) for at, (id, version) in enumerate(refs) if (key := pack(id))]
        wanted = np.frombuffer(b"".join(key for _, key, _ in asked), ">u8")
        wanted = wanted.astype(np.uint64).reshape(-1, 2)
        places = np.array([at for at, _, _ in asked], np.int64)
        numbers: NDArray[Any] = np.array([version for _, _, version in asked])
        first = np.searchsorted(self._low, wanted[:, 1])
        count = np.searchsorted(self._low, wanted[:, 1], side="right") - first
        which = np.repeat(np.arange(len(asked)), count)
        inside = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        docs = self._docs[np.repeat(first, count) + inside]
        same = (ids[docs, 0] == wanted[which, 0]) & (versions[docs] == numbers[which])
        return list(zip(places[which[same]].tolist(), docs[same].tolist(), strict=True))

    def _follow(self) -> None:
        """Sorts in the documents that are new."""
        known = len(self._docs)
        fresh = self._ids.values.reshape(-1, 2)[known:, 1]
        if len(fresh):
            order = np.argsort(fresh, kind="stable")
            at = np.searchsorted(self._low, fresh[order], side="right")
            self._low = np.insert(self._low, at, fresh[order])
            self._docs = np.insert(self._docs, at, (known + order).astype(np.int32))
