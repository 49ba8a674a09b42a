"""Plan: what a question asks for, read from its words alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from memos.language.cues import QuestionKind, question_kind
from memos.language.names import names, normalise
from memos.language.times import time_windows
from memos.language.tokens import query_terms
from memos.model.time import Instant

MOST_TERMS = 64  # a query may be a whole dialogue; its last words count


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that the question names: [start, end)."""

    start: Instant
    end: Instant
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`terms` for the text index, `names` (normalised) for the graph, `windows` of time."""

    query: str
    kind: QuestionKind
    terms: tuple[str, ...]
    names: tuple[str, ...]
    windows: tuple[Window, ...]

    def to_dict(self) -> dict[str, object]:
        """For the receipt."""
        return {
            "kind": self.kind.value,
            "terms": list(self.terms),
            "names": list(self.names),
            "windows": [
                {"text": w.text, "start": w.start.iso(), "end": w.end.iso()} for w in self.windows
            ],
        }


def plan(query: str, now: Instant, zone: tzinfo) -> Plan:
    """Reads a question asked at `now`; its relative dates are those of `zone`."""
    windows = time_windows(query, now.datetime.astimezone(zone))
    return Plan(
        query=query,
        kind=question_kind(query),
        terms=tuple(query_terms(query)[-MOST_TERMS:]),
        names=tuple(dict.fromkeys(key for name in names(query) if (key := normalise(name)))),
        windows=tuple(Window(Instant.of(w.start), Instant.of(w.end), w.text) for w in windows),
    )
