"""Effort: how much work a recall may make, as one table."""

from __future__ import annotations

from dataclasses import dataclass

from memos.model.recall import Effort


@dataclass(frozen=True, slots=True)
class Budget:
    """Most candidates that each leg brings, and what is done with them.

    `candidates` are looked at closely;
    the neighbours of the first `widen` of them join in. `tokens` says whether the tokens of
    question and memory are compared one by one.
    """

    effort: Effort
    text: int
    meaning: int
    candidates: int
    widen: int
    tokens: bool
    graph: int = 40
    time: int = 40
    hot: int = 20
    recent: int = 10
    standing: int = 12
    pending: int = 100


FAST = Budget(
    Effort.FAST,
    text=80,
    meaning=80,
    candidates=80,
    widen=15,
    tokens=False,
    graph=0,
    time=20,
)
NORMAL = Budget(Effort.NORMAL, text=150, meaning=150, candidates=150, widen=50, tokens=True)
DEEP = Budget(Effort.DEEP, text=300, meaning=300, candidates=350, widen=80, tokens=True)

BUDGETS = {budget.effort: budget for budget in (FAST, NORMAL, DEEP)}
