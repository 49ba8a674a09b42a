"""What searches cost: CPU time of the process, all threads of it, and time on the clock."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from statistics import median, quantiles
from typing import Any

from memos.sync import MemOS
from memos.system import AsyncMemOS

WARM = 10  # questions asked before anything is measured
EFFORTS = ("fast", "normal", "deep")

Figures = dict[str, float]


def efforts() -> tuple[str, ...]:
    """What recall can be asked for; only ``normal`` where it has no such argument."""
    known = "effort" in inspect.signature(AsyncMemOS.recall).parameters
    return EFFORTS if known else ("normal",)


def ask(
    memos: MemOS, users: Iterable[str], questions: Iterator[str], effort: str = "normal"
) -> Figures:
    """One question to each of `users`, with the effort that is named; see `figures`."""
    extra: dict[str, Any] = {} if effort == "normal" else {"effort": effort}
    wall, cpu = [], []
    for user_id, question in zip(users, questions, strict=False):
        began, spent = time.perf_counter(), time.process_time()
        memos.recall(user_id, question, **extra)
        cpu.append((time.process_time() - spent) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    return figures(wall, cpu)


def warm(memos: MemOS, user_id: str, questions: Iterator[str]) -> None:
    """Loads what the first questions load."""
    for question in islice(questions, WARM):
        memos.recall(user_id, question)


def figures(wall_ms: list[float], cpu_ms: list[float]) -> Figures:
    """Medians and 95th percentiles, in milliseconds; at least one search each."""
    return {
        "n": len(wall_ms),
        "cpu_ms_p50": round(median(cpu_ms), 2),
        "cpu_ms_p95": round(_p95(cpu_ms), 2),
        "wall_ms_p50": round(median(wall_ms), 2),
        "wall_ms_p95": round(_p95(wall_ms), 2),
    }


def times(one: Figures, other: Figures) -> Figures:
    """How many times as long `one` took as `other`, by the medians."""
    return {
        f"{kind}_times": round(one[f"{kind}_ms_p50"] / max(other[f"{kind}_ms_p50"], 0.001), 2)
        for kind in ("cpu", "wall")
    }


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
