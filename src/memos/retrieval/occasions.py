"""Occasions of standing orders as the embedder sees them, remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memos.contracts.embedder import Embedder

REMEMBERED = 1_024


class Occasions:
    """Vectors of occasions, those used longest ago forgotten."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()

    async def vectors(self, embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
        """One for each text, (n, dimension)."""
        model = embedder.generation.model
        fresh = [text for text in dict.fromkeys(texts) if (model, text) not in self._held]
        for text, made in zip(fresh, await embedder.embed(fresh) if fresh else (), strict=True):
            self._held[model, text] = made.vector
        found = np.stack([self._held[model, text] for text in texts])
        for text in texts:
            self._held.move_to_end((model, text))
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return found
