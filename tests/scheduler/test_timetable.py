# Size: one desk, and all that can happen to a job at it.
from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from memos.contracts.job_book import JobBook
from memos.errors import Conflict, InvalidInput, StorageBusy
from memos.model.job import MOST_DECISIONS, Budget, Decision, JobState
from memos.model.time import SECOND, Instant
from memos.scheduler.job_run import Allowance, Job
from memos.scheduler.timetable import LEASE, MOST_LOST, Timetable
from memos.storage.queues.job_book_memory import MemoryJobBook
from memos.testing.clock import ManualClock

HOUR = 3600.0
PLENTY = Budget(seconds=600.0, items=1000, money=1.0)
SHORT = 0.01  # seconds: long enough for others to have their turn


@dataclass
class Desk:
    """A book with jobs that work off a list of things, and what was done to them."""

    clock: ManualClock = field(default_factory=ManualClock)
    things: list[str] = field(default_factory=lambda: [f"{n}" for n in range(10)])
    done: list[str] = field(default_factory=list)
    seconds: float = 0.0  # that the monotonic clock shows
    money: float = 0.0  # that each thing costs
    book: JobBook = field(init=False)

    def __post_init__(self) -> None:
        self.book = MemoryJobBook(self.clock)

    async def clean(self, allowance: Allowance) -> AsyncGenerator[Decision, None]:
        for thing in [one for one in self.things if one not in self.done]:
            if not allowance.left:
                return
            allowance.spend(money=self.money)
            self.seconds += 1.0
            if not allowance.dry:
                self.done.append(thing)
            allowance.mark = thing
            yield Decision(thing, "clean")

    def job(self, name: str = "clean", **fields) -> Job:
        wanted = {"every": HOUR, "jitter": 0.25, "budget": PLENTY, "run": self.clean, **fields}
        return Job(name, "Cleans.", **wanted)

    def timetable(self, *jobs: Job, owner: str = "me", lease_us: int = LEASE) -> Timetable:
        return Timetable(
            self.book,
            jobs or [self.job()],
            self.clock,
            Random(0),
            owner=owner,
            lease_us=lease_us,
            monotonic=lambda: self.seconds,
        )

    async def state(self, name: str = "clean") -> JobState:
        (state,) = await self.book.states([name])
        return state


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def until(true: Callable[[], object]) -> None:
    """Waits in small steps; the test's own timeout is the end."""
    while not true():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.001)


def test_jobs_run_when_they_are_due(desk):
    async def play() -> None:
        timetable = desk.timetable()
        assert await timetable.work() == 0  # now it is planned
        assert desk.done == []
        desk.clock.set((await desk.state()).next_at)
        assert await timetable.work() == 1
        assert desk.done == desk.things
        assert await timetable.work() == 0
        last = (await desk.state()).last
        assert (last.items, last.decided, last.finished, last.mark) == (10, 10, True, None)
        assert last.decisions == tuple(Decision(one, "clean") for one in desk.things)
        assert (last.started_at, last.ended_at) == (desk.clock.now(), desk.clock.now())

    asyncio.run(play())


def test_the_next_run_lies_within_the_jitter(desk):
    async def play() -> list[float]:
        timetable = desk.timetable()
        spans = []
        for _ in range(50):
            await timetable.run("clean")
            spans.append(((await desk.state()).next_at - desk.clock.now()) / SECOND / HOUR)
        return spans

    spans = asyncio.run(play())
    assert 0.75 <= min(spans) < 0.85
    assert 1.15 < max(spans) <= 1.25
    assert asyncio.run(play()) == spans  # the same seed, the same spans


def test_in_the_background(desk):
    async def play() -> None:
        timetable = desk.timetable()
        timetable.start()
        timetable.start()
        await asyncio.sleep(SHORT)
        assert desk.done == []
        desk.clock.advance(2 * HOUR)
        timetable.wake()
        await until(lambda: len(desk.done) == 10)
        await timetable.stop()
        desk.things.append("more")
        desk.clock.advance(2 * HOUR)
        timetable.wake()
        await asyncio.sleep(SHORT)
        assert len(desk.done) == 10
        timetable.start()
        await until(lambda: "more" in desk.done)
        await timetable.stop()

    asyncio.run(play())


