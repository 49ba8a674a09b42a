"""Workers are killed, stopped and woken again while they work off a backlog."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from memos.model.scope import SystemScope
from memos.model.task import Lane, Priority, Task
from memos.model.time import SECOND
from memos.scheduler.retry import MOST_LOST
from memos.storage.sqlite.query import every
from memos.testing import chaosworker
from memos.testing.chaosworker import DIRECT, FAILS, HANGS, KILLS, LEASE, Stores, appending
from memos.testing.redisserver import RedisServer
from memos.testing.results import report

TENANTS = ("acme", "globex", "initech", "umbrella")
PATIENCE = 120.0  # seconds without any progress


@dataclass(frozen=True)
class Size:
    cubes: int
    each: int  # tasks of a cube
    kills: int
    stops: int  # SIGSTOP until after the lease
    flushes: int = 0


SHORT = Size(cubes=20, each=30, kills=6, stops=2, flushes=2)
LONG = Size(cubes=100, each=200, kills=60, stops=8, flushes=4)


class Workers:
    """Processes that come back."""

    def __init__(self, file: Path, url: str, numbers: int, count: int = 3) -> None:
        module = chaosworker.__name__
        self._command = [sys.executable, "-m", module, str(file), url, str(numbers)]
        self.log = (file.parent / "workers.log").open("ab")
        self.alive = [self._start() for _ in range(count)]
        self.died = 0

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=self.log)

    def mend(self) -> None:
        """Starts those again that have died."""
        for at, process in enumerate(self.alive):
            if process.poll() is not None:
                self.died += 1
                self.alive[at] = self._start()

    def signal(self, at: int, number: int) -> None:
        os.kill(self.alive[at].pid, number)

    def end(self) -> list[int]:
        for process in self.alive:
            os.kill(process.pid, signal.SIGCONT)
            process.terminate()
        codes = [process.wait(30) for process in self.alive]
        self.log.close()
        return codes

    def kill(self) -> None:
        for process in self.alive:
            process.kill()
            process.wait()


def backlog(size: Size) -> list[Task]:
    return [
        appending(TENANTS[cube % len(TENANTS)], f"user:{cube}", number, Priority(cube % 3))
        for number in range(size.each)
        for cube in range(size.cubes)
    ]


def appended(cursor) -> dict[str, list[int]]:
    """By cube the numbers in the order of their commits."""
    found = defaultdict(list)
    rows = every(
        cursor,
        "SELECT c.cube_id, v.content FROM versions v JOIN cubes c ON c.key = v.cube"
        " ORDER BY v.cube, v.seq",
    )
    for cube, content in rows:
        found[cube].append(int(content))
    return dict(found)


async def torment(
    stores: Stores, workers: Workers, size: Size, flush: Callable[[], None]
) -> dict[str, float]:
    """Faults, spread over the work, until nothing is open."""
    random, began = Random(0), time.monotonic()
    total = size.cubes * size.each
    faults = ["kill"] * size.kills + ["stop"] * size.stops + ["flush"] * size.flushes
    random.shuffle(faults)
    paused: list[tuple[float, int]] = []
    made, last, moved = 0, total, time.monotonic()
    while left := (await stores.outbox.backlog(SystemScope())).open:
        workers.mend()
        now = time.monotonic()
        if left != last:
            last, moved = left, now
        assert now - moved < PATIENCE, f"stuck with {left} open"
        for at in [at for until, at in paused if until <= now]:
            workers.signal(at, signal.SIGCONT)
        paused = [one for one in paused if one[0] > now]
        if made < len(faults) and (total - left) >= total * made / (len(faults) + 2):
            fault, at = faults[made], random.randrange(len(workers.alive))
            made += 1
            if fault == "kill":
                workers.signal(at, signal.SIGKILL)
            elif fault == "stop":
                workers.signal(at, signal.SIGSTOP)
                paused.append((now + 2 * LEASE / SECOND, at))
            else:
                flush()
        await asyncio.sleep(0.01)
    return {"faults": made, "seconds": round(time.monotonic() - began, 1)}


async def chaos(
    folder: Path, url: str, size: Size, flush: Callable[[], None] = lambda: None
) -> dict[str, object]:
    stores = Stores(folder / "memos.db")
    await stores.database.open()
    tasks = backlog(size)
    for at in range(0, len(tasks), 1000):
        await stores.outbox.enqueue(tasks[at : at + 1000])
    workers = Workers(folder / "memos.db", url, size.each)
    try:
        figures = await torment(stores, workers, size, flush)
        codes = workers.end()
    finally:
        workers.kill()
    found = await stores.database.read(appended)
    dead = await stores.outbox.dead(SystemScope(), 100)
    problems = await stores.records.check()
    await stores.database.close()
    assert set(codes) <= {0, -signal.SIGTERM}  # one that had just come back knows no better yet
    assert dead == []
    assert problems == []
    assert set(found) == {f"user:{n}" for n in range(size.cubes)}
    wrong = {cube: numbers for cube, numbers in found.items() if numbers != list(range(size.each))}
    assert not wrong
    return {
        "tasks": len(tasks), "effects": sum(map(len, found.values())), "dead": len(dead),
        "out_of_order": len(wrong), "died": workers.died, **figures,
    }  # fmt: skip


def test_every_effect_once_and_in_order(tmp_path):
    figures = asyncio.run(chaos(tmp_path, DIRECT, SHORT))
    assert figures["effects"] == SHORT.cubes * SHORT.each
    assert figures["died"] >= SHORT.kills


class Losing:
    """A Redis that loses everything, in turn by being emptied and by being killed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.server = RedisServer(folder)
        self.losses = 0

    def lose(self) -> None:
        self.losses += 1
        if self.losses % 2:
            self.server.flush()
        else:
            self.server.kill()
            self.server.start()


