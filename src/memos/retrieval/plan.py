"""Plan: what a question asks for, read from its words alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import tzinfo
from math import sqrt

from memos.language import questions
from memos.language.cues import script_of
from memos.language.dialogue import Turn, turns
from memos.language.names import names, normalise
from memos.language.questions import META, QuestionKind, question_kind
from memos.language.times import time_windows
from memos.language.tokens import query_terms, terms
from memos.model.time import Instant

MOST_TERMS = 256  # a query may be a whole dialogue; its last words count
ASSISTANTS_SHARE = 0.3  # what a word counts that only the assistant said
METAS_SHARE, METAS_SHARE_WIDE = 0.6, 0.25  # what words about the conversation itself count


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that the question names: [start, end)."""

    start: Instant
    end: Instant
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look for.

    `asked` is the last turn of a query that is a dialogue, else the query. `terms` are for
    the text index, `weights` say how much each counts; `names` are normalised. The flags
    are those of `memos.language.questions`.
    """

    query: str
    asked: str
    kind: QuestionKind
    terms: tuple[str, ...]
    weights: tuple[float, ...]
    names: tuple[str, ...]
    windows: tuple[Window, ...]
    flags: frozenset[str]

    def to_dict(self) -> dict[str, object]:
        """For the receipt."""
        return {
            "kind": self.kind.value,
            "terms": dict(zip(self.terms, self.weights, strict=True)),
            "names": list(self.names),
            "flags": sorted(self.flags),
            "windows": [
                {"text": w.text, "start": w.start.iso(), "end": w.end.iso()} for w in self.windows
            ],
        }


def _is_han(question: str) -> bool:
    return script_of(question) == "cjk"


FLAGS = {
    "wide": questions.is_wide,
    "order": questions.asks_order,
    "about_assistant": questions.asks_about_assistant,
    "now": questions.asks_about_now,
    "past": questions.asks_the_past,
    "han": _is_han,
}


def plan(query: str, now: Instant, zone: tzinfo) -> Plan:
    """Reads a question asked at `now`; its relative dates are those of `zone`."""
    said = turns(query)
    asked = said[-1].text
    flags = {name for name, holds in FLAGS.items() if holds(asked)}
    if len(said) > 1:
        flags.add("dialogue")
    weights = _weights(said, wide="wide" in flags)
    found = [*names(query), *(turn.speaker for turn in said)]
    windows = time_windows(asked, now.datetime.astimezone(zone))
    return Plan(
        query=query,
        asked=asked,
        kind=question_kind(asked),
        terms=tuple(weights),
        weights=tuple(weights.values()),
        names=tuple(dict.fromkeys(key for name in found if (key := normalise(name)))),
        windows=tuple(Window(Instant.of(w.start), Instant.of(w.end), w.text) for w in windows),
        flags=frozenset(flags),
    )


def _weights(said: list[Turn], *, wide: bool) -> dict[str, float]:
    """How much each term counts; in a dialogue more if it is said more than once."""
    if len(said) == 1:
        weights = dict.fromkeys(query_terms(said[0].text), 1.0)
    else:
        squares: dict[str, float] = defaultdict(float)
        for turn in said:
            share = ASSISTANTS_SHARE if turn.by_assistant else 1.0
            for term in terms(turn.text):
                squares[term] += share**2
        weights = {term: sqrt(square) for term, square in squares.items()}
    meta = METAS_SHARE_WIDE if wide else METAS_SHARE
    made = {term: round(w * (meta if term in META else 1.0), 4) for term, w in weights.items()}
    return dict(list(made.items())[-MOST_TERMS:])
