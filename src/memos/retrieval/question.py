"""A question as a model sees it: in the words of the one whom it asks about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from memos.contracts.embedder import Embedder, Embedding
from memos.language.retell import as_told
from memos.retrieval.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A question as told, with what the embedder makes of it."""

    text: str
    embedding: Embedding


async def look(embedder: Embedder, plan: Plan, persons: Collection[str]) -> Seen:
    """Embeds the question; `persons` are those of its names who speak in the memory."""
    told = as_told(plan.asked, frozenset(persons))
    (embedding,) = await embedder.embed([told], query=True)
    return Seen(told, embedding)
