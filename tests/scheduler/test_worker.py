from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from memos.contracts.outbox import Outbox
from memos.model.scope import SystemScope
from memos.model.task import Lane, Task, TaskState
from memos.model.time import SECOND, SystemClock
from memos.scheduler import worker as worker_module
from memos.scheduler.feed import Direct, Relayed
from memos.scheduler.retry import MOST_LOST, MOST_TRIES
from memos.scheduler.worker import Handler, Worker
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.queues.memory_queue import MemoryRunQueue
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.sqlite.database import Database
from memos.testing.clock import ManualClock

EVERYTHING = SystemScope()
FEEDS = ["direct", "relayed"]


@dataclass
class Desk:
    """An outbox with a worker, and what its handlers did."""

    outbox: Outbox
    relayed: bool
    clock: ManualClock | SystemClock
    did: list[str] = field(default_factory=list)
    queue: MemoryRunQueue | None = None

    def worker(
        self, run: Callable[[Task], Awaitable[None]] | None = None, limit: float = 5.0, **more
    ) -> Worker:
        async def note(task: Task) -> None:
            self.did.append(task.subject)

        handlers = {"work": Handler(run or note, limit)}
        if self.relayed:
            self.queue = self.queue or MemoryRunQueue(self.clock)
            feed = Relayed(self.outbox, self.queue, "w", ["work"])
        else:
            feed = Direct(self.outbox, "w", ["work"])
        return Worker(self.outbox, feed, handlers, self.clock, owner="w", random=Random(0), **more)


@pytest.fixture(params=FEEDS)
def desk(request) -> Desk:
    clock = ManualClock()
    return Desk(MemoryOutbox(clock), request.param == "relayed", clock)


def task(subject: str, **fields) -> Task:
    return Task("work", "acme", "user:ann", subject, Lane.LEARN, **fields)


def test_it_works_off_what_is_there(desk):
    async def play() -> None:
        worker = desk.worker()
        await desk.outbox.enqueue([task(f"{n}") for n in range(200)])
        await worker.drain(5)
        assert sorted(desk.did, key=int) == [f"{n}" for n in range(200)]
        assert worker.counts["done"] == 200
        assert (await desk.outbox.backlog(EVERYTHING)).open == 0
        if desk.queue is not None:
            assert await desk.queue.depth() == 0

    asyncio.run(play())


def test_tasks_of_one_key_keep_their_order(desk):
    did = []

    async def slow(one: Task) -> None:
        await asyncio.sleep(0)
        did.append(one.payload["n"])

    async def play() -> None:
        kinds = [Task("work", "acme", "c", "s", Lane.LEARN, payload={"n": n}) for n in range(5)]
        worker = desk.worker(slow)
        for each in kinds:  # equal ones coalesce while they wait, so one is running
            await desk.outbox.enqueue([each])
            await worker.work()
        await worker.drain(5)
        assert did == sorted(did)

    asyncio.run(play())


def test_a_failure_is_tried_again_and_buried_in_the_end(desk):
    async def fail(_: Task) -> None:
        raise LookupError("no such moon")

    async def play() -> None:
        worker = desk.worker(fail)
        await desk.outbox.enqueue([task("a")])
        for _ in range(MOST_TRIES):
            assert await worker.work() == 1
            assert await worker.work() == 0  # not due yet
            desk.clock.advance(120)
        (dead,) = await desk.outbox.dead(EVERYTHING, 9)
        assert dead.error == "LookupError: no such moon"
        assert dead.tries == MOST_TRIES
        assert worker.counts == {"failed": MOST_TRIES - 1, "buried": 1}

    asyncio.run(play())


def test_what_takes_too_long_has_failed(desk):
    async def hang(_: Task) -> None:
        await asyncio.sleep(60)

    async def play() -> None:
        worker = desk.worker(hang, limit=0.01)
        await desk.outbox.enqueue([task("a")])
        await worker.work()
        (left,) = await desk.outbox.claim("me", 9, SECOND) or [None]
        assert left is None
        desk.clock.advance(1)
        (left,) = await desk.outbox.claim("me", 9, SECOND)
        assert left.error == "took longer than 0.01 s"

    asyncio.run(play())


def test_a_suspect_runs_alone_and_is_buried_after_enough_workers(desk):
    running: set[str] = set()
    together: list[set[str]] = []

    async def watch(one: Task) -> None:
        running.add(one.subject)
        await asyncio.sleep(0.001)
        together.append(set(running))
        running.discard(one.subject)

    async def lose(subjects: int, times: int) -> None:
        for _ in range(times):
            assert len(await desk.outbox.claim("gone", subjects, SECOND)) == subjects
            desk.clock.advance(2)

    async def play() -> None:
        worker = desk.worker(watch)
        await desk.outbox.enqueue([task("a"), task("b")])
        await lose(2, 1)
        await desk.outbox.enqueue([task(f"{n}") for n in range(5)])
        await worker.drain(5)
        assert len(running) == 0
        assert {"a"} in together
        assert {"b"} in together
        assert not any({"a", "b"} & seen and len(seen) > 1 for seen in together)
        await desk.outbox.enqueue([task("killer")])
        await lose(1, MOST_LOST)
        await worker.drain(5)
        (dead,) = await desk.outbox.dead(EVERYTHING, 9)
        assert dead.subject == "killer"
        assert f"{MOST_LOST} workers" in dead.error

    asyncio.run(play())


