"""A question as a model sees it: as it was asked, and in the words of the one it asks about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memos.contracts.embedder import Embedder, Embedding
from memos.language.retell import as_told
from memos.retrieval.plan import Plan

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Embeddings of both forms; one and the same where retelling changes nothing or is all."""

    asked: Embedding
    told: Embedding
    text: str  # the question as told

    @property
    def vectors(self) -> list[Vectors]:
        """As asked, and as told where that is another."""
        forms = [self.asked] if self.asked is self.told else [self.asked, self.told]
        return [form.vector for form in forms]


async def look(embedder: Embedder, plan: Plan, persons: Collection[str], forms: int) -> Seen:
    """Embeds one or both forms; `persons` are those of its names who speak in the memory."""
    told = as_told(plan.asked, frozenset(persons))
    texts = list(dict.fromkeys((told, plan.query)))[:forms]
    found = await embedder.embed(texts, query=True)
    return Seen(asked=found[-1], told=found[0], text=told)
