"""The outbox in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from memos.contracts.outbox import MOST_READY, Outbox
from memos.errors import Conflict, NotFound
from memos.model.scope import CubeKey, SystemScope
from memos.model.task import Backlog, Lease, Load, Pause, Share, Task, TaskState
from memos.model.time import Clock, Instant
from memos.model.work import TaskCount

OrderKey = tuple[str, str, str, str]


class MemoryOutbox(Outbox):
    """Tasks by id, which is also their age. Lives and dies with the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[int, Task] = {}
        self._begun: set[int] = set()  # ids of leased tasks that a worker has begun
        self._pauses: set[Pause] = set()
        self._last_id = 0
        self._lock = threading.RLock()

    async def enqueue(self, tasks: Sequence[Task]) -> None:
        self.add(tasks, self._clock.now())

    async def loads(self, kinds: Sequence[str] | None = None) -> list[Load]:
        with self._lock:
            now = self._clock.now()
            ready = Counter((task.priority, task.tenant) for task in self._ready(now, kinds))
            running = Counter(
                task.tenant for task in self._tasks.values() if (task.leased_until or 0) > now
            )
        return [
            Load(tenant, priority, min(count, MOST_READY), running[tenant])
            for (priority, tenant), count in sorted(ready.items())
        ]

    async def claim(
        self,
        owner: str,
        limit: int,
        lease_us: int,
        kinds: Sequence[str] | None = None,
        shares: Sequence[Share] | None = None,
        *,
        begin: bool = True,
    ) -> list[Task]:
        with self._lock:
            now = self._clock.now()
            ready = self._ready(now, kinds)
            ready.sort(key=lambda task: (task.priority, _ready_at(task), task.id))
            leased = [
                replace(
                    task,
                    state=TaskState.RUNNING,
                    tries=task.tries + begin,
                    lost=task.lost + (task.id in self._begun),
                    epoch=task.epoch + 1,
                    owner=owner,
                    leased_until=Instant(now + lease_us),
                )
                for task in _chosen(ready, shares)[: max(0, limit)]
            ]
            for task in leased:
                self._put(task, begun=begin)
            return leased

    async def hold(
        self, leases: Sequence[Lease], owner: str, lease_us: int, *, begin: bool = False
    ) -> list[Task]:
        with self._lock:
            until = Instant(self._clock.now() + lease_us)
            held = []
            for task in filter(None, map(self._held, leases)):
                begun = task.id in self._begun
                if not (begin and begun):
                    tries = task.tries + begin
                    held.append(replace(task, owner=owner, leased_until=until, tries=tries))
                    self._put(held[-1], begun=begun or begin)
            return sorted(held, key=lambda task: task.id)

    async def complete(self, tasks: Sequence[Task]) -> list[Task]:
        with self._lock:
            return [task for task in tasks if not self._finish(task.lease)]

    async def release(self, tasks: Sequence[Task]) -> None:
        with self._lock:
            for task in filter(None, (self._held(task.lease) for task in tasks)):
                back = replace(task, state=TaskState.WAITING, owner=None, leased_until=None)
                self._put(replace(back, tries=task.tries - (task.id in self._begun)))

    async def retry(self, task: Task, error: str, due_at: Instant) -> bool:
        with self._lock:
            held = self._held(task.lease)
            if held is not None:
                self._put(replace(_returned(held, error), due_at=due_at))
            return held is not None

    async def bury(self, task: Task, error: str) -> bool:
        with self._lock:
            held = self._held(task.lease)
            if held is not None:
                self._put(replace(_returned(held, error), state=TaskState.DEAD))
            return held is not None

    async def cancel(self, scope: SystemScope, task_ids: Sequence[int], reason: str) -> int:
        with self._lock:
            inside = {task.id: task for task in self._inside(scope)}
            for task_id in task_ids:
                if task_id not in inside:
                    raise NotFound("task", str(task_id))
            found = [inside[task_id] for task_id in dict.fromkeys(task_ids)]
            open_ = [task for task in found if task.state is not TaskState.DEAD]
            for task in open_:
                self._put(replace(_returned(task, reason), state=TaskState.DEAD))
            return len(open_)

    async def task(self, scope: SystemScope, task_id: int) -> Task | None:
        with self._lock:
            found = self._tasks.get(task_id)
            if found is not None and scope.covers(CubeKey(found.tenant, found.cube_id)):
                return found
            if found is not None or not 0 < task_id <= self._last_id:
                raise NotFound("task", str(task_id))
            return None

    async def pause(self, pause: Pause) -> None:
        with self._lock:
            self._pauses.add(pause)

    async def resume(self, pause: Pause) -> bool:
        with self._lock:
            known = pause in self._pauses
            self._pauses.discard(pause)
            return known

    async def pauses(self) -> list[Pause]:
        with self._lock:
            return sorted(self._pauses, key=lambda one: (one.tenant or "", one.kind or ""))

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
                again = replace(dead[task_id], state=TaskState.WAITING, tries=0, lost=0)
                self._put(replace(again, due_at=now))
            return len(chosen)

    async def hasten(self, scope: SystemScope, kinds: Sequence[str]) -> int:
        with self._lock:
            now = self._clock.now()
            late = [
                task
                for task in self._inside(scope)
                if task.state is TaskState.WAITING and task.kind in kinds and task.due_at > now
            ]
            for task in late:
                self._put(replace(task, due_at=now))
            return len(late)

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

    async def census(self, scope: SystemScope) -> list[TaskCount]:
        found: dict[tuple[str, str, str, int, str], list[Task]] = {}
        with self._lock:
            for task in self._inside(scope):
                sort = (task.tenant, task.kind, task.lane.value, task.priority, task.state.value)
                found.setdefault(sort, []).append(task)
        return [_counted(found[sort]) for sort in sorted(found)]

    async def next_due(self) -> Instant | None:
        with self._lock:
            turns = [task for task in self._next_of_keys() if not self._is_paused(task)]
            return min(map(_ready_at, turns), default=None)

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

    def _put(self, task: Task, *, begun: bool = False) -> None:
        self._tasks[task.id] = task
        self._begun.discard(task.id)
        if begun:
            self._begun.add(task.id)

    def _ready(self, now: Instant, kinds: Sequence[str] | None) -> list[Task]:
        """What may be claimed, in no order."""
        return [
            task
            for task in self._next_of_keys()
            if _ready_at(task) <= now
            and (kinds is None or task.kind in kinds)
            and not self._is_paused(task)
        ]

    def _is_paused(self, task: Task) -> bool:
        return any(pause.holds(task.tenant, task.kind) for pause in self._pauses)

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
        self._begun.discard(lease.task_id)
        return True