def test_it_sleeps_until_something_is_due(desk):
    looks = []

    class Counting(MemoryJobBook):
        async def states(self, names):
            looks.append(names)
            return await super().states(names)

    async def play() -> None:
        desk.book = Counting(desk.clock)
        timetable = desk.timetable()
        timetable.start()
        await asyncio.sleep(0.05)
        await timetable.stop()

    asyncio.run(play())
    assert len(looks) <= 2


def test_of_two_timetables_one_runs(desk):
    begun = []

    async def slow(allowance: Allowance) -> AsyncGenerator[Decision, None]:
        begun.append(allowance)
        await asyncio.sleep(SHORT)
        yield Decision("x", "clean")

    async def play() -> None:
        job = desk.job(run=slow)
        tables = [desk.timetable(job, owner=name) for name in ("one", "two")]
        await desk.book.plan("clean", desk.clock.now())
        assert sorted(await asyncio.gather(*(one.work() for one in tables))) == [0, 1]
        both = await asyncio.gather(*(one.run("clean") for one in tables), return_exceptions=True)
        assert [type(one).__name__ for one in both] == ["JobResult", "Conflict"]
        assert len(begun) == 2

    asyncio.run(play())


def test_by_hand_and_in_the_background_at_once(desk):
    async def slow(_: Allowance) -> AsyncGenerator[Decision, None]:
        await asyncio.sleep(SHORT)
        yield Decision("x", "clean")

    async def play() -> None:
        timetable = desk.timetable(desk.job(run=slow))
        await desk.book.plan("clean", desk.clock.now())
        working = asyncio.ensure_future(timetable.work())
        await asyncio.sleep(0)
        with pytest.raises(Conflict, match="running already"):
            await timetable.run("clean")
        (state,) = await timetable.states()
        assert (state.running, state.owner, state.help, state.every) == (
            True,
            "me",
            "Cleans.",
            HOUR,
        )
        assert await working == 1

    asyncio.run(play())


def test_one_job_does_not_wait_for_another(desk):
    gate = asyncio.Event()

    async def slow(_: Allowance) -> AsyncGenerator[Decision, None]:
        await gate.wait()
        yield Decision("x", "wait")

    async def play() -> None:
        timetable = desk.timetable(desk.job("slow", run=slow), desk.job())
        for name in ("slow", "clean"):
            await desk.book.plan(name, desk.clock.now())
        timetable.start()
        await until(lambda: len(desk.done) == 10)
        assert (await desk.state("slow")).running
        gate.set()
        await timetable.stop()
        assert (await desk.state("slow")).last.finished

    asyncio.run(play())


