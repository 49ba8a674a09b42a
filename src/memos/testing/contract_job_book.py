"""The contract suite of job books: subclass `JobBookContract`, override `book` and `clock`."""

from __future__ import annotations

import pytest

from memos.contracts.job_book import JobBook
from memos.model.job import Decision, JobResult, JobState
from memos.model.time import SECOND, Instant
from memos.testing.clock import ManualClock
from memos.testing.scenario import scenario

LEASE = 10 * SECOND
START = ManualClock().now()
LATER = Instant(START + 3600 * SECOND)
RESULT = JobResult(
    started_at=START,
    ended_at=Instant(START + 1),
    items=3,
    money=0.25,
    finished=False,
    decided=2,
    decisions=(Decision("acme/用户", "repair", "1 missing"), Decision("a\u0301", "é'\"")),
    error="StorageBusy: é\nü",
    mark='["acme", "用户"]',
)


class JobBookContract:
    """One runner at a time, fenced, and nothing is skipped."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The clock of `book`; override only to share one with other fixtures."""
        return ManualClock()

    @pytest.fixture
    def book(self, clock: ManualClock) -> JobBook:
        """A fresh, empty job book that counts leases by `clock`; not yet open."""
        raise NotImplementedError(f"override the fixture `book`: a fresh JobBook by {clock}")

    @scenario
    async def test_what_nobody_knows_is_not_due(self, book: JobBook) -> None:
        assert await book.states(["b", "a"]) == [JobState("b"), JobState("a")]
        assert await book.states([]) == []
        assert await book.take("a", "me", LEASE) is None
        assert await book.states(["a"]) == [JobState("a")]

    @scenario
    async def test_a_plan_stands_once_it_is_made(self, book: JobBook) -> None:
        await book.plan("a", LATER)
        await book.plan("a", START)
        assert await book.states(["a"]) == [JobState("a", LATER)]

    @scenario
    async def test_a_job_is_taken_when_it_is_due(self, book: JobBook, clock: ManualClock) -> None:
        await book.plan("a", LATER)
        clock.set(Instant(LATER - 1))
        assert await book.take("a", "me", LEASE) is None
        clock.set(LATER)
        lease = await book.take("a", "me", LEASE)
        assert lease is not None
        assert (lease.name, lease.epoch, lease.last, lease.mark) == ("a", 1, None, None)
        assert await book.states(["a"]) == [JobState("a", LATER, running=True, owner="me")]

    @scenario
    async def test_by_hand_it_is_taken_at_any_time(self, book: JobBook) -> None:
        await book.plan("planned", LATER)
        for name in ("planned", "unknown"):
            assert await book.take(name, "me", LEASE, due_only=False) is not None

    @scenario
    async def test_there_is_one_runner(self, book: JobBook, clock: ManualClock) -> None:
        await book.plan("a", START)
        assert await book.take("a", "me", LEASE) is not None
        clock.set(Instant(START + LEASE - 1))
        for due_only in (True, False):
            assert await book.take("a", "you", LEASE, due_only=due_only) is None
            assert await book.take("a", "me", LEASE, due_only=due_only) is None

    @scenario
    async def test_names_are_their_code_points(self, book: JobBook) -> None:
        names = ["a", "A", "é", "e\u0301", "a "]
        for name in names:
            await book.plan(name, START)
        for name in names:
            assert await book.take(name, name, LEASE) is not None
        assert [state.owner for state in await book.states(names)] == names

    @scenario
    async def test_a_result_is_kept_and_the_next_run_planned(
        self, book: JobBook, clock: ManualClock
    ) -> None:
        lease = await book.take("a", "me", LEASE, due_only=False)
        assert lease is not None
        assert await book.finish(lease, RESULT, LATER)
        assert await book.states(["a"]) == [JobState("a", LATER, last=RESULT)]
        assert await book.take("a", "me", LEASE) is None
        clock.set(LATER)
        again = await book.take("a", "me", LEASE)
        assert again is not None
        assert (again.epoch, again.last, again.mark) == (2, RESULT, RESULT.mark)

    @scenario
    async def test_a_lease_that_ran_out_is_taken_under_a_higher_epoch(
        self, book: JobBook, clock: ManualClock
    ) -> None:
        await book.plan("a", START)
        slow = await book.take("a", "slow", LEASE)
        assert slow is not None
        clock.set(Instant(START + LEASE))
        assert await book.states(["a"]) == [JobState("a", START)]
        fast = await book.take("a", "fast", LEASE)
        assert fast is not None
        assert fast.epoch == slow.epoch + 1
        assert not await book.extend(slow, 1000 * SECOND)
        assert not await book.finish(slow, RESULT, LATER)
        running = JobState("a", START, running=True, owner="fast")
        assert await book.states(["a"]) == [running]
        assert await book.finish(fast, RESULT, LATER)

    @scenario
    async def test_a_lease_that_ran_out_is_lost_though_nobody_took_it(
        self, book: JobBook, clock: ManualClock
    ) -> None:
        lease = await book.take("a", "me", LEASE, due_only=False)
        assert lease is not None
        clock.set(Instant(START + LEASE))
        assert not await book.extend(lease, LEASE)
        assert not await book.finish(lease, RESULT, LATER)
        assert await book.states(["a"]) == [JobState("a")]

    @scenario
    async def test_heartbeats_keep_the_lease(self, book: JobBook, clock: ManualClock) -> None:
        lease = await book.take("a", "me", LEASE, due_only=False)
        assert lease is not None
        for _ in range(3):
            clock.advance(8)
            assert await book.extend(lease, LEASE)
            assert await book.take("a", "you", LEASE, due_only=False) is None
        assert await book.finish(lease, RESULT, LATER)

    @scenario
    async def test_runners_that_were_never_heard_of_again_are_counted(
        self, book: JobBook, clock: ManualClock
    ) -> None:
        await book.plan("a", START)
        for lost in range(3):
            lease = await book.take("a", "me", LEASE)
            assert lease is not None
            assert lease.lost == lost
            clock.advance(LEASE / SECOND)
        last = await book.take("a", "me", LEASE)
        assert last is not None
        assert await book.finish(last, RESULT, START)
        fresh = await book.take("a", "me", LEASE)
        assert fresh is not None
        assert fresh.lost == 0

    @scenario
    async def test_what_is_finished_is_over(self, book: JobBook) -> None:
        lease = await book.take("a", "me", LEASE, due_only=False)
        assert lease is not None
        assert await book.finish(lease, RESULT, LATER)
        assert not await book.finish(lease, RESULT, START)
        assert not await book.extend(lease, LEASE)
        assert await book.states(["a"]) == [JobState("a", LATER, last=RESULT)]
