"""Fits the ranker's table of weights on conversations with questions.

Logistic regression on features standardised over all candidates, by Newton's method: the sum of
weighted log losses plus ``|w|^2 / (2 C)``. A positive counts 1/sqrt(number of evidence
messages), a negative 1/8, so that no question and no flood of negatives decides.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memos.bench.recall import APART, auc, fill
from memos.errors import InvalidInput
from memos.ingest.cases import Case, Question, case_files, read_case
from memos.model.recall import Receipt
from memos.retrieval import confidence
from memos.retrieval.confidence import CONSTANT
from memos.retrieval.rank import SIGNALS
from memos.sync import MemOS

Floats = NDArray[np.float64]

_WORD = re.compile(r"[^\W_]{5,}")

STRENGTH = 0.3  # C: the prior's variance, in units of standardised weights
NEGATIVE = 1 / 8
STRANGERS = 0.6  # questions of other conversations asked of each, for each of its own
KEYWORDS = 5  # questions of one rare word for each conversation
KEYWORD = "keyword"  # their category
SHOWN = 20  # first results by which sums become relevance
LIKENESSES = (
    "words", "rarest", "only", "pair", "window", "covered", "near", "meaning", "tokens", "session",
    "speaker",
)  # fmt: skip
LACKING = {  # columns that a poorer set of signals does not have
    "tokens": (),
    "vectors": ("tokens", "session_tokens"),
    "words": ("tokens", "session_tokens", "meaning", "session_meaning", "near"),
    "words_han": ("tokens", "session_tokens", "meaning", "session_meaning", "near"),
}


@dataclass(slots=True)
class Sample:
    """One question: its candidates in rows, and which of them are evidence."""

    case: str
    question: Question
    columns: dict[str, Floats]
    message_ids: list[str]
    relevant: Floats
    answerable: bool = True
    han: bool = False
    totals: Floats = field(default_factory=lambda: np.zeros(0))


def collect(
    paths: Sequence[Path], say: Callable[[str], None], settings: Mapping[str, Any]
) -> list[Sample]:
    """Asks every question of its conversation, and some of other ones."""
    cases = [case for path in case_files(paths) if (case := read_case(path)).questions]
    dice = random.Random(0)  # noqa: S311 - sampling, no secret
    samples: list[Sample] = []
    for case in cases:
        others = [
            question
            for other in cases
            if other is not case and _language(other) == _language(case)
            for question in other.questions
            if question.evidence
        ]
        strangers = dice.sample(others, min(len(others), round(STRANGERS * len(case.questions))))
        keywords = _keywords(case, dice)
        samples += _ask(replace(case, questions=(*case.questions, *keywords)), strangers, settings)
        say(f"{case.id}: {len(case.questions)} questions, {len(strangers)} strangers")
    return samples


def _keywords(case: Case, dice: random.Random) -> list[Question]:
    """Questions that are one word which a single message holds, as people search for a number."""
    holding: dict[str, list[str]] = defaultdict(list)
    for message in case.messages:
        for word in set(_WORD.findall(message["content"])):
            holding[word.lower()].append(message["message_id"])
    rare = sorted(word for word, ids in holding.items() if len(ids) == 1)
    chosen = dice.sample(rare, min(KEYWORDS, len(rare)))
    return [Question(f"keyword-{word}", KEYWORD, word, (holding[word][0],)) for word in chosen]


def _language(case: Case) -> bool:
    return any(not question.query.isascii() for question in case.questions[:5])


def _ask(
    case: Case, strangers: Sequence[Question], settings: Mapping[str, Any]
) -> Iterator[Sample]:
    with tempfile.TemporaryDirectory() as home, MemOS(home, sync="normal", **settings) as memos:
        message_of = fill(memos, case)
        asked = [*((one, True) for one in case.questions), *((one, False) for one in strangers)]
        for question, mine in asked:
            receipt = memos.recall(case.id, question.query, top_k=1, explain=True).receipt
            yield _sample(case, question, receipt, message_of, mine=mine)


def _sample(
    case: Case, question: Question, receipt: Receipt, message_of: Mapping[str, str], *, mine: bool
) -> Sample:
    names = list(receipt.evidence[0].features) if receipt.evidence else []
    ids = [message_of.get(one.memory_id, one.memory_id) for one in receipt.evidence]
    wanted = set(question.evidence) if mine else set()
    return Sample(
        case=case.id,
        question=question,
        columns={
            name: np.array([one.features[name] for one in receipt.evidence]) for name in names
        },
        message_ids=ids,
        relevant=np.array([float(id in wanted) for id in ids]),
        answerable=bool(wanted),
        han="han" in receipt.plan["flags"],  # type: ignore[operator]
    )


def fit(samples: Sequence[Sample], policy: str) -> dict[str, dict[str, Any]]:
    """The table: a column for each set of signals."""
    return {signals: _column(samples, signals, policy) for signals in SIGNALS}


def _has(sample: Sample, signals: str) -> bool:
    """Whether the question tells something of this set of signals."""
    if signals in ("tokens", "vectors"):  # not all embedders know Chinese
        return not sample.columns or "meaning" in sample.columns
    return sample.han == (signals == "words_han")


def _reduced(sample: Sample, signals: str) -> Sample:
    """The sample as a recall with this set of signals would have seen it."""
    columns = {
        name: values
        for name, values in sample.columns.items()
        if not name.startswith(LACKING[signals])
    }
    if signals.startswith("words") and columns:
        columns["standing_fit"] = columns["standing"]  # where no meaning tells how well it fits
    return replace(sample, columns=columns)


def _column(collected: Sequence[Sample], signals: str, policy: str) -> dict[str, Any]:
    samples = [_reduced(one, signals) for one in collected if _has(one, signals)]
    told = _told(samples)
    if not told:  # none in this language: better the words of another one than nothing
        samples = [_reduced(one, "words") for one in collected]
        told = _told(samples)
    if not told:
        got = "no question with evidence that is found"
        raise InvalidInput("PATH", got, "cases with questions")
    names = list(told[0].columns)
    design = np.concatenate([_rows(one, names) for one in told])
    labels = np.concatenate([one.relevant for one in told])
    shares = np.concatenate(
        [np.where(one.relevant > 0, 1 / sqrt(one.relevant.sum()), NEGATIVE) for one in told]
    )
    names, weights = _rising(names, design, labels, shares)
    for one in samples:
        one.totals = _rows(one, names) @ weights
    slope, middle = _calibrated(told)
    return {
        "policy": policy,
        "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)},
        "slope": slope,
        "middle": middle,
        "confidence": _confidence(samples, names, weights),
    }


def _told(samples: Sequence[Sample]) -> list[Sample]:
    """Those with evidence among their candidates."""
    return [one for one in samples if one.relevant.any() and one.question.category not in APART]


def _rising(
    names: list[str], design: Floats, labels: Floats, shares: Floats
) -> tuple[list[str], Floats]:
    """Weights without negative ones for likenesses: more of those never speaks against.

    Features that help to guess but mean the same twice get such weights; they are left out,
    the most negative first.
    """
    while True:
        weights, _ = logistic(design, labels, shares, STRENGTH)
        wrong = [
            (float(w), at)
            for at, (name, w) in enumerate(zip(names, weights, strict=True))
            if name.startswith(LIKENESSES) and w < 0
        ]
        if not wrong:
            return names, weights
        worst = min(wrong)[1]
        names = [*names[:worst], *names[worst + 1 :]]
        design = np.delete(design, worst, axis=1)


def _rows(sample: Sample, names: Sequence[str]) -> Floats:
    if not len(sample.message_ids):
        return np.zeros((0, len(names)))
    return np.stack([sample.columns[name] for name in names], axis=1)


def logistic(
    design: Floats, labels: Floats, shares: Floats, strength: float
) -> tuple[Floats, float]:
    """Weights (features,) of the features as they are, and the constant."""
    mean, deviation = design.mean(axis=0), design.std(axis=0)
    deviation[deviation == 0] = 1.0
    rows = np.c_[(design - mean) / deviation, np.ones(len(design))]
    penalty = np.diag([*[1 / strength] * design.shape[1], 1e-6])
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        expected = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (shares * (expected - labels)) + penalty @ found
        curve = (rows * (shares * expected * (1 - expected))[:, None]).T @ rows + penalty
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < 1e-7:
            break
    weights = found[:-1] / deviation
    return weights, float(found[-1] - (weights * mean).sum())


def _calibrated(told: Sequence[Sample]) -> tuple[float, float]:
    """How sums become relevance: the logistic curve over the first results of each question."""
    sums, labels = [], []
    for one in told:
        first = np.argsort(-one.totals)[:SHOWN]
        sums.append(one.totals[first])
        labels.append(one.relevant[first])
    x, y = np.concatenate(sums), np.concatenate(labels)
    weights, constant = logistic(x[:, None], y, np.ones(len(x)), 1e6)
    return round(float(weights[0]), 4), round(-constant / float(weights[0]), 4)


def _confidence(
    samples: Sequence[Sample], names: Sequence[str], weights: Floats
) -> dict[str, float]:
    """What tells answerable questions from others; fitted so that both kinds count alike."""
    seen = [confidence.signals(one.columns, _rows(one, names) @ weights) for one in samples]
    kept = sorted(set.intersection(*(set(one) for one in seen if one)))
    design = np.array([[one.get(name, 0.0) for name in kept] for one in seen])
    labels = np.array([float(one.answerable) for one in samples])
    shares = np.where(labels > 0, 1 / max(1.0, labels.sum()), 1 / max(1.0, (1 - labels).sum()))
    found, constant = logistic(design, labels, shares * len(labels), STRENGTH)
    made = {name: round(float(w), 4) for name, w in zip(kept, found, strict=True)}
    return {**made, CONSTANT: round(constant, 4)}


def crossed(samples: Sequence[Sample]) -> dict[str, dict[str, float | None]]:
    """`judged` for each set of signals, over conversations that its column was not fitted on.

    One conversation is left out at a time.
    """
    cases = sorted({one.case for one in samples})
    if len(cases) < 2:
        raise InvalidInput("PATH", f"{len(cases)} case with questions", "2 cases or more to cross")
    verdicts = {
        signals: [
            verdict
            for case in cases
            for verdict in _verdicts(
                [one for one in samples if one.case == case],
                signals,
                _column([one for one in samples if one.case != case], signals, "crossed"),
            )
        ]
        for signals in SIGNALS
    }
    return {signals: judged(found) for signals, found in verdicts.items() if found}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a column makes of one question; `found` is the share of its evidence in the first 10.

    None where that is not asked: no evidence, or a category that is not counted.
    """

    found: float | None
    confidence: float
    answerable: bool