def test_a_lost_lease_ends_the_run_and_writes_nothing(desk):
    broken = []

    async def hang(_: Allowance) -> AsyncGenerator[Decision, None]:
        try:
            await asyncio.sleep(60)
        finally:
            broken.append(True)
        yield Decision("x", "clean")

    async def play() -> None:
        short = desk.timetable(desk.job(run=hang), owner="slow", lease_us=SECOND // 100)
        running = asyncio.ensure_future(short.run("clean"))
        await asyncio.sleep(0)
        desk.clock.advance(1)
        assert await desk.book.take("clean", "fast", LEASE, due_only=False) is not None
        with pytest.raises(Conflict, match="lost"):
            await running
        assert broken == [True]
        assert await desk.state() == JobState("clean", running=True, owner="fast")

    asyncio.run(play())


def test_heartbeats_keep_the_lease(desk):
    """Between two of them the clock moves by less than a lease, in all by several."""

    async def slow(_: Allowance) -> AsyncGenerator[Decision, None]:
        for n in range(4):
            desk.clock.advance(0.02)
            await asyncio.sleep(0.02)
            yield Decision(f"{n}", "wait")

    async def play() -> None:
        timetable = desk.timetable(desk.job(run=slow), lease_us=SECOND * 3 // 100)
        assert (await timetable.run("clean")).finished

    asyncio.run(play())


@pytest.mark.parametrize(
    ("budget", "money", "items"),
    [
        (replace(PLENTY, items=3), 0.0, 3),
        (replace(PLENTY, seconds=4.0), 0.0, 4),
        (replace(PLENTY, money=0.5), 0.25, 2),
        (replace(PLENTY, money=0.0), 0.25, 1),
        (replace(PLENTY, items=0), 0.0, 0),
        (replace(PLENTY, money=0.0), 0.0, 10),
        (replace(PLENTY, items=10), 0.0, 10),
    ],
    ids=["items", "seconds", "money", "no money", "nothing", "free", "just enough"],
)
def test_a_budget_ends_a_run(desk, budget, money, items):
    async def play() -> None:
        desk.money = money
        timetable = desk.timetable(desk.job(budget=budget))
        result = await timetable.run("clean")
        assert (result.items, result.money) == (items, items * money)
        assert result.finished == (items == 10)
        assert desk.done == desk.things[:items]
        assert result.mark == (desk.things[items - 1] if 0 < items < 10 else None)
        assert (await desk.state()).last == result

    asyncio.run(play())


def test_the_next_run_goes_on_from_the_mark(desk):
    marks = []

    async def count(allowance: Allowance) -> AsyncGenerator[Decision, None]:
        marks.append(allowance.mark)
        for n in range(int(allowance.mark or 0), 5):
            if not allowance.left:
                return
            allowance.spend()
            allowance.mark = f"{n + 1}"
            yield Decision(f"{n}", "count")

    async def play() -> None:
        timetable = desk.timetable(desk.job(run=count, budget=replace(PLENTY, items=2)))
        results = [await timetable.run("clean") for _ in range(4)]
        assert [one.decided for one in results] == [2, 2, 1, 2]
        assert marks == [None, "2", "4", None]
        dry = await timetable.run("clean", dry=True)
        assert [one.subject for one in dry.decisions] == ["2", "3"]

    asyncio.run(play())


def test_a_dry_run_changes_nothing(desk):
    async def play() -> None:
        told: list[Decision] = []
        timetable = desk.timetable()
        before = await desk.state()
        result = await timetable.run("clean", dry=True, on_decision=told.append)
        assert (result.decided, result.finished) == (10, True)
        assert told == list(result.decisions)
        assert desk.done == []
        assert await desk.state() == before
        assert await desk.book.take("clean", "other", LEASE, due_only=False) is not None
        assert (await timetable.run("clean", dry=True)).decided == 10  # though another runs it

    asyncio.run(play())


@pytest.mark.parametrize("error", [StorageBusy("away"), LookupError("no such moon")], ids=repr)
def test_an_error_is_recorded_and_others_go_on(desk, caplog, error):
    async def fail(allowance: Allowance) -> AsyncGenerator[Decision, None]:
        allowance.spend()
        yield Decision("a", "clean")
        raise error

    async def play() -> None:
        timetable = desk.timetable(desk.job("bad", run=fail), desk.job())
        for name in ("bad", "clean"):
            await desk.book.plan(name, desk.clock.now())
        timetable.start()
        await until(lambda: len(desk.done) == 10)
        await timetable.stop()
        bad = await desk.state("bad")
        assert (bad.last.error, bad.last.finished) == (f"{type(error).__name__}: {error}", False)
        assert (bad.last.items, bad.last.decided, bad.running) == (1, 1, False)
        assert bad.next_at > desk.clock.now()

    with caplog.at_level(logging.WARNING, "memos.scheduler"):
        asyncio.run(play())
    assert [record.message for record in caplog.records] == [f"job bad failed: {error}"]


def test_a_book_out_of_reach_does_not_end_the_loop(desk, caplog):
    class Away(MemoryJobBook):
        away = True

        async def states(self, names):
            if self.away:
                raise StorageBusy("away")
            return await super().states(names)

    async def play() -> None:
        desk.book = Away(desk.clock)
        await desk.book.plan("clean", desk.clock.now())
        timetable = desk.timetable()
        timetable.start()
        await until(lambda: caplog.records)
        desk.book.away = False
        timetable.wake()
        await until(lambda: len(desk.done) == 10)
        await timetable.stop()

    asyncio.run(play())


@pytest.mark.parametrize("patient", [True, False])
def test_what_a_stop_ends_is_due_at_once(desk, patient):
    gate = asyncio.Event()

    async def slow(allowance: Allowance) -> AsyncGenerator[Decision, None]:
        for n in range(5):
            if not allowance.left:
                return
            allowance.spend()
            yield Decision(f"{n}", "wait")
            allowance.mark = f"{n}"
            await gate.wait()

    async def play() -> None:
        timetable = desk.timetable(desk.job(run=slow))
        await desk.book.plan("clean", desk.clock.now())
        timetable.start()
        await asyncio.sleep(SHORT)
        if patient:
            asyncio.get_running_loop().call_later(SHORT, gate.set)
        await timetable.stop(grace=5.0 if patient else 0.0)
        state = await desk.state()
        assert (state.running, state.next_at) == (False, desk.clock.now())
        assert (state.last.items, state.last.finished, state.last.mark) == (1, False, "0")

    asyncio.run(play())


def test_who_breaks_a_run_off_leaves_no_lease_behind(desk):
    async def hang(_: Allowance) -> AsyncGenerator[Decision, None]:
        yield Decision("a", "clean")
        await asyncio.sleep(60)

    async def play() -> None:
        timetable = desk.timetable(desk.job(run=hang))
        running = asyncio.ensure_future(timetable.run("clean"))
        await asyncio.sleep(SHORT)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        state = await desk.state()
        assert (state.running, state.last.decided, state.last.finished) == (False, 1, False)
        assert state.next_at > desk.clock.now()

    asyncio.run(play())


def test_who_listens_may_have_heard_enough(desk):
    def told(decision: Decision) -> None:
        if decision.subject == "3":
            raise BrokenPipeError

    async def play() -> None:
        timetable = desk.timetable()
        with pytest.raises(BrokenPipeError):
            await timetable.run("clean", on_decision=told)
        state = await desk.state()
        assert (state.running, state.last.finished, state.last.error) == (False, False, None)
        assert desk.done == desk.things[:4]

    asyncio.run(play())


def test_a_result_keeps_the_first_decisions(desk):
    async def play() -> None:
        desk.things = [f"{n}" for n in range(MOST_DECISIONS + 7)]
        told: list[Decision] = []
        result = await desk.timetable().run("clean", on_decision=told.append)
        assert (result.decided, len(told)) == (MOST_DECISIONS + 7, MOST_DECISIONS + 7)
        assert list(result.decisions) == told[:MOST_DECISIONS]

    asyncio.run(play())


def test_names_that_there_are(desk):
    async def play() -> None:
        timetable = desk.timetable()
        with pytest.raises(InvalidInput, match=r"name: got 'nope'; allowed: clean"):
            await timetable.run("nope")
        assert [state.name for state in await timetable.states()] == ["clean"]

    asyncio.run(play())


def test_a_clock_that_steps_back_keeps_the_plan(desk):
    async def play() -> None:
        timetable = desk.timetable()
        await desk.book.plan("clean", Instant(desk.clock.now() + SECOND))
        desk.clock.advance(-1000)
        assert await timetable.work() == 0
        desk.clock.advance(1001)
        assert await timetable.work() == 1

    asyncio.run(play())


def test_a_job_that_takes_its_runners_with_it_waits_for_its_next_turn(desk):
    async def play() -> None:
        await desk.book.plan("clean", desk.clock.now())
        for _ in range(MOST_LOST + 1):
            assert await desk.book.take("clean", "killed", LEASE) is not None
            desk.clock.advance(LEASE / SECOND)
        timetable = desk.timetable()
        assert await timetable.work() == 0
        (state,) = await timetable.states()
        assert state.last.error == "4 workers were never heard of again with it"
        assert state.next_at > desk.clock.now()
        assert desk.done == []
        assert (await timetable.run("clean")).finished  # by hand all the same

    asyncio.run(play())
