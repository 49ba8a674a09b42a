from __future__ import annotations

import threading

import pytest

from memos.contracts.run_queue import RunQueue
from memos.model.time import SECOND
from memos.storage.queues.memory_queue import MemoryRunQueue
from memos.testing.clock import ManualClock
from memos.testing.contract_run_queue import RunQueueContract


class TestMemoryRunQueue(RunQueueContract):
    @pytest.fixture
    def queue(self) -> RunQueue:
        self.clock = ManualClock()
        return MemoryRunQueue(self.clock)

    async def let_pass(self, us: int) -> None:
        self.clock.advance(us / SECOND)


def test_it_waits_without_an_event_loop():
    queue = MemoryRunQueue(ManualClock())
    assert not queue.needs_loop
    ended = threading.Event()

    def wait():
        with pytest.raises(StopIteration):
            queue.receive("me", 1, wait=0.05).send(None)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(10)
    assert ended.is_set()


def test_a_worker_that_is_away_is_forgotten():
    clock = ManualClock()
    queue = MemoryRunQueue(clock)

    def run(coroutine):
        with pytest.raises(StopIteration):
            coroutine.send(None)

    run(queue.receive("me", 1))
    clock.advance(60)
    run(queue.sweep(30 * SECOND))
    assert not queue._seen
    assert not queue._turns._calls
