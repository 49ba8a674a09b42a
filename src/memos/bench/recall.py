"""How much of the evidence a search brings up, over conversations in the case format.

Protocol: a fresh user for each case; messages in file order with their ids, names and
times; one search a question, ``top_k=50``, no other hint. A hit stands for its message
ids; repeated ids dropped, this gives the ranked list.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import log2
from pathlib import Path
from statistics import mean
from typing import Any

from memos.bench.crowd import pad, together
from memos.ingest.cases import Case, Question, case_files, read_case
from memos.memories.drafts import MESSAGE_FIELDS
from memos.model.recall import Recall
from memos.sync import MemOS

DEPTH = 50  # hits asked for
RANKS = (1, 5, 10, 20)
BUDGETS = (128, 256, 512, 1024, 2048)  # tokens
RESAMPLES = 1000
APART = ("adversarial",)  # categories that are reported, but not counted in "all"


@dataclass(slots=True)
class Answer:
    """What one question brought: ranked message ids, ids quoted at each budget, cost."""

    case: str
    question: Question
    ranked: list[str]
    quoted: dict[int, tuple[str, ...]]
    tokens: dict[int, int]
    confidence: float
    cpu_ms: float
    newest_first: bool | None = None  # of several messages of evidence the last above the first
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crowd:
    """All cases in one cube, filled up to `size` memories with messages of `padding`."""

    padding: Sequence[Path]
    size: int


def run(
    paths: Sequence[Path],
    budgets: Sequence[int] = BUDGETS,
    say: Callable[[str], None] = print,
    crowd: Crowd | None = None,
) -> dict[str, Any]:
    """Figures per category and over all questions with evidence, in per cent.

    Questions of the categories in `APART` are not among "all".
    """
    cases = [case for path in case_files(paths) if (case := read_case(path)).questions]
    answers: list[Answer] = []
    for case in [together(cases)] if crowd else cases:
        answers += ask(case, budgets, crowd, say)
        say(f"{case.id}: {len(case.messages)} messages, {len(case.questions)} questions")
    by_category: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.question.evidence:
            by_category[answer.question.category].append(answer)
    told = [answer for name, found in by_category.items() if name not in APART for answer in found]
    empty = [answer for answer in answers if not answer.question.evidence]
    return {
        "questions": len(told),
        "unanswerable": len(empty),
        "all": summary(told),
        "categories": {name: summary(found) for name, found in sorted(by_category.items())},
        "abstention_auc": auc([a.confidence for a in told], [a.confidence for a in empty]),
        "cpu_ms_p50": round(_median([answer.cpu_ms for answer in answers]), 2),
    }


def ask(
    case: Case, budgets: Sequence[int], crowd: Crowd | None, say: Callable[[str], None]
) -> list[Answer]:
    """Adds a case to a fresh home and asks its questions."""
    answers = []
    with (
        tempfile.TemporaryDirectory() as home,
        MemOS(home, sync="normal", hot="sqlite", blobs="sqlite") as memos,
    ):
        fill(memos, case)
        if crowd:
            others = [read_case(path) for path in case_files(crowd.padding)]
            say(f"{pad(memos, others, crowd.size, say)} memories in one cube")
        for question in case.questions:
            began = time.process_time()
            found = memos.recall(case.id, question.query, top_k=DEPTH)
            spent = (time.process_time() - began) * 1000
            contexts = {
                budget: memos.context(case.id, question.query, max_tokens=budget)
                for budget in budgets
            }
            answer = Answer(
                case=case.id,
                question=question,
                ranked=ranked_ids(found),
                quoted={budget: context.sources for budget, context in contexts.items()},
                tokens={budget: context.tokens for budget, context in contexts.items()},
                confidence=found.confidence,
                cpu_ms=spent,
            )
            answer.figures = measure(answer)
            answer.newest_first = newest_first(case, answer)
            answers.append(answer)
    return answers


def fill(memos: MemOS, case: Case) -> dict[str, str]:
    """Adds a case for its user; the message ids by the ids of their memories."""
    fields = [{k: m[k] for k in MESSAGE_FIELDS if k in m} for m in case.messages]
    added = [
        one
        for start in range(0, len(fields), 500)
        for one in memos.add_messages(case.id, fields[start : start + 500])
    ]
    memos.drain()
    return {memory_id: one.message_id for one in added for memory_id in one.memory_ids}


def ranked_ids(found: Recall) -> list[str]:
    """Message ids in the order of the hits, each once."""
    return list(dict.fromkeys(source for hit in found for source in hit.sources))


def measure(answer: Answer) -> dict[str, float]:
    """The figures of one question with evidence; empty without."""
    wanted = set(answer.question.evidence)
    if not wanted:
        return {}
    ranked = answer.ranked
    figures = {f"R@{k}": len(wanted & set(ranked[:k])) / len(wanted) for k in RANKS}
    figures |= {f"all@{k}": float(wanted <= set(ranked[:k])) for k in RANKS}
    gains = [1 / log2(at + 2) for at, one in enumerate(ranked[:10]) if one in wanted]
    ideal = [1 / log2(at + 2) for at in range(min(10, len(wanted)))]
    figures["nDCG@10"] = sum(gains) / sum(ideal)
    first = next((at for at, one in enumerate(ranked, 1) if one in wanted), None)
    figures["MRR"] = 1 / first if first else 0.0
    for budget, quoted in answer.quoted.items():
        figures[f"R@{budget}t"] = len(wanted & set(quoted)) / len(wanted)
        figures[f"tokens@{budget}t"] = answer.tokens[budget] / 100  # undone by the per cent
    return figures


def newest_first(case: Case, answer: Answer) -> bool | None:
    """Whether what was said last stands above what was said first; None for less than two."""
    if len(set(answer.question.evidence)) < 2:
        return None
    wanted = set(answer.question.evidence)
    said = [one["message_id"] for one in case.messages if one["message_id"] in wanted]
    places = {one: at for at, one in enumerate(answer.ranked)}
    return places.get(said[-1], DEPTH) < places.get(said[0], DEPTH)


def summary(answers: Sequence[Answer]) -> dict[str, Any]:
    """Means in per cent; for R@10 with a 95 % bootstrap interval."""
    if not answers:
        return {"n": 0}
    names = answers[0].figures
    made: dict[str, Any] = {"n": len(answers)}
    for name in names:
        made[name] = round(100 * mean(answer.figures[name] for answer in answers), 1)
    told = [answer.newest_first for answer in answers if answer.newest_first is not None]
    made["newest first"] = round(100 * mean(told), 1) if told else None
    made["R@10 95%"] = interval([answer.figures["R@10"] for answer in answers])
    return made


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The middle 95 % of means over resampled questions, in per cent; seeded."""
    dice = random.Random(0)  # noqa: S311 - resampling, no secret
    means = sorted(mean(dice.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return round(100 * means[25], 1), round(100 * means[-26], 1)


def auc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """How often an answerable question has more confidence than an unanswerable one."""
    if not positive or not negative:
        return None
    wins = sum((a > b) + 0.5 * (a == b) for a in positive for b in negative)
    return round(wins / (len(positive) * len(negative)), 3)


def _median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 0.0
