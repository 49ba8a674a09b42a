"""What the demo does: reads, asks, counts. Draws nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from memos.cli.demo.corpus import SOURCES, Source, find
from memos.ingest.cases import Case, Question, read_case

if TYPE_CHECKING:
    from memos.model.recall import Recall
    from memos.system import AsyncMemOS

# (file, question, English for those who cannot read it). Chosen to read well, which is why
# the demo also asks all the others and says how that went.
PICKED = (
    ("en-friends", "q02", ""),
    ("en-friends", "q21", ""),
    ("en-friends", "q11", ""),
    ("en-friends", "q45", ""),
    ("en-assistant", "q58", ""),
    ("en-assistant", "q39", ""),
    ("en-assistant", "q47", ""),
    ("en-assistant", "q77", ""),
    ("en-assistant", "q29", ""),
    ("zh-assistant", "q75", "How long may your everyday answers be at most?"),
    ("zh-assistant", "q58", "Of these two books, which one did I finish first?"),
    ("en-friends", "q81", ""),
)
WITHIN = 10  # hits asked for


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question, what was found, and how long that took."""

    source: Source
    question: Question
    english: str
    found: Recall
    seconds: float

    @property
    def ranks(self) -> dict[str, int | None]:
        """Where each message that is evidence came, from 1; None when it did not."""
        place: dict[str, int] = {}
        for rank, hit in enumerate(self.found, 1):
            for message_id in hit.sources:
                place.setdefault(message_id, rank)
        return {message_id: place.get(message_id) for message_id in self.question.evidence}

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "file": self.source.file,
            "user": self.source.user,
            "question": self.question.id,
            "category": self.question.category,
            "query": self.question.query,
            "ranks": self.ranks,
            "seconds": round(self.seconds, 4),
            "hits": [hit.to_dict() for hit in self.found[:3]],
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """How questions went. Shares are of those that have evidence, in per cent."""

    label: str
    questions: int
    first: float | None
    within: float | None
    complete: float | None
    best_score: float
    milliseconds: float


def cases() -> dict[str, Case]:
    """The corpus, by the names of its files."""
    return {source.file: read_case(find(source.file)) for source in SOURCES}


async def read(memos: AsyncMemOS, cases: dict[str, Case], advance: Callable[[int], None]) -> float:
    """Remembers the corpus, a user for each file; the seconds it took."""
    began = time.perf_counter()
    for source in SOURCES:
        messages = cases[source.file].messages
        await memos.add_messages(source.user, messages)
        advance(len(messages))
    await memos.drain()
    return time.perf_counter() - began


async def ask(memos: AsyncMemOS, source: Source, question: Question, english: str = "") -> Outcome:
    """Asks one question, with no other hint than its words."""
    began = time.perf_counter()
    found = await memos.recall(source.user, question.query, top_k=WITHIN)
    return Outcome(source, question, english, found, time.perf_counter() - began)


def picked(cases: dict[str, Case]) -> list[tuple[Source, Question, str]]:
    """The questions that are shown."""
    sources = {source.file: source for source in SOURCES}
    questions = {(file, one.id): one for file, case in cases.items() for one in case.questions}
    return [(sources[file], questions[file, id], english) for file, id, english in PICKED]


def summary(label: str, outcomes: Sequence[Outcome]) -> Summary:
    """Counts over `outcomes`."""
    ranks = [list(outcome.ranks.values()) for outcome in outcomes if outcome.question.evidence]
    return Summary(
        label=label,
        questions=len(outcomes),
        first=_share([1 in found for found in ranks]),
        within=_share([any(found) for found in ranks]),
        complete=_share([all(found) for found in ranks]),
        best_score=round(median(outcome.found.confidence for outcome in outcomes), 2),
        milliseconds=round(1000 * median(outcome.seconds for outcome in outcomes), 1),
    )


def _share(hits: Sequence[bool]) -> float | None:
    return round(100 * sum(hits) / len(hits), 1) if hits else None
