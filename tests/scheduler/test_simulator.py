from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from memos.model.scope import WriteScope
from memos.model.task import Lease, Task
from memos.testing import simulator
from memos.testing.results import report
from memos.testing.simstores import WatchedOutbox
from memos.testing.simulator import simulate
from memos.testing.simworld import Hand, Setup

CHUNK = 25
SEEDS = 300
MANY = 5000

# Seeds that once failed. What they find depends on the simulator as it was then, and a little on
# the Python that runs it; they cost nothing.
REGRESSIONS = (
    0,  # a suspect was begun beside others
    1,  # void entries in the run-queue sent workers to rest, and were replaced by as many
    41,  # a suspect that waited for others was begun by a worker that had stopped
    79,  # the lease of a suspect that waited was not renewed
    421,  # and so workers were counted as lost, up to a dead letter
)


def complaint(seed: int, setup: Setup | None = None) -> str:
    """What is wrong with a history; nothing if nothing is."""
    try:
        simulate(seed, setup)
    except AssertionError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_histories_end_well(first):
    for seed in range(first, first + CHUNK):
        simulate(seed)


@pytest.mark.parametrize("seed", REGRESSIONS)
def test_what_failed_once(seed):
    simulate(seed)


def test_a_seed_is_one_history():
    for seed in (3, 4, 5):
        assert simulate(seed).digest == simulate(seed).digest
    assert simulate(3).digest != simulate(4).digest


def test_another_process_finds_the_same_history():
    command = [sys.executable, "-m", simulator.__name__, "7"]
    environment = os.environ | {"PYTHONHASHSEED": "42"}
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert tuple(told.stdout.splitlines()) == simulate(7).trace


def test_the_nemesis_does_it_all():
    counts: Counter[str] = Counter()
    for seed in range(20):
        counts.update(simulate(seed).counts)
    faults = ("drop", "cut", "late", "again", "die", "crash", "freeze", "skew", "wipe", "retire")
    assert min(counts[fault] for fault in faults) > 10
    assert counts["fenced"] > 0


class NoCheck(WatchedOutbox):
    """Lets commits complete leases that were lost long ago."""

    @contextmanager
    def committing(self, completes: Sequence[Lease]) -> Iterator[None]:
        yield
        for lease in completes:
            self._finish(lease)


class NoEpochs(WatchedOutbox):
    """Takes any lease of a task for the one under which it runs."""

    def _held(self, lease: Lease) -> Task | None:
        task = self._tasks.get(lease.task_id)
        return None if task is None else super()._held(task.lease)


async def complete_first(hand: Hand, task: Task) -> None:
    await hand.outbox.complete([task])
    changes = hand.changes(task, completes=False)
    await hand.records.commit(WriteScope(task.tenant, task.cube_id, "worker"), changes)


async def commit_first(hand: Hand, task: Task) -> None:
    changes = hand.changes(task, completes=False)
    await hand.records.commit(WriteScope(task.tenant, task.cube_id, "worker"), changes)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Setup(outbox=NoCheck), "caused"),
        (Setup(outbox=NoEpochs), "was finished by"),
        (Setup(effect=complete_first), "caused"),
        (Setup(effect=commit_first), "caused"),
    ],
)
def test_what_is_broken_is_noticed(broken, said):
    found = (complaint(seed, broken) for seed in range(30))
    complaints = [one for one in found if one]
    assert any(said in one for one in complaints)
    assert all(one.startswith("seed ") for one in complaints)


@pytest.mark.soak
def test_soak_simulator():
    begun = time.monotonic()
    failed = {seed: said for seed in range(MANY) if (said := complaint(seed))}
    seconds = round(time.monotonic() - begun, 1)
    figures = {"seeds": MANY, "failed": sorted(failed), "seconds": seconds}
    print(report("simulator", figures, os.environ.get("MEMOS_RESULTS")))
    assert not failed, "\n\n".join(failed.values())