def _order_key(task: Task) -> OrderKey:
    return task.tenant, task.cube_id, task.subject, task.lane.value


def _equality(task: Task) -> tuple[str, OrderKey]:
    return task.kind, _order_key(task)


def _untried(task: Task) -> bool:
    return task.state is TaskState.WAITING and task.tries == 0


def _ready_at(task: Task) -> Instant:
    """When a task whose turn it is may be leased: when due, or when its lease runs out."""
    if task.leased_until is not None:
        return task.leased_until
    return max(task.due_at, task.enqueued_at or Instant(0))


def _chosen(ready: Sequence[Task], shares: Sequence[Share] | None) -> list[Task]:
    """Share by share what is wanted of it, all without shares."""
    if shares is None:
        return list(ready)
    found: list[Task] = []
    for share in shares:
        mine = [t for t in ready if (t.tenant, t.priority) == (share.tenant, share.priority)]
        found += mine[: share.most]
    return found


def _counted(tasks: Sequence[Task]) -> TaskCount:
    """Tasks of one sort."""
    first, since = tasks[0], [task.enqueued_at or Instant(0) for task in tasks]
    return TaskCount(
        first.tenant, first.kind, first.lane, first.priority, first.state, len(tasks), min(since)
    )


def _returned(task: Task, error: str) -> Task:
    return replace(task, state=TaskState.WAITING, owner=None, leased_until=None, error=error)