def through_redis(folder: Path, size: Size) -> dict[str, object]:
    losing = Losing(folder / "redis")
    with losing.server as server:
        return asyncio.run(chaos(folder, server.url, size, losing.lose))


def test_every_effect_once_and_in_order_through_redis(tmp_path):
    figures = through_redis(tmp_path, SHORT)
    assert figures["effects"] == SHORT.cubes * SHORT.each


@pytest.mark.soak
def test_every_effect_once_and_in_order_through_redis_for_long(tmp_path):
    figures = through_redis(tmp_path, LONG)
    report("chaos-redis", figures, os.environ.get("MEMOS_RESULTS"))


@pytest.mark.soak
def test_every_effect_once_and_in_order_for_long(tmp_path):
    figures = asyncio.run(chaos(tmp_path, DIRECT, LONG))
    report("chaos-sqlite", figures, os.environ.get("MEMOS_RESULTS"))


def test_poison_is_taken_out_and_hurts_nobody(tmp_path):
    """A task that kills its process, one that hangs, one that always raises."""

    async def play() -> None:
        stores = Stores(tmp_path / "memos.db")
        await stores.database.open()
        size = Size(cubes=5, each=20, kills=0, stops=0)
        poison = [Task(kind, "acme", "bad", kind, Lane.LEARN) for kind in (KILLS, HANGS, FAILS)]
        await stores.outbox.enqueue([*poison, *backlog(size)])
        workers = Workers(tmp_path / "memos.db", DIRECT, size.each)
        try:
            end = time.monotonic() + 100
            while (await stores.outbox.backlog(SystemScope())).dead < 1 or await left(stores):
                assert time.monotonic() < end
                workers.mend()
                await asyncio.sleep(0.05)
            assert set(workers.end()) <= {0, -signal.SIGTERM}
        finally:
            workers.kill()
        assert workers.died == MOST_LOST
        found = await stores.database.read(appended)
        assert all(numbers == list(range(size.each)) for numbers in found.values())
        dead = {task.kind: task for task in await stores.outbox.dead(SystemScope(), 9)}
        assert "never heard of again" in (dead[KILLS].error or "")
        assert dead[KILLS].tries <= MOST_LOST + 1
        for kind in (HANGS, FAILS):  # those come back with growing delays
            held = dead.get(kind) or await waiting(stores, kind)
            assert held.tries >= 2
            assert held.error in ("took longer than 0.5 s", "ArithmeticError: always")
        await stores.database.close()

    asyncio.run(play())


async def left(stores: Stores) -> int:
    kinds = [chaosworker.kind_of(number) for number in range(20)]
    return (await stores.outbox.backlog(SystemScope(), kinds)).open


async def waiting(stores: Stores, kind: str) -> Task:
    for task_id in range(1, 4):
        task = await stores.outbox.task(SystemScope(), task_id)
        if task is not None and task.kind == kind:
            return task
    raise AssertionError(f"{kind} is gone")
