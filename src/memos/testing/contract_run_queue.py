"""The contract suite of run-queues: subclass `RunQueueContract`, override `queue` and `let_pass`.

A run-queue may lose, double or shuffle entries when something fails; here nothing does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from memos.contracts.run_queue import Delivery, RunQueue
from memos.model.task import Lane, Lease, Priority, Task
from memos.testing.scenario import scenario

IDLE = 300_000  # microseconds after which an entry is swept
LONG = 20.0  # seconds that no test waits to the end
SHORT = 0.2  # seconds that some do


class RunQueueContract:
    """Urgent first, nothing starves, one worker each, and nothing stays behind."""

    @pytest.fixture
    def queue(self) -> RunQueue:
        """A fresh, empty run-queue; not yet open."""
        raise NotImplementedError("override the fixture `queue`: a fresh RunQueue")

    async def let_pass(self, us: int) -> None:
        """Lets that many microseconds pass, by the clock with which `queue` sweeps."""
        raise NotImplementedError(f"override `let_pass`: the clock of the queue moves by {us} us")

    # What is received

    @scenario
    async def test_an_entry_is_a_lease_and_its_class(self, queue: RunQueue) -> None:
        await queue.send([_task(7, Priority.BULK, epoch=3)])
        (received,) = await queue.receive("me", 10)
        assert (received.lease, received.priority) == (Lease(7, 3), Priority.BULK)
        assert received.token

    @scenario
    async def test_the_largest_lease_arrives_whole(self, queue: RunQueue) -> None:
        await queue.send([_task(10**18 - 1, epoch=10**18 - 2)])
        (received,) = await queue.receive("me", 1)
        assert received.lease == Lease(10**18 - 1, 10**18 - 2)

    @scenario
    async def test_an_empty_queue_gives_nothing(self, queue: RunQueue) -> None:
        assert await queue.receive("me", 10) == []
        await queue.send([])
        assert await queue.receive("me", 10) == []
        assert await queue.depth() == 0

    @scenario
    async def test_one_class_goes_in_the_order_in_which_it_came(self, queue: RunQueue) -> None:
        await queue.send([_task(5), _task(2)])
        await queue.send([_task(9)])
        assert _ids(await queue.receive("me", 10)) == [5, 2, 9]

    @scenario
    async def test_the_limit_cuts(self, queue: RunQueue) -> None:
        await queue.send([_task(n) for n in range(1, 6)])
        assert _ids(await queue.receive("me", 2)) == [1, 2]
        assert _ids(await queue.receive("me", 10)) == [3, 4, 5]

    @scenario
    async def test_a_limit_of_nothing_takes_nothing(self, queue: RunQueue) -> None:
        await queue.send([_task(1)])
        for limit in (0, -1):
            assert await queue.receive("me", limit, wait=LONG) == []
        assert _ids(await queue.receive("you", 1)) == [1]

    @scenario
    async def test_a_task_may_come_twice(self, queue: RunQueue) -> None:
        await queue.send([_task(1), _task(1)])
        await queue.send([_task(1, epoch=2)])
        received = await queue.receive("me", 10)
        assert sorted(one.lease for one in received) == [Lease(1, 1), Lease(1, 1), Lease(1, 2)]
        assert len({one.token for one in received}) == 3

    # Classes

    @scenario
    async def test_urgent_classes_go_first(self, queue: RunQueue) -> None:
        await queue.send([_task(3, Priority.BULK), _task(2), _task(1, Priority.INTERACTIVE)])
        await queue.send([_task(6, Priority.BULK), _task(5), _task(4, Priority.INTERACTIVE)])
        assert _ids(await queue.receive("me", 3)) == [1, 4, 2]
        assert _ids(await queue.receive("me", 10)) == [5, 3, 6]

    @pytest.mark.parametrize("limit", [1, 2, 5])
    @scenario
    async def test_no_class_starves(self, queue: RunQueue, limit: int) -> None:
        calls = 3 * queue.TURNS
        await queue.send([_task(n, p) for p in Priority for n in range(1, limit * calls + 1)])
        served = [{d.priority for d in await queue.receive("me", limit)} for _ in range(calls)]
        for first in range(calls - queue.TURNS + 1):
            turns = served[first : first + queue.TURNS]
            assert set.union(*turns) == set(Priority)
            urgent = sum(Priority.INTERACTIVE in classes for classes in turns)
            assert urgent >= queue.TURNS // 2

    @scenario
    async def test_turns_are_those_of_one_worker(self, queue: RunQueue) -> None:
        calls, workers = queue.TURNS, ("me", "you", "they")
        await queue.send([_task(n, p) for p in Priority for n in range(1, 3 * calls + 1)])
        served: dict[str, set[Priority]] = {worker: set() for worker in workers}
        for _ in range(calls):
            for worker in workers:
                served[worker] |= {d.priority for d in await queue.receive(worker, 1)}
        assert served == {worker: set(Priority) for worker in workers}

    # One worker each

    @scenario
    async def test_a_received_entry_is_not_received_again(self, queue: RunQueue) -> None:
        await queue.send([_task(1), _task(2)])
        assert _ids(await queue.receive("me", 1)) == [1]
        assert _ids(await queue.receive("you", 10)) == [2]
        assert await queue.receive("me", 10) == []
        assert await queue.receive("they", 10) == []

    @scenario
    async def test_workers_at_once_share_without_overlap(self, queue: RunQueue) -> None:
        await queue.send([_task(n, Priority(n % 3)) for n in range(1, 201)])

        async def work(worker: str) -> list[int]:
            mine: list[int] = []
            while received := await queue.receive(worker, 7):
                mine += _ids(received)
                await queue.done(received)
            return mine

        shares = await asyncio.gather(*(work(f"worker {n}") for n in range(5)))
        assert sorted(task_id for share in shares for task_id in share) == list(range(1, 201))
        assert await queue.depth() == 0

    # Done, and depth

    @scenario
    async def test_what_is_done_leaves_nothing(self, queue: RunQueue) -> None:
        await queue.send([_task(n, p) for p in Priority for n in range(1, 4)])
        assert (await queue.depth(), await queue.waiting()) == (9, 9)
        some = await queue.receive("me", 4)
        assert (await queue.depth(), await queue.waiting()) == (9, 5)
        received = [*some, *await queue.receive("me", 10)]
        assert (await queue.depth(), await queue.waiting()) == (9, 0)
        await queue.done(received[:4])
        assert (await queue.depth(), await queue.waiting()) == (5, 0)
        await queue.done(received[4:])
        assert await queue.depth() == 0
        assert await queue.receive("me", 10) == []

    @scenario
    async def test_done_twice_is_no_error(self, queue: RunQueue) -> None:
        await queue.send([_task(1), _task(2)])
        received = await queue.receive("me", 1)
        for deliveries in (received, received, received * 2, []):
            await queue.done(deliveries)
        assert await queue.depth() == 1
        assert _ids(await queue.receive("me", 10)) == [2]

    # Sweeping

    @scenario
    async def test_a_sweep_forgets_what_was_received_long_ago(self, queue: RunQueue) -> None:
        await queue.send([_task(n, p) for n, p in enumerate(Priority, start=1)])
        old = await queue.receive("me", 10)
        await queue.send([_task(4), _task(5)])
        await self.let_pass(IDLE + 1000)
        young = await queue.receive("you", 1)
        assert await queue.sweep(IDLE) == len(old) == 3
        assert await queue.depth() == 2
        assert await queue.sweep(IDLE) == 0
        await queue.done(old)
        assert _ids(await queue.receive("me", 10)) == [5]
        await queue.done(young)
        assert await queue.depth() == 1

    @scenario
    async def test_a_sweep_leaves_what_nobody_received(self, queue: RunQueue) -> None:
        await queue.send([_task(1), _task(2, Priority.BULK)])
        await self.let_pass(IDLE + 1000)
        assert await queue.sweep(IDLE) == 0
        assert await queue.depth() == 2
        assert _ids(await queue.receive("me", 10)) == [1, 2]

    @scenario
    async def test_a_sweep_of_nothing(self, queue: RunQueue) -> None:
        assert await queue.sweep(IDLE) == 0
        assert await queue.depth() == 0

    @scenario
    async def test_a_sweep_of_very_many(self, queue: RunQueue) -> None:
        await queue.send([_task(n) for n in range(1, 1001)])
        assert len(await queue.receive("me", 1000)) == 1000
        await self.let_pass(IDLE + 1000)
        assert await queue.sweep(IDLE) == 1000
        assert await queue.depth() == 0

    @scenario
    async def test_a_worker_that_was_forgotten_works_again(self, queue: RunQueue) -> None:
        await queue.send([_task(1)])
        await queue.done(await queue.receive("me", 1))
        await self.let_pass(IDLE + 1000)
        assert await queue.sweep(IDLE) == 0
        await queue.send([_task(2)])
        received = await queue.receive("me", 1)
        assert _ids(received) == [2]
        await queue.done(received)
        assert await queue.depth() == 0

    # Waiting

    @scenario
    async def test_waiting_ends_when_something_comes(self, queue: RunQueue) -> None:
        for priority in Priority:
            waiting = asyncio.create_task(queue.receive("me", 10, wait=LONG))
            await asyncio.sleep(0.05)
            assert not waiting.done()
            began = time.monotonic()
            await queue.send([_task(1, priority)])
            (received,) = await waiting
            assert (received.lease, received.priority) == (Lease(1, 1), priority)
            assert time.monotonic() - began < LONG / 4
            await queue.done([received])
        assert await queue.depth() == 0

    @scenario
    async def test_waiting_for_nothing_ends_in_time(self, queue: RunQueue) -> None:
        began = time.monotonic()
        assert await queue.receive("me", 10, wait=SHORT) == []
        assert 0.9 * SHORT <= time.monotonic() - began < LONG / 4

    @scenario
    async def test_nobody_waits_for_what_is_there(self, queue: RunQueue) -> None:
        await queue.send([_task(1, Priority.BULK)])
        began = time.monotonic()
        assert _ids(await queue.receive("me", 10, wait=LONG)) == [1]
        assert time.monotonic() - began < LONG / 4

    @scenario
    async def test_of_two_who_wait_one_receives(self, queue: RunQueue) -> None:
        waiting = [asyncio.create_task(queue.receive(f"{n}", 1, wait=LONG)) for n in range(2)]
        await asyncio.sleep(0.05)
        await queue.send([_task(1)])
        ready, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert [_ids(one.result()) for one in ready] == [[1]]
        await queue.send([_task(2)])
        assert [_ids(await one) for one in others] == [[2]]

    @pytest.mark.parametrize("limit", [1, 2, 4])
    @scenario
    async def test_who_waits_receives_no_more_than_the_limit(
        self, queue: RunQueue, limit: int
    ) -> None:
        waiting = asyncio.create_task(queue.receive("me", limit, wait=LONG))
        await asyncio.sleep(0.05)
        await queue.send([_task(3 * n + p, p) for p in Priority for n in range(1, 6)])
        first = await waiting
        assert 1 <= len(first) <= limit
        others = await queue.receive("me", 100)
        assert sorted(_ids([*first, *others])) == sorted(range(3, 18))


def _task(task_id: int, priority: Priority = Priority.NORMAL, epoch: int = 1) -> Task:
    """A claimed task."""
    return Task(
        kind="test",
        tenant="acme",
        cube_id="user:ann",
        subject=str(task_id),
        lane=Lane.PROJECT,
        priority=priority,
        id=task_id,
        epoch=epoch,
    )


def _ids(deliveries: Sequence[Delivery]) -> list[int]:
    return [one.lease.task_id for one in deliveries]
