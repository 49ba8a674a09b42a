"""The contract suite of work logs: subclass `WorkLogContract`, override `log` and `clock`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from memos.contracts.work_log import WorkLog
from memos.model.time import SECOND, Instant
from memos.model.work import WorkerReport
from memos.testing.clock import ManualClock
from memos.testing.scenario import scenario

START = ManualClock().now()
NOTHING = {"done": 0, "failed": 0, "buried": 0, "lost": 0}


def told(owner: str = "box:7:1", running: int = 0, **counts: int) -> WorkerReport:
    """A report as a worker sends it."""
    return WorkerReport(owner, 7, "box", START, running, counts)


def plain(found: Mapping[str, int], **counts: int) -> bool:
    """Whether totals are these, and 0 else."""
    return dict(found) == {**NOTHING, **counts}


class WorkLogContract:
    """The last word of each worker, and totals that only rise."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The clock of `log`; override only to share one with other fixtures."""
        return ManualClock()

    @pytest.fixture
    def log(self, clock: ManualClock) -> WorkLog:
        """A fresh, empty work log that tells the time by `clock`; not yet open."""
        raise NotImplementedError(f"override the fixture `log`: a fresh WorkLog by {clock}")

    @scenario
    async def test_what_is_used_adds_up_by_tenant_and_day(self, log: WorkLog) -> None:
        assert await log.spent("acme", "2026-01-01") == {}
        await log.spend("acme", "2026-01-01", {"calls": 1, "tokens": 700, "garbled": 0})
        await log.spend("acme", "2026-01-01", {"calls": 2})
        await log.spend("acme", "2026-01-02", {"calls": 5})
        await log.spend("é", "2026-01-01", {"calls": 7})
        assert await log.spent("acme", "2026-01-01") == {"calls": 3, "tokens": 700}
        assert await log.spent("acme", "2026-01-02") == {"calls": 5}
        assert await log.spent("other", "2026-01-01") == {}

    @scenario
    async def test_at_first_nobody_is_there(self, log: WorkLog) -> None:
        assert await log.workers() == []
        assert plain(await log.totals())
        await log.leave("nobody")

    @scenario
    async def test_the_last_report_counts_and_is_stamped(
        self, log: WorkLog, clock: ManualClock
    ) -> None:
        await log.report(told("b", 3, done=1))
        clock.advance(5)
        await log.report(told("a"))
        await log.report(replace(told("b", 2, done=4, failed=1), seen_at=Instant(17)))
        now = clock.now()
        assert [replace(one, counts=dict(one.counts)) for one in await log.workers()] == [
            replace(told("a"), seen_at=now),
            replace(told("b", 2, done=4, failed=1), seen_at=now),
        ]
        assert plain(await log.totals(), done=4, failed=1)

    @scenario
    async def test_the_same_again_adds_nothing(self, log: WorkLog) -> None:
        for _ in range(3):
            await log.report(told(done=5, lost=1))
        assert plain(await log.totals(), done=5, lost=1)

    @scenario
    async def test_totals_are_those_of_all_workers(self, log: WorkLog) -> None:
        await log.report(told("a", done=1, buried=2))
        await log.report(told("b", done=10, failed=3))
        await log.report(told("a", done=2, buried=2))
        assert plain(await log.totals(), done=12, failed=3, buried=2)

    @scenario
    async def test_who_leaves_stays_counted(self, log: WorkLog) -> None:
        await log.report(told("a", done=3))
        await log.report(told("b", done=4))
        await log.leave("a")
        assert [one.owner for one in await log.workers()] == ["b"]
        assert plain(await log.totals(), done=7)

    @scenario
    async def test_one_that_starts_anew_under_the_same_name_counts_from_0(
        self, log: WorkLog, clock: ManualClock
    ) -> None:
        await log.report(told(done=3))
        again = clock.advance(1)
        await log.report(replace(told(done=2), started_at=again))
        await log.report(replace(told(done=6), started_at=again))
        assert plain(await log.totals(), done=9)

    @scenario
    async def test_who_is_silent_is_no_longer_listed(
        self, log: WorkLog, clock: ManualClock
    ) -> None:
        await log.report(told("silent", done=3))
        clock.set(Instant(clock.now() + log.LATELY - 1))
        await log.report(told("other"))
        assert [one.owner for one in await log.workers()] == ["other", "silent"]
        clock.set(Instant(clock.now() + 1))
        assert [one.owner for one in await log.workers()] == ["other"]
        await log.report(told("silent", done=5))  # it was asleep
        assert [one.owner for one in await log.workers()] == ["other", "silent"]
        assert plain(await log.totals(), done=5)

    @scenario
    async def test_who_is_forgotten_stays_counted(self, log: WorkLog, clock: ManualClock) -> None:
        await log.report(told("gone", done=3))
        clock.set(Instant(clock.now() + log.FORGOTTEN))
        await log.report(told("here", done=1))
        clock.set(Instant(clock.now() - 10 * SECOND))
        assert [one.owner for one in await log.workers()] == ["here"]
        assert plain(await log.totals(), done=4)

    @scenario
    async def test_names_are_their_code_points(self, log: WorkLog) -> None:
        owners = ["A", "a", "a ", "e\u0301", "é", "用户"]
        for owner in owners:
            await log.report(told(owner, done=1))
        assert [one.owner for one in await log.workers()] == sorted(owners)
        assert plain(await log.totals(), done=len(owners))
