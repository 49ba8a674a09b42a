"""Features: numbers about (question, candidate) that the ranker weighs.

A feature reads only the question, the candidate, its neighbours, aggregates of the
candidate set and per-cube counters, so that it costs the same in a small and a large cube.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import log1p, sqrt

from memos.language.cues import QuestionKind, asks, has_number, has_time_word
from memos.language.names import normalise
from memos.model.memory import STANDING, Kind
from memos.model.time import DAY
from memos.retrieval.candidates import Candidate, Weights, score
from memos.retrieval.plan import Plan

FEWEST = 12  # candidates that a comparison needs to mean something
LATE = 3 * DAY  # people tell things a few days after they happened

Feature = Callable[[Plan, Candidate], float]


def features(
    plan: Plan, candidates: Sequence[Candidate], weights: dict[str, Weights]
) -> list[dict[str, float]]:
    """One mapping for each candidate.

    The first five are standardised over the candidates (mean 0, deviation 1): they say how a
    candidate compares. The others lie between 0 and 1 and mean the same for every question.
    """
    compared = {
        "words": [candidate.bm25 for candidate in candidates],
        "pair": [score((*c.before[:1], c), weights) for c in candidates],
        "window": [score((*c.before[:2], c, *c.after[:1]), weights) for c in candidates],
        "session": _sessions(candidates),
    }
    columns = {name: _standardised(values, FEWEST) for name, values in compared.items()}
    columns["length"] = _standardised([log1p(candidate.length) for candidate in candidates])
    columns["covered"] = [_covered((c,), weights) for c in candidates]
    columns["covered_around"] = [
        _covered((*c.before[:2], c, *c.after[:1]), weights) for c in candidates
    ]
    for name, feature in FLAGS.items():
        columns[name] = [feature(plan, candidate) for candidate in candidates]
    return [{name: values[at] for name, values in columns.items()} for at in range(len(candidates))]


def _covered(together: Sequence[Candidate], weights: dict[str, Weights]) -> float:
    """What share of the question's terms, by idf, stands in the candidates."""
    cube = weights.get(together[0].memory.cube_id)
    if cube is None or not (whole := sum(cube.idf)):
        return 0.0
    held = (any(counts) for counts in zip(*(one.counts for one in together), strict=True))
    return sum(weight for weight, there in zip(cube.idf, held, strict=True) if there) / whole


def _sessions(candidates: Sequence[Candidate]) -> list[float]:
    """How well the conversation of each candidate answers: its three best together."""
    by_thread: dict[tuple[str, str | None], list[float]] = defaultdict(list)
    for candidate in candidates:
        memory = candidate.memory
        by_thread[memory.cube_id, memory.conversation_id].append(candidate.bm25)
    total = {thread: sum(sorted(found)[-3:]) for thread, found in by_thread.items()}
    return [total[c.memory.cube_id, c.memory.conversation_id] for c in candidates]


def _standardised(values: list[float], fewest: int = 1) -> list[float]:
    """Mean 0, deviation 1.

    Fewer than `fewest` are filled up with zeros: else the only candidate would be average.
    """
    count = max(fewest, len(values))
    mean = sum(values) / count
    squares = sum((value - mean) ** 2 for value in values) + (count - len(values)) * mean**2
    deviation = sqrt(squares / count)
    return [(value - mean) / deviation if deviation else 0.0 for value in values]


def _speaker(plan: Plan, candidate: Candidate) -> float:
    """Whether the one who speaks is somebody whom the question names."""
    name = candidate.memory.name
    if not name or not plan.names:
        return 0.0
    words = set(normalise(name).split())
    return float(any(words & set(key.split()) for key in plan.names))


def _dated(plan: Plan, candidate: Candidate) -> float:
    """Said in a stretch of time that the question names, or told soon after it."""
    when = candidate.memory.when
    if any(window.start <= when < window.end for window in plan.windows):
        return 1.0
    return 0.5 if any(window.end <= when < window.end + LATE for window in plan.windows) else 0.0


def _tells_when(plan: Plan, candidate: Candidate) -> float:
    asked = plan.kind is QuestionKind.when
    return float(asked and has_time_word(candidate.memory.content))


def _tells_how_many(plan: Plan, candidate: Candidate) -> float:
    asked = plan.kind is QuestionKind.how_many
    return float(asked and has_number(candidate.memory.content))


FLAGS: dict[str, Feature] = {
    "speaker": _speaker,
    "dated": _dated,
    "tells_when": _tells_when,
    "tells_how_many": _tells_how_many,
    "asks": lambda _, c: float(asks(c.memory.content)),
    "told_by_user": lambda _, c: float(c.memory.role == "user"),
    "standing": lambda _, c: float(c.memory.kind in STANDING),
    "distilled": lambda _, c: float(c.memory.kind is not Kind.EPISODE),
    "named": lambda _, c: float("graph" in c.legs),
}