def judged(verdicts: Sequence[Verdict]) -> dict[str, float | None]:
    """R@10 in per cent, and how well confidence tells answerable questions from others."""
    shares = [one.found for one in verdicts if one.found is not None]
    sure = [one.confidence for one in verdicts if one.answerable]
    unsure = [one.confidence for one in verdicts if not one.answerable]
    mean = round(100 * sum(shares) / len(shares), 1) if shares else None
    return {"R@10": mean, "auc": auc(sure, unsure)}


def _verdicts(
    samples: Sequence[Sample], signals: str, column: Mapping[str, Any]
) -> Iterator[Verdict]:
    names, weights = list(column["weights"]), np.array(list(column["weights"].values()))
    for one in (_reduced(sample, signals) for sample in samples if _has(sample, signals)):
        if one.question.category == KEYWORD:  # made for fitting; nobody asked it
            continue
        totals = _rows(one, names) @ weights
        seen = confidence.signals(one.columns, totals)
        counted = one.answerable and one.question.category not in APART
        yield Verdict(
            _found(one, totals) if counted else None,
            confidence.confidence(column["confidence"], seen),
            one.answerable,
        )


def _found(sample: Sample, totals: Floats) -> float:
    order = np.argsort(-totals, kind="stable")
    first = list(dict.fromkeys(sample.message_ids[at] for at in order))[:10]
    wanted = set(sample.question.evidence)
    return len(wanted & set(first)) / len(wanted)
