from __future__ import annotations

import asyncio
import subprocess
import sys
from uuid import UUID

import pytest

from memos.contracts.part import Part
from memos.model.time import SECOND, Instant
from memos.testing.clock import ManualClock
from memos.testing.ids import seeded_ids
from memos.testing.scenario import scenario


def test_the_clock_moves_only_when_told():
    clock = ManualClock("2024-02-29T12:00:00Z")
    assert clock.now() == clock.now()
    assert clock.now().iso() == "2024-02-29T12:00:00Z"
    assert clock.advance(1.5) == clock.now()
    assert clock.now().iso() == "2024-02-29T12:00:01.500000Z"
    clock.set("2023-01-01T01:00:00+01:00")
    assert clock.now().iso() == "2023-01-01T00:00:00Z"
    clock.set(Instant(7))
    assert clock.now() == 7


def test_a_ticking_clock_moves_after_each_reading():
    clock = ManualClock(tick=2)
    first = clock.now()
    assert clock.now() - first == 2 * SECOND


def test_seeded_ids_are_the_same_in_every_run():
    once, again, other = seeded_ids(1), seeded_ids(1), seeded_ids(2)
    made = [once() for _ in range(100)]
    assert made == [again() for _ in range(100)]
    assert made == sorted(made)
    assert not set(made) & {other() for _ in range(100)}
    assert {UUID(each).version for each in made} == {7}


def test_a_scenario_opens_runs_and_closes_in_one_loop():
    class Recorder(Part):
        def __init__(self) -> None:
            self.seen: list[tuple[str, asyncio.AbstractEventLoop]] = []

        async def open(self) -> None:
            self.seen.append(("open", asyncio.get_running_loop()))

        async def close(self) -> None:
            self.seen.append(("close", asyncio.get_running_loop()))

    @scenario
    async def fails(part: Recorder, word: str) -> None:
        part.seen.append((word, asyncio.get_running_loop()))
        raise KeyError(word)

    part = Recorder()
    with pytest.raises(KeyError):
        fails(part=part, word="test")
    assert [what for what, _ in part.seen] == ["open", "test", "close"]
    assert len({loop for _, loop in part.seen}) == 1


def test_only_contract_suites_need_pytest():
    code = """
import sys
import memos.testing.build, memos.testing.clock, memos.testing.ids, memos.testing.lagging
import memos.testing.scenario
sys.exit("pytest" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
