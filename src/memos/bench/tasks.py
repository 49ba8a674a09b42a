"""How fast background work is done, how soon it begins, and what a flood does to others.

Everything runs over a file of its own, durable as in use (`synchronous=FULL`). Tasks do nothing,
so what is measured is the way to them and back. The producer has connections of its own, as
another process has: nothing but the file tells the worker that there is work.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from memos import registry
from memos.contracts.run_queue import RunQueue
from memos.model.scope import SystemScope
from memos.model.task import Lane, Task
from memos.model.time import SystemClock
from memos.scheduler.feed import Direct, Feed, Relayed
from memos.scheduler.worker import Handler, Worker
from memos.settings import Secret, Settings

KIND = "nothing"
BATCH = 1_000  # tasks enqueued at once
TENANTS = 4
PAUSE = 0.2  # seconds between the tasks of the quiet tenant
IDLE = 5.0  # seconds for which an idle worker is watched


@dataclass
class Bench:
    """A worker over one file, a producer over the same, and when each task was begun."""

    producer: Any
    worker: Worker
    queue: RunQueue | None
    began: dict[str, float] = field(default_factory=dict)


def run(count: int = 20_000, flood: int = 100_000, url: str | None = None) -> dict[str, Any]:
    """Figures of the outbox alone, and with `url` also through that run-queue."""
    key = Settings.load().queue_key
    found = {"outbox": asyncio.run(_measure(count, flood, None, key))}
    if url is not None:
        found["run_queue"] = asyncio.run(_measure(count, flood, url, key))
    return found


async def _measure(count: int, flood: int, url: str | None, key: Secret) -> dict[str, Any]:
    async with _bench(url, key) as bench:
        await _enqueue(bench, [_task(f"t{at % TENANTS}", f"{at}") for at in range(count)])
        busy, began = time.process_time(), time.perf_counter()
        bench.worker.start()
        await _until(bench, count)
        seconds = time.perf_counter() - began
        per_task = (time.process_time() - busy) / count
        idle = await _idle_share()
        quiet = await _delays(bench, "quiet", 50)
        before = _resident()
        await _enqueue(bench, [_task("flood", f"{at}") for at in range(flood)])
        loud = await _delays(bench, "loud", 50)
        open_ = await bench.producer.backlog(SystemScope())
        await _until(bench, count + flood + 100)
        grown = _peak() - before
        left = None if bench.queue is None else await bench.queue.depth()
        await bench.worker.stop()
    return {
        "tasks": count,
        "tasks_per_s": round(count / seconds),
        "cpu_us_a_task": round(per_task * 1e6),
        "idle_cpu_percent": round(100 * idle, 2),
        "start_ms_p50": _ms(quiet, 0.5),
        "start_ms_p95": _ms(quiet, 0.95),
        "flood": flood,
        "flood_left_when_measured": open_.waiting,
        "start_ms_p95_in_flood": _ms(loud, 0.95),
        "p95_times": round(_ms(loud, 0.95) / max(0.001, _ms(quiet, 0.95)), 2),
        "resident_mb_grown": round(grown / 2**20, 1),
        "entries_left": left,
    }


@asynccontextmanager
async def _bench(url: str | None, key: Secret) -> AsyncIterator[Bench]:
    with tempfile.TemporaryDirectory() as folder:
        clock = SystemClock()
        database = registry.load("database", "sqlite")
        outbox = registry.load("outbox", "sqlite")
        mine, theirs = (outbox(database(Path(folder) / "a.db"), clock) for _ in range(2))
        queue: RunQueue | None = None
        if url is not None:
            needs = {"url": lambda: url, "key": lambda: key, "clock": lambda: clock}
            queue = registry.build("queue", url, needs)
        parts = [one for one in (mine, theirs, queue) if one is not None]
        began: dict[str, float] = {}

        async def note(task: Task) -> None:
            began[f"{task.tenant} {task.subject}"] = time.perf_counter()

        feed: Feed = Direct(mine, "bench", [KIND])
        if queue is not None:
            feed = Relayed(mine, queue, "bench", [KIND])
        worker = Worker(mine, feed, {KIND: Handler(note)}, clock, owner="bench")
        for part in parts:
            await part.open()
        try:
            yield Bench(theirs, worker, queue, began)
        finally:
            for part in reversed(parts):
                await part.close()


async def _enqueue(bench: Bench, tasks: Sequence[Task]) -> None:
    for at in range(0, len(tasks), BATCH):
        await bench.producer.enqueue(tasks[at : at + BATCH])


async def _until(bench: Bench, done: int) -> None:
    while bench.worker.counts["done"] < done:  # noqa: ASYNC110 - the worker tells nobody
        await asyncio.sleep(0.01)


async def _delays(bench: Bench, tenant: str, count: int) -> list[float]:
    """Seconds from the enqueueing of single tasks until they begin."""
    asked = {}
    for at in range(count):
        asked[f"{tenant} {at}"] = time.perf_counter()
        await bench.producer.enqueue([_task(tenant, f"{at}")])
        await asyncio.sleep(PAUSE)
    while asked.keys() - bench.began.keys():  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    return sorted(bench.began[name] - since for name, since in asked.items())


async def _idle_share() -> float:
    """CPU seconds a second while there is nothing to do."""
    await asyncio.sleep(1)
    before = time.process_time()
    await asyncio.sleep(IDLE)
    return (time.process_time() - before) / IDLE


def _task(tenant: str, subject: str) -> Task:
    return Task(KIND, tenant, "cube", subject, Lane.LEARN)


def _ms(values: Sequence[float], share: float) -> float:
    return round(1000 * values[min(len(values) - 1, int(share * len(values)))], 1)


def _resident() -> int:
    """Bytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def _peak() -> int:
    """Most bytes of this process in memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
