"""Occasions of standing orders, as they are told and as the embedder sees them, remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from memos.contracts.embedder import Embedder
from memos.contracts.records import Records
from memos.language.cues import order_trigger
from memos.model.memory import Ref
from memos.model.scope import ReadScope

REMEMBERED = 1_024

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Lately(OrderedDict[Key, Value], Generic[Key, Value]):
    """What was used lately; `use` forgets what was used longest ago."""

    def use(self, keys: Sequence[Key]) -> None:
        for key in keys:
            self.move_to_end(key)
        while len(self) > REMEMBERED:
            self.popitem(last=False)


class Occasions:
    """Those of versions, whose texts never change, and their vectors."""

    def __init__(self) -> None:
        self._told: _Lately[Ref, str] = _Lately()
        self._meant: _Lately[tuple[str, str], NDArray[np.float32]] = _Lately()

    async def told(self, records: Records, scope: ReadScope, refs: Sequence[Ref]) -> dict[Ref, str]:
        """By version of an order, which the scope has to admit, when it applies."""
        fresh = [ref for ref in refs if ref not in self._told]
        if fresh:
            for ref, memory in (await records.memories(scope, fresh)).items():
                self._told[ref] = order_trigger(memory.content)
        found = {ref: self._told[ref] for ref in refs if ref in self._told}
        self._told.use(list(found))
        return found

    async def vectors(self, embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
        """One for each text, (n, dimension)."""
        model = embedder.generation.model
        fresh = [text for text in dict.fromkeys(texts) if (model, text) not in self._meant]
        for text, made in zip(fresh, await embedder.embed(fresh) if fresh else (), strict=True):
            self._meant[model, text] = made.vector
        found = np.stack([self._meant[model, text] for text in texts])
        self._meant.use([(model, text) for text in texts])
        return found
