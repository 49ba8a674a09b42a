"""Memory systems as `memos bench compare` sees them: memos, and plain BM25 beside it.

BM25 is that of `memos.language.bm25`, over the stemmed terms of `memos.language.tokens`, with the
statistics of one case: what our own word matching does alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import Any

from memos.bench.recall import ranked_ids
from memos.language import bm25
from memos.language.tokens import query_terms, terms
from memos.memories.drafts import MESSAGE_FIELDS
from memos.sync import MemOS

Embed = Callable[[Sequence[str]], list[list[float]]]
"""Texts -> their vectors, of `DIMENSION` floats and unit length."""

DIMENSION = 384
BATCH = 500  # messages that one call adds


@dataclass(frozen=True, slots=True)
class Entry:
    """One message: its id, who said it ("" if nobody is named), its text, its fields."""

    id: str
    speaker: str
    text: str
    fields: Mapping[str, Any]


class System(ABC):
    """One system, empty, for one case.

    Obligations: keeps what it stores under `folder`, if it stores anything; embeds with `embed`
    through its own hook; raises ImportError when it is built without its packages.
    """

    name: str
    packages: tuple[str, ...] = ()  # distributions whose versions are told

    @abstractmethod
    def __init__(self, folder: Path, embed: Embed) -> None:
        """Opens the system; not timed."""

    @abstractmethod
    def add(self, entries: Sequence[Entry]) -> None:
        """Stores all messages of the case; what it stores can be found afterwards."""

    @abstractmethod
    def search(self, query: str, limit: int) -> list[str]:
        """Ids of the best `limit` messages, best first, each once."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Ends it; not timed."""


class Memos(System):
    """memos as it is shipped, embedder included."""

    name = "memos"
    packages = ("memos-engine",)

    def __init__(self, folder: Path, embed: Embed) -> None:  # noqa: ARG002 - has the same model
        self._memos = MemOS(folder)

    def add(self, entries: Sequence[Entry]) -> None:
        for start in range(0, len(entries), BATCH):
            batch = [
                {name: entry.fields[name] for name in MESSAGE_FIELDS if name in entry.fields}
                for entry in entries[start : start + BATCH]
            ]
            self._memos.add_messages("case", batch)
        self._memos.drain()

    def search(self, query: str, limit: int) -> list[str]:
        return ranked_ids(self._memos.recall("case", query, top_k=limit))

    def close(self) -> None:
        self._memos.close()


class Bm25(System):
    """Words alone, those of the speaker's name included: with them it finds more."""

    name = "BM25"

    def __init__(self, folder: Path, embed: Embed) -> None:  # noqa: ARG002 - no vectors, no files
        self._texts: dict[str, Counter[str]] = {}
        self._holding: Counter[str] = Counter()

    def add(self, entries: Sequence[Entry]) -> None:
        self._texts = {
            entry.id: Counter(terms(f"{entry.speaker} {entry.text}")) for entry in entries
        }
        self._holding = Counter(term for counts in self._texts.values() for term in counts)

    def search(self, query: str, limit: int) -> list[str]:
        wanted, total = query_terms(query), len(self._texts)
        weights = {term: bm25.idf(total, self._holding[term]) for term in wanted}
        mean = sum(counts.total() for counts in self._texts.values()) / total
        scores = {
            id: bm25.score(wanted, counts, counts.total(), mean, weights)
            for id, counts in self._texts.items()
        }
        found = (id for id, score in scores.items() if score)
        return nsmallest(limit, found, key=lambda id: -scores[id])
