"""The outbox in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from memos.contracts.outbox import Outbox
from memos.errors import Conflict, NotFound
from memos.model.scope import CubeKey, SystemScope
from memos.model.task import Backlog, Lease, Task, TaskState
from memos.model.time import Clock, Instant

OrderKey = tuple[str, str, str, str]


class MemoryOutbox(Outbox):
    """Tasks by id, which is also their age. Lives and dies with the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[int, Task] = {}
        self._last_id = 0
        self._lock = threading.RLock()

    async def enqueue(self, tasks: Sequence[Task]) -> None:
        self.add(tasks, self._clock.now())

    async def claim(
        self, owner: str, limit: int, lease_us: int, kinds: Sequence[str] | None = None
    ) -> list[Task]:
        with self._lock:
            now = self._clock.now()
            ready = [
                task
                for task in self._next_of_keys()
                if _claimable_at(task) <= now and (kinds is None or task.kind in kinds)
            ]
            ready.sort(key=lambda task: (task.priority, task.id))
            leased = [
                replace(
                    task,
                    state=TaskState.RUNNING,
                    tries=task.tries + 1,
                    epoch=task.epoch + 1,
                    owner=owner,
                    leased_until=Instant(now + lease_us),
                )
                for task in ready[:limit]
            ]
            self._tasks.update((task.id, task) for task in leased)
            return leased

    async def extend(self, task: Task, lease_us: int) -> bool:
        with self._lock:
            held = self._held(Lease(task.id, task.epoch))
            if held is None:
                return False
            until = Instant(self._clock.now() + lease_us)
            self._tasks[held.id] = replace(held, leased_until=until)
            return True

    async def complete(self, tasks: Sequence[Task]) -> list[Task]:
        with self._lock:
            return [task for task in tasks if not self._finish(Lease(task.id, task.epoch))]

    async def retry(self, task: Task, error: str, due_at: Instant) -> bool:
        with self._lock:
            held = self._held(Lease(task.id, task.epoch))
            if held is None:
                return False
            self._tasks[held.id] = replace(_returned(held, error), due_at=due_at)
            return True

    async def bury(self, task: Task, error: str) -> bool:
        with self._lock:
            held = self._held(Lease(task.id, task.epoch))
            if held is None:
                return False
            self._tasks[held.id] = replace(_returned(held, error), state=TaskState.DEAD)
            return True

    async def dead(self, scope: SystemScope, limit: int) -> list[Task]:
        with self._lock:
            return self._dead(scope)[:limit]

    async def replay(self, scope: SystemScope, task_ids: Sequence[int] | None = None) -> int:
        with self._lock:
            dead = {task.id: task for task in self._dead(scope)}
            chosen = dead if task_ids is None else dict.fromkeys(task_ids)
            for task_id in chosen:
                if task_id not in dead:
                    raise NotFound("task", str(task_id))
            now = self._clock.now()
            for task_id in chosen:
                self._tasks[task_id] = replace(
                    dead[task_id], state=TaskState.WAITING, tries=0, due_at=now
                )
            return len(chosen)

    async def backlog(self, scope: SystemScope, kinds: Sequence[str] | None = None) -> Backlog:
        with self._lock:
            tasks = [task for task in self._inside(scope) if kinds is None or task.kind in kinds]
        states = [task.state for task in tasks]
        since = (
            task.enqueued_at
            for task in tasks
            if task.state is not TaskState.DEAD and task.enqueued_at is not None
        )
        return Backlog(
            states.count(TaskState.WAITING),
            states.count(TaskState.RUNNING),
            states.count(TaskState.DEAD),
            min(since, default=None),
        )

    async def next_due(self) -> Instant | None:
        with self._lock:
            return min(map(_claimable_at, self._next_of_keys()), default=None)

    # For the records, which write tasks in their own commits

    @contextmanager
    def committing(self, completes: Sequence[Lease]) -> Iterator[None]:
        """Keeps others out while a commit is made; at its end `completes` are done.

        Raises Conflict at once when a lease has been lost; a commit that fails inside
        completes nothing.
        """
        with self._lock:
            for lease in completes:
                if self._held(lease) is None:
                    raise Conflict(f"task {lease.task_id}: the lease {lease.epoch} has been lost")
            yield
            for lease in completes:
                self._finish(lease)

    def add(self, tasks: Iterable[Task], at: Instant) -> None:
        """Enqueues tasks, leaving out those that an equal one stands for already."""
        with self._lock:
            fresh = {_equality(task) for task in self._tasks.values() if _untried(task)}
            for task in tasks:
                if _equality(task) in fresh:
                    continue
                fresh.add(_equality(task))
                self._last_id += 1
                self._tasks[self._last_id] = Task(
                    kind=task.kind,
                    tenant=task.tenant,
                    cube_id=task.cube_id,
                    subject=task.subject,
                    lane=task.lane,
                    priority=task.priority,
                    payload=task.payload,
                    due_at=task.due_at,
                    id=self._last_id,
                    enqueued_at=at,
                )

    def subjects(self, key: CubeKey, kind: str) -> set[str]:
        """What the tasks of a kind in a cube are about, dead letters included."""
        with self._lock:
            return {
                task.subject
                for task in self._tasks.values()
                if (task.tenant, task.cube_id, task.kind) == (*key, kind)
            }

    def _next_of_keys(self) -> list[Task]:
        """Of each key the one whose turn it is: the running one, else the oldest waiting."""
        turns: dict[OrderKey, Task] = {}
        for task in self._tasks.values():
            if task.state is TaskState.RUNNING:
                turns[_order_key(task)] = task
            elif task.state is TaskState.WAITING:
                turns.setdefault(_order_key(task), task)
        return list(turns.values())

    def _inside(self, scope: SystemScope) -> list[Task]:
        return [
            task
            for task in self._tasks.values()
            if scope.covers(CubeKey(task.tenant, task.cube_id))
        ]

    def _dead(self, scope: SystemScope) -> list[Task]:
        return [task for task in self._inside(scope) if task.state is TaskState.DEAD]

    def _held(self, lease: Lease) -> Task | None:
        """The task, if the lease still holds it."""
        task = self._tasks.get(lease.task_id)
        held = task is not None and task.state is TaskState.RUNNING and task.epoch == lease.epoch
        return task if held else None

    def _finish(self, lease: Lease) -> bool:
        if self._held(lease) is None:
            return False
        del self._tasks[lease.task_id]
        return True


def _order_key(task: Task) -> OrderKey:
    return task.tenant, task.cube_id, task.subject, task.lane.value


def _equality(task: Task) -> tuple[str, OrderKey]:
    return task.kind, _order_key(task)


def _untried(task: Task) -> bool:
    return task.state is TaskState.WAITING and task.tries == 0


def _claimable_at(task: Task) -> Instant:
    """When a task whose turn it is may be leased: when due, or when its lease runs out."""
    return task.due_at if task.leased_until is None else task.leased_until


def _returned(task: Task, error: str) -> Task:
    return replace(task, state=TaskState.WAITING, owner=None, leased_until=None, error=error)
