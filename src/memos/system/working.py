"""Public calls about work in the background: watch it, and interfere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from memos.errors import MemOSError
from memos.model import checks
from memos.model.scope import SystemScope
from memos.model.task import Pause, TaskState
from memos.model.time import Instant
from memos.model.work import (
    QueueLoad,
    TaskCount,
    TaskStanding,
    TenantLoad,
    WorkerReport,
    WorkReport,
)
from memos.scheduler.worker import CONCURRENCY
from memos.system.base import Base
from memos.system.care import LAST_TASK, _task_ids
from memos.system.exposition import exposition

MOST_AT_ONCE = 4096  # tasks in one process
LONGEST_REASON = 1000  # characters

L = TypeVar("L", QueueLoad, TenantLoad)


class Working(Base):
    """Tasks of the tenant, and reports over the whole home."""

    async def start_working(self, *, concurrency: int = CONCURRENCY, jobs: bool = True) -> None:
        """Makes this process a worker of the home: it reports, and runs jobs on a schedule.

        Tasks are done without it too, as in every process that has a home open; until `close`.

        Args:
            concurrency: how many tasks at once, at most.
            jobs: whether to run what is done on a schedule, see `jobs`.
        """
        most = checks.check_int("concurrency", concurrency, 1, MOST_AT_ONCE)
        scheduled = checks.check_bool("jobs", jobs)
        await self._ready()
        await self._employ(most)
        if scheduled:
            self._timetable.start()

    async def work_report(self) -> WorkReport:
        """What waits, runs and failed in the whole home, who works on it and what is paused."""
        await self._ready()
        parts = self._parts
        counts = await parts.outbox.census(SystemScope())
        workers, totals = await parts.work_log.workers(), await parts.work_log.totals()
        pauses, depth = await parts.outbox.pauses(), await self._depth()
        return WorkReport(
            taken_at=parts.clock.now(),
            queues=_queues(counts),
            tenants=_tenants(counts),
            workers=tuple(workers),
            pauses=tuple(pauses),
            totals=totals,
            run_queue=depth,
        )

    async def metrics(self) -> str:
        """The same report for Prometheus, in its text format 0.0.4; what was redacted is ours."""
        return exposition(await self.work_report(), self._desk.redacted)

    async def task(self, task_id: int) -> TaskStanding:
        """Where a task of the tenant stands; raises NotFound for one that never was."""
        wanted = checks.check_int("task_id", task_id, 1, LAST_TASK)
        await self._ready()
        found = await self._parts.outbox.task(self._own, wanted)
        return TaskStanding(wanted, TaskState.DONE if found is None else found.state, found)

    async def cancel_tasks(self, task_ids: int | Sequence[int], reason: str = "cancelled") -> int:
        """Makes open tasks of the tenant dead letters, running ones too; says how many.

        A running one is broken off within its worker's heartbeat; what it has not committed
        by now never has an effect. Raises NotFound, and cancels none, when one is not there.
        """
        chosen = _task_ids(task_ids, self.settings.max_batch)
        why = checks.check_text("reason", reason, LONGEST_REASON)
        await self._ready()
        return await self._parts.outbox.cancel(self._own, chosen, why)

    async def pause(self, kind: str | None = None) -> None:
        """Lets no task of the tenant be begun, or none of a kind; what runs goes on."""
        pause = self._pause(kind)
        await self._ready()
        await self._parts.outbox.pause(pause)

    async def resume(self, kind: str | None = None) -> bool:
        """Ends the pause that was made with the same `kind`; False when there is none."""
        pause = self._pause(kind)
        await self._ready()
        ended = await self._parts.outbox.resume(pause)
        self._worker.wake()
        return ended

    async def pauses(self) -> list[Pause]:
        """What is paused for the tenant; a pause without a tenant holds for all of them."""
        await self._ready()
        mine = (None, self.settings.tenant)
        return [one for one in await self._parts.outbox.pauses() if one.tenant in mine]

    @property
    def own_report(self) -> WorkerReport:
        """How the worker of this process is doing, also after `close`; nothing is read."""
        return self._reporting.report()

    @property
    def _own(self) -> SystemScope:
        return SystemScope(self.settings.tenant)

    def _pause(self, kind: object) -> Pause:
        wanted = checks.optional_id("kind", kind, self.settings.max_id)
        return Pause(self.settings.tenant, wanted)

    async def _depth(self) -> int | None:
        if self._parts.run_queue is None:
            return None
        try:
            return await self._parts.run_queue.depth()
        except MemOSError:  # out of reach: all else can still be told
            return None


def _queues(counts: Iterable[TaskCount]) -> tuple[QueueLoad, ...]:
    """By class, kind and lane."""
    found: dict[tuple[int, str, str], QueueLoad] = {}
    for one in counts:
        key = one.priority, one.kind, one.lane.value
        load = found.get(key, QueueLoad(one.kind, one.lane, one.priority))
        found[key] = _with(load, one)
    return tuple(found[key] for key in sorted(found))


def _tenants(counts: Iterable[TaskCount]) -> tuple[TenantLoad, ...]:
    found: dict[str, TenantLoad] = {}
    for one in counts:
        found[one.tenant] = _with(found.get(one.tenant, TenantLoad(one.tenant)), one)
    return tuple(found[tenant] for tenant in sorted(found))


def _with(load: L, more: TaskCount) -> L:
    """`load` and what was counted of one sort."""
    if more.state is TaskState.WAITING:
        oldest = _earlier(load.oldest, more.oldest)
        return replace(load, waiting=load.waiting + more.count, oldest=oldest)
    if more.state is TaskState.RUNNING:
        return replace(load, running=load.running + more.count)
    return replace(load, dead=load.dead + more.count)


def _earlier(one: Instant | None, other: Instant) -> Instant:
    return other if one is None else min(one, other)