def test_a_lost_lease_stops_the_handler(desk):
    ended: list[str] = []

    async def wait(_: Task) -> None:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            ended.append("stopped")
            raise

    async def play() -> None:
        worker = desk.worker(wait, lease_us=SECOND // 20)
        await desk.outbox.enqueue([task("a")])
        worker.start()
        await asyncio.sleep(0.01)
        (running,) = worker.running
        await desk.outbox.cancel(EVERYTHING, [running.id], "not now")
        for _ in range(100):
            if ended:
                break
            await asyncio.sleep(0.01)
        await worker.stop()
        assert ended == ["stopped"]
        assert worker.counts["lost"] == 1

    asyncio.run(play())


def test_stopping_gives_back_what_does_not_end(desk):
    async def wait(one: Task) -> None:
        await asyncio.sleep(0.01 if one.subject == "quick" else 60)
        desk.did.append(one.subject)

    async def play() -> None:
        worker = desk.worker(wait, limit=100)
        await desk.outbox.enqueue([task("quick"), task("slow")])
        worker.start()
        await asyncio.sleep(0.005)
        await worker.stop(grace=0.1)
        assert desk.did == ["quick"]
        (left,) = await desk.outbox.claim("me", 9, SECOND)
        assert (left.subject, left.tries, left.lost) == ("slow", 1, 0)
        assert worker.counts["done"] == 1
        if desk.queue is not None:
            assert await desk.queue.depth() == 0

    asyncio.run(play())


def test_a_store_out_of_reach_stops_nothing(desk, monkeypatch, caplog):
    monkeypatch.setattr(worker_module, "IDLE", 0.01)

    async def play() -> None:
        worker = desk.worker()
        claim, broken = desk.outbox.loads, [3]

        async def loads(*args, **more):
            if broken[0]:
                broken[0] -= 1
                raise RuntimeError("a bug, say")
            return await claim(*args, **more)

        monkeypatch.setattr(desk.outbox, "loads", loads)
        await desk.outbox.enqueue([task("a")])
        worker.start()
        await asyncio.sleep(0.2)
        await worker.stop()
        assert desk.did == ["a"]

    asyncio.run(play())
    assert "a bug, say" in caplog.text


def test_what_cannot_be_completed_waits_for_the_next_look(desk, monkeypatch, caplog):
    monkeypatch.setattr(worker_module, "IDLE", 3600.0)
    asked = []

    async def complete(tasks: object) -> None:
        asked.append(tasks)
        raise RuntimeError("no disk, say")

    async def play() -> None:
        worker = desk.worker()
        monkeypatch.setattr(desk.outbox, "complete", complete)
        await desk.outbox.enqueue([task("a")])
        worker.start()
        for _ in range(500):  # turns of the loop: a worker that does not wait takes them all
            await asyncio.sleep(0)
        monkeypatch.undo()
        await worker.stop()

    asyncio.run(play())
    assert desk.did == ["a"]
    assert 1 <= len(asked) < 5
    assert "no disk, say" in caplog.text


@pytest.mark.parametrize("relayed", [False, True], ids=FEEDS)
def test_another_process_is_noticed(tmp_path, relayed, monkeypatch):
    """Nothing wakes this worker but the file: it need not wait for its next look."""
    monkeypatch.setattr(worker_module, "IDLE", 3600)

    async def play() -> None:
        clock = SystemClock()
        mine, theirs = (SqliteOutbox(Database(tmp_path / "a.db"), clock) for _ in range(2))
        await mine.open()
        await theirs.open()
        desk = Desk(mine, relayed, clock)
        worker = desk.worker()
        worker.start()
        await asyncio.sleep(0.1)
        for n in range(3):
            await theirs.enqueue([task(f"{n}")])
            for _ in range(1000):
                if len(desk.did) > n:
                    break
                await asyncio.sleep(0.01)
            assert len(desk.did) == n + 1
        await worker.stop()
        assert await theirs.task(EVERYTHING, 1) is None
        await mine.close()
        await theirs.close()

    asyncio.run(play())


def test_a_doubled_or_stale_entry_has_no_effect():
    async def play() -> None:
        desk = Desk(MemoryOutbox(ManualClock()), True, ManualClock())
        worker = desk.worker()
        await desk.outbox.enqueue([task("a"), task("b")])
        a, b = await desk.outbox.claim("relay", 9, 1000 * SECOND, begin=False)
        await desk.queue.send([a, a, b])
        await desk.outbox.cancel(EVERYTHING, [b.id], "no")
        while await desk.queue.depth():
            await worker.work()
        assert desk.did == ["a"]
        (dead,) = await desk.outbox.dead(EVERYTHING, 9)
        assert dead.state is TaskState.DEAD

    asyncio.run(play())
