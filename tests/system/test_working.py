"""Work in the background is watched, and held back, by those who may."""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from backends import BACKENDS

from memos import AsyncMemOS, InvalidInput, MemOS, NotFound
from memos.errors import StorageBusy
from memos.memories.parts import Parts, build
from memos.model.task import Lane, Pause, Priority, Task, TaskState
from memos.model.work import TaskCount, WorkReport
from memos.scheduler import reporting
from memos.scheduler.worker import Handler
from memos.settings import Settings
from memos.storage.queues.memory_queue import MemoryRunQueue
from memos.system import base
from memos.system.exposition import exposition
from memos.system.working import _queues
from memos.testing.clock import ManualClock
from memos.testing.scenario import scenario

LINE = re.compile(r'memos_[a-z_]+(\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\})? [0-9.]+')


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=BACKENDS)
def parts(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Parts:
    chosen = Settings.load({}, home=tmp_path, embedder="none", **BACKENDS[request.param])
    return build(chosen, clock)


def task(subject: str, kind: str = "learn", tenant: str = "default", **fields: object) -> Task:
    return replace(Task(kind, tenant, "user:ann", subject, Lane.LEARN), **fields)


@scenario
async def test_the_report_is_that_of_the_whole_home(parts: Parts, clock: ManualClock):
    async with AsyncMemOS(parts=parts) as memos:
        empty = await memos.work_report()
        assert (empty.queues, empty.tenants, empty.workers, empty.oldest_age) == ((), (), (), 0)
        await parts.outbox.enqueue([task("a"), task("b", priority=Priority.BULK)])
        clock.advance(90)
        await parts.outbox.enqueue([task("c"), task("d", tenant="other"), task("e")])
        (taken,) = await parts.outbox.claim("w", 1, 10**9)
        await parts.outbox.bury(taken, "hopeless")
        await parts.outbox.claim("w", 1, 10**9)
        clock.advance(10.5)
        found = await memos.work_report()
    assert [
        (one.kind, one.priority, one.waiting, one.running, one.dead, found.age(one.oldest))
        for one in found.queues
    ] == [("learn", Priority.NORMAL, 2, 1, 1, 10.5), ("learn", Priority.BULK, 1, 0, 0, 100.5)]
    assert [(one.tenant, one.waiting, one.running, one.dead) for one in found.tenants] == [
        ("default", 2, 1, 1),
        ("other", 1, 0, 0),
    ]
    assert (found.dead, found.oldest_age, found.taken_at) == (1, 100.5, clock.now())
    assert found.to_dict()["oldest_age"] == 100.5
    assert dict(found.totals) == {"done": 0, "failed": 0, "buried": 0, "lost": 0}


@scenario
async def test_a_worker_is_seen_while_it_works(parts: Parts, monkeypatch):
    monkeypatch.setattr(reporting.Reporting.__init__, "__defaults__", (0.02,))
    begun, go = asyncio.Event(), asyncio.Event()

    async def run(one: Task) -> None:
        begun.set()
        await go.wait()

    monkeypatch.setattr(base, "handlers", lambda *_: {"learn": Handler(run)})
    await parts.open()
    async with AsyncMemOS(parts=parts) as memos:
        await memos.start_working(concurrency=3, jobs=False)
        await parts.outbox.enqueue([task("a")])
        await begun.wait()
        await asyncio.sleep(0.1)
        (worker,) = (await memos.work_report()).workers
        assert (worker.pid, worker.running, worker.counts["done"]) == (os.getpid(), 1, 0)
        go.set()
        assert (await memos.drain(10)).open == 0
        await asyncio.sleep(0.1)
        found = await memos.work_report()
        assert (found.workers[0].running, found.totals["done"]) == (0, 1)
    assert await parts.work_log.workers() == []
    assert (await parts.work_log.totals())["done"] == 1
    assert memos.own_report.counts["done"] == 1
    await parts.close()


@scenario
async def test_who_has_nothing_to_do_reports_only_when_asked_to(parts: Parts):
    async with AsyncMemOS(parts=parts) as memos:
        await asyncio.sleep(0.05)
        assert await parts.work_log.workers() == []
        for _ in range(2):
            await memos.start_working()
        await asyncio.sleep(0.1)
        assert len((await memos.work_report()).workers) == 1
        assert all(state.next_at is not None for state in await memos.jobs())


@scenario
async def test_nobody_needs_the_work_log_to_work(parts: Parts, monkeypatch, caplog):
    async def away(_: object) -> None:
        raise StorageBusy("the work log is away")

    monkeypatch.setattr(parts.work_log, "report", away)
    async with AsyncMemOS(parts=parts) as memos:
        await memos.start_working()
        await asyncio.sleep(0.05)
        assert await memos.store("ann", "fact", "likes tea")
    assert "the worker could not report: the work log is away" in caplog.text


@scenario
async def test_a_run_queue_is_counted_while_it_is_in_reach(parts: Parts, clock, monkeypatch):
    queue = MemoryRunQueue(clock)
    async with AsyncMemOS(parts=replace(parts, run_queue=queue)) as memos:
        await parts.outbox.enqueue([task("a")])
        await queue.send(await parts.outbox.claim("relay", 1, 10**9, begin=False))
        assert (await memos.work_report()).run_queue == 1
        assert "memos_run_queue_depth 1\n" in await memos.metrics()

        async def away() -> int:
            raise StorageBusy("away")

        monkeypatch.setattr(queue, "depth", away)
        assert (await memos.work_report()).run_queue is None
        assert "run_queue" not in await memos.metrics()


def test_one_task_is_followed_to_its_end(parts: Parts):
    async def standing(memos: AsyncMemOS) -> TaskState:
        return (await memos.task(1)).state

    async def play() -> None:
        async with AsyncMemOS(parts=parts) as memos:
            await parts.outbox.enqueue([task("a")])
            states = [await standing(memos)]
            (taken,) = await parts.outbox.claim("w", 1, 10**9)
            states.append(await standing(memos))
            assert (await memos.task(1)).task.owner == "w"
            await parts.outbox.complete([taken])
            states.append(await standing(memos))
            assert (await memos.task(1)).task is None
            with pytest.raises(NotFound):
                await memos.task(2)
        assert states == [TaskState.WAITING, TaskState.RUNNING, TaskState.DONE]

    asyncio.run(play())


@scenario
async def test_what_is_cancelled_is_a_dead_letter(parts: Parts):
    async with AsyncMemOS(parts=parts) as memos:
        await parts.outbox.enqueue([task("a"), task("b"), task("c", tenant="other")])
        (running,) = await parts.outbox.claim("w", 1, 10**9)
        assert await memos.cancel_tasks([1, 2, 2], "not wanted") == 2
        assert await memos.cancel_tasks(1) == 0
        assert [one.error for one in await memos.dead_letters()] == ["not wanted"] * 2
        assert await parts.outbox.complete([running]) == [running]
        with pytest.raises(NotFound):
            await memos.cancel_tasks(3)
        assert await memos.replay_dead() == 2
        assert (await memos.task(1)).state is TaskState.WAITING


def test_pauses_are_those_of_the_tenant(parts: Parts):
    with MemOS(parts=parts) as memos:
        assert memos.pauses() == []
        assert memos.resume() is False
        memos.pause()
        memos.pause("learn")
        memos.pause("learn")
        assert memos.pauses() == [Pause("default"), Pause("default", "learn")]
        assert memos.work_report().pauses == tuple(memos.pauses())
        assert memos.resume() is True
        assert memos.pauses() == [Pause("default", "learn")]
    with MemOS(parts=parts, tenant="other") as other:
        assert other.pauses() == []
        assert other.resume("learn") is False


@scenario
async def test_what_is_paused_is_not_begun(parts: Parts, monkeypatch):
    done = []

    async def run(one: Task) -> None:
        done.append(one.subject)

    monkeypatch.setattr(base, "handlers", lambda *_: {"learn": Handler(run), "other": Handler(run)})
    async with AsyncMemOS(parts=parts) as memos:
        await memos.pause("learn")
        await parts.outbox.enqueue([task("a"), task("b", kind="other")])
        assert (await memos.drain(0.3)).waiting == 1
        assert done == ["b"]
        await memos.resume("learn")
        assert (await memos.drain(10)).open == 0
        assert done == ["b", "a"]


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("task", {"task_id": 0}),
        ("task", {"task_id": "1"}),
        ("task", {"task_id": True}),
        ("task", {"task_id": 2**63}),
        ("cancel_tasks", {"task_ids": []}),
        ("cancel_tasks", {"task_ids": "12"}),
        ("cancel_tasks", {"task_ids": [1, None]}),
        ("cancel_tasks", {"task_ids": 1, "reason": " "}),
        ("cancel_tasks", {"task_ids": 1, "reason": "x" * 1001}),
        ("pause", {"kind": ""}),
        ("pause", {"kind": 7}),
        ("resume", {"kind": "a\n"}),
        ("start_working", {"concurrency": 0}),
        ("start_working", {"jobs": "yes"}),
    ],
)
def test_wrong_input(tmp_path: Path, call: str, given: dict[str, object]):
    with MemOS(tmp_path, embedder="none") as memos, pytest.raises(InvalidInput):
        getattr(memos, call)(**given)


def test_metrics_are_what_prometheus_reads(clock: ManualClock):
    kind = 'a "kind"\\\nof work'
    count = TaskCount("t", kind, Lane.LEARN, Priority.BULK, TaskState.WAITING, 5, clock.now())
    queues = _queues([count, replace(count, lane=Lane.MAINTAIN, count=2)])
    text = exposition(WorkReport(clock.advance(2.5), queues, totals={"done": 12345678}))
    label = 'kind="a \\"kind\\"\\\\\\nof work"'
    assert f'memos_tasks{{{label},priority="bulk",state="waiting"}} 7\n' in text
    assert f'memos_tasks{{{label},priority="bulk",state="dead"}} 0\n' in text
    assert "memos_oldest_task_age_seconds 2.5\n" in text
    assert 'memos_tasks_total{outcome="done"} 12345678\n' in text
    assert text.endswith("\n")
    typed: list[str] = []
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            typed.append(line.split()[2])
        elif not line.startswith("# HELP "):
            assert LINE.fullmatch(line), line
            assert re.split(r"[ {]", line)[0] == typed[-1]
    assert len(typed) == len(set(typed))
