"""The third contract suite of outboxes: what they count for those who watch."""

from __future__ import annotations

import pytest

from memos.contracts.outbox import Outbox
from memos.model.scope import SystemScope
from memos.model.task import Lane, Priority, TaskState
from memos.model.time import SECOND, Instant
from memos.model.work import TaskCount
from memos.testing.clock import ManualClock
from memos.testing.contract_outbox import EVERYTHING, LEASE, _task
from memos.testing.scenario import scenario

WAITING, RUNNING, DEAD = TaskState.WAITING, TaskState.RUNNING, TaskState.DEAD
LEARN, NORMAL = Lane.LEARN, Priority.NORMAL


class CensusContract:
    """Every task is counted once, with the age of the oldest of its sort."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The clock of `outbox`; override only to share one with other fixtures."""
        return ManualClock()

    @pytest.fixture
    def outbox(self, clock: ManualClock) -> Outbox:
        """A fresh, empty outbox that counts leases by `clock`; not yet open."""
        raise NotImplementedError(f"override the fixture `outbox`: a fresh Outbox by {clock}")

    @scenario
    async def test_nothing_is_counted_where_nothing_is(self, outbox: Outbox) -> None:
        assert await outbox.census(EVERYTHING) == []
        await outbox.enqueue([_task("a")])
        await outbox.complete(await outbox.claim("me", 1, LEASE))
        assert await outbox.census(EVERYTHING) == []

    @scenario
    async def test_tasks_are_counted_by_sort_and_tenant(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        first = clock.now()
        await outbox.enqueue([_task("a", "learn"), _task("a", "learn", tenant="b")])
        later = clock.advance(60)
        await outbox.enqueue(
            [
                _task("b", "learn"),
                _task("c", "learn", lane=Lane.MAINTAIN),
                _task("d", "learn", priority=Priority.BULK),
                _task("e", "other", due_at=Instant(later + 3600 * SECOND)),
            ]
        )
        counted = await outbox.census(EVERYTHING)
        assert counted == [
            TaskCount("acme", "learn", LEARN, NORMAL, WAITING, 2, first),
            TaskCount("acme", "learn", LEARN, Priority.BULK, WAITING, 1, later),
            TaskCount("acme", "learn", Lane.MAINTAIN, NORMAL, WAITING, 1, later),
            TaskCount("acme", "other", LEARN, NORMAL, WAITING, 1, later),
            TaskCount("b", "learn", LEARN, NORMAL, WAITING, 1, first),
        ]
        assert await outbox.census(SystemScope("b")) == counted[-1:]
        assert await outbox.census(SystemScope("nobody")) == []

    @scenario
    async def test_each_state_has_its_oldest(self, outbox: Outbox, clock: ManualClock) -> None:
        moments = []
        for subject in ("dead", "running", "waiting", "too"):
            moments.append(clock.advance(1))
            await outbox.enqueue([_task(subject, "learn")])
        dead, _ = await outbox.claim("me", 2, LEASE)
        await outbox.bury(dead, "hopeless")
        assert [(one.state, one.count, one.oldest) for one in await outbox.census(EVERYTHING)] == [
            (DEAD, 1, moments[0]),
            (RUNNING, 1, moments[1]),
            (WAITING, 2, moments[2]),
        ]
