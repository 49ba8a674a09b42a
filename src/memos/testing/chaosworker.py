"""A worker process that chaos tests kill: ``python -m memos.testing.chaosworker FILE QUEUE``.

Each task's effect is one memory, committed together with the completion of its lease; its text
says which task it came from, so that the records tell afterwards what happened, and in which order.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from memos.contracts.run_queue import RunQueue
from memos.errors import Conflict
from memos.model.changes import ChangeSet
from memos.model.ids import uuid7
from memos.model.memory import Kind, Memory
from memos.model.scope import WriteScope
from memos.model.task import Lane, Priority, Task
from memos.model.time import SECOND, SystemClock
from memos.registry import build
from memos.scheduler.feed import Direct, Feed, Relayed
from memos.scheduler.worker import Handler, Worker
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.records.sqlite import SqliteRecords
from memos.storage.segments.cache import Segments
from memos.storage.sqlite.database import Database

DIRECT = "outbox"  # in place of the URL of a run-queue
LEASE = 2 * SECOND  # short, so that a test need not wait long for what died
KILLS, HANGS, FAILS = "kills", "hangs", "fails"  # kinds of tasks that do no good


class Stores:
    """Records and outbox over one file, as every process of the test opens them."""

    def __init__(self, file: Path) -> None:
        self.clock = SystemClock()
        self.database = Database(file, "normal")  # processes die here, the machine does not
        self.records = SqliteRecords(self.database, Segments(self.database, room=16 << 20))
        self.outbox = SqliteOutbox(self.database, self.clock)


def appending(tenant: str, cube: str, number: int, priority: Priority) -> Task:
    """A task that appends its number to a cube; one kind each, so that none coalesce."""
    return Task(kind_of(number), tenant, cube, "list", Lane.LEARN, priority)


def kind_of(number: int) -> str:
    """The kind of the task that appends `number`."""
    return f"append.{number}"


async def append(stores: Stores, task: Task) -> None:
    """Writes the memory and completes the task, both or none."""
    at = stores.clock.now()
    number = task.kind.partition(".")[2]
    memory = Memory(uuid7(), 1, Kind.FACT, number, task.cube_id, recorded_at=at)
    changes = ChangeSet(memories=(memory,), completes=(task.lease,), at=at)
    with contextlib.suppress(Conflict):  # the lease was lost, and so is this effect
        await stores.records.commit(WriteScope(task.tenant, task.cube_id, "worker"), changes)


def handlers(stores: Stores, numbers: int) -> dict[str, Handler]:
    """What runs each kind of task."""

    async def run(task: Task) -> None:
        await append(stores, task)

    async def kill(_: Task) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    async def hang(_: Task) -> None:
        await asyncio.sleep(3600)

    async def fail(_: Task) -> None:
        raise ArithmeticError("always")

    good = {kind_of(number): Handler(run) for number in range(numbers)}
    return {**good, KILLS: Handler(kill), HANGS: Handler(hang, limit=0.5), FAILS: Handler(fail)}


def feed(stores: Stores, queue: RunQueue | None, owner: str, kinds: Sequence[str]) -> Feed:
    """From the outbox itself, or through a run-queue."""
    if queue is None:
        return Direct(stores.outbox, owner, kinds, LEASE)
    return Relayed(stores.outbox, queue, owner, kinds, lease_us=LEASE, transit_us=LEASE)


async def work(file: Path, url: str, numbers: int) -> None:
    """Works until it is told to end, or dies."""
    stores = Stores(file)
    await stores.database.open()
    queue: RunQueue | None = None
    if url != DIRECT:
        queue = build("queue", url, {"url": lambda: url, "clock": lambda: stores.clock})
        await queue.open()
    owner = f"chaos:{os.getpid()}"
    served = handlers(stores, numbers)
    worker = Worker(
        stores.outbox,
        feed(stores, queue, owner, list(served)),
        served,
        stores.clock,
        owner=owner,
        concurrency=32,
        lease_us=LEASE,
    )
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    worker.start()
    sys.stdout.write(f"started {time.time()}\n")
    sys.stdout.flush()
    await ended.wait()
    await worker.stop()
    if queue is not None:
        await queue.close()
    await stores.database.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
