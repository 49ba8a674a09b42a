"""Finding documents by the references of their versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memos.model.memory import Ref
from memos.storage.sqlite.rows import pack

Ids: TypeAlias = NDArray[np.uint64]


class Finder:
    """Documents sorted by the low half of their ids, which is random; grows as they come."""

    def __init__(self) -> None:
        self._low: Ids = np.empty(0, np.uint64)
        self._docs: NDArray[np.int32] = np.empty(0, np.int32)

    def follow(self, ids: Ids) -> None:
        """Enters the documents that are new; `ids` (n, 2) are those of all, high half first."""
        known = len(self._docs)
        fresh = ids[known:, 1]
        if len(fresh):
            order = np.argsort(fresh, kind="stable")
            at = np.searchsorted(self._low, fresh[order], side="right")
            self._low = np.insert(self._low, at, fresh[order])
            self._docs = np.insert(self._docs, at, (known + order).astype(np.int32))

    def find(
        self, ids: Ids, versions: NDArray[np.int32], refs: Sequence[Ref]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Documents of those references that are there, with the places of these in `refs`."""
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
        return places[which[same]], docs[same]

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self._low.nbytes + self._docs.nbytes
