"""How much of what will be needed is in the working set already.

A conversation is told turn by turn, as an agent lives it: each turn is added, and what a user
says is also asked for. Then its questions come one after another; before each, the working set
is looked into: is the evidence there? Only what recalls and writes have touched can be.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from memos.contracts.hot import HotSet
from memos.ingest.cases import Case, case_files, read_case
from memos.memories.drafts import MESSAGE_FIELDS
from memos.model.recall import Effort
from memos.model.scope import CubeKey
from memos.model.time import SystemClock
from memos.system import AsyncMemOS

SIZES = (256, 128, 64, 32)  # strongest entries looked at; the first is all that a set keeps
USER = "user"


def run(paths: Sequence[Path], say: Callable[[str], None] = print) -> dict[str, Any]:
    """The share of evidence in the strongest entries, in per cent, by how many these are."""
    shares: dict[int, list[float]] = {size: [] for size in SIZES}
    delays: list[float] = []
    for path in case_files(paths):
        case = read_case(path)
        found = asyncio.run(_replay(case, delays))
        for size, values in found.items():
            shares[size] += values
        say(f"{case.id}: {len(case.messages)} messages, {len(case.questions)} questions")
    return {
        "questions": len(shares[SIZES[0]]),
        **{
            f"hot_of_{size}": round(100 * mean(values), 1)
            for size, values in shares.items()
            if values
        },
        "follows_after_ms_max": round(1000 * max(delays, default=0.0)),
    }


async def _replay(case: Case, delays: list[float]) -> dict[int, list[float]]:
    shares: dict[int, list[float]] = {size: [] for size in SIZES}
    with tempfile.TemporaryDirectory() as home:
        async with AsyncMemOS(home, embedder="none") as memos:
            await _tell(memos, case)
            hot = memos._parts.hot  # noqa: SLF001 - callers cannot see the working set
            await _until_touched(hot, delays)
            for question in case.questions:
                if question.evidence:
                    held = await _sources(memos, hot)
                    for size in SIZES:
                        there = set().union(*held[:size]) & set(question.evidence)
                        shares[size].append(len(there) / len(set(question.evidence)))
                await memos.recall(USER, question.query, effort=Effort.FAST)
    return shares


async def _tell(memos: AsyncMemOS, case: Case) -> None:
    for message in case.messages:
        fields = {name: message[name] for name in MESSAGE_FIELDS if name in message}
        await memos.add_messages(USER, [fields])
        if fields.get("role") == "user" and str(fields.get("content", "")).strip():
            await memos.recall(USER, str(fields["content"])[:2000], effort=Effort.FAST)


async def _until_touched(hot: HotSet, delays: list[float]) -> None:
    """Waits for the last touch to arrive, and notes how long that took, in seconds."""
    began = changed = time.monotonic()
    last: list[tuple[str, float]] | None = None
    while last is None or time.monotonic() - began < 1.0:
        now = await _strengths(hot)
        if now != last:
            last, changed = now, time.monotonic()
        await asyncio.sleep(0.01)
    delays.append(changed - began)


async def _strengths(hot: HotSet) -> list[tuple[str, float]]:
    key = CubeKey("default", f"user:{USER}")
    entries = await hot.entries(key, SystemClock().now(), SIZES[0])
    return sorted((entry.memory_id, entry.touched_at) for entry in entries)


async def _sources(memos: AsyncMemOS, hot: HotSet) -> list[set[str]]:
    """Message ids of the entries, strongest first."""
    key = CubeKey("default", f"user:{USER}")
    entries = await hot.entries(key, SystemClock().now(), SIZES[0])
    memories = [await memos.get_memory(USER, entry.memory_id) for entry in entries]
    return [set(memory.sources) for memory in memories]
