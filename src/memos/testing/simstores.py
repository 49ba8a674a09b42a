"""Stores in memory that the simulator can look into, and lose."""

from __future__ import annotations

from collections.abc import Sequence

from memos.model.task import Lease, Share, Task, TaskState
from memos.model.time import Clock
from memos.scheduler.retry import MOST_LOST, MOST_TRIES
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.queues.memory_queue import MemoryRunQueue
from memos.testing.simloop import SENDER, Process


class WatchedOutbox(MemoryOutbox):
    """Looks at each lease as it is given and as it ends, and writes down what may not be."""

    def __init__(self, clock: Clock, problems: list[str]) -> None:
        super().__init__(clock)
        self.problems = problems
        self.calm = False  # whether no call and no moment is lost any more
        self._holders: dict[Lease, Process | None] = {}  # who has begun under a lease
        self._calmly: set[Lease] = set()  # those begun in the calm

    def is_strained(self) -> bool:
        """Whether some task, poison aside, can take no more faults before it is given up."""
        return any(
            task.lost > MOST_LOST - 4 or task.tries > MOST_TRIES - 5
            for task in self._tasks.values()
            if not task.kind.startswith("poison")
        )

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
        now = self._clock.now()
        valid = {task.id for task in self._tasks.values() if (task.leased_until or 0) > now}
        before = dict(self._tasks)
        tasks = await super().claim(owner, limit, lease_us, kinds, shares, begin=begin)
        for task in tasks:
            if task.id in valid:
                self.problems.append(f"{task.lease} was given while another held")
            self._look_at_losses(task, before[task.id])
        if begin:
            self._note(tasks)
        keys = [
            (task.tenant, task.cube_id, task.subject, task.lane)
            for task in self._tasks.values()
            if task.state is TaskState.RUNNING
        ]
        if len(keys) > len(set(keys)):
            self.problems.append(f"two of one key run: {keys}")
        return tasks

    async def hold(
        self, leases: Sequence[Lease], owner: str, lease_us: int, *, begin: bool = False
    ) -> list[Task]:
        tasks = await super().hold(leases, owner, lease_us, begin=begin)
        if begin:
            self._note(tasks)
        return tasks

    def _note(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            if task.lease in self._holders:
                self.problems.append(f"{task.lease} was begun twice")
            self._holders[task.lease] = SENDER.get()
            if self.calm:
                self._calmly.add(task.lease)

    def _look_at_losses(self, task: Task, before: Task) -> None:
        holder = self._holders.get(before.lease)
        died = holder is not None and holder.died
        if task.lost > before.lost and before.lease in self._calmly and not died:
            self.problems.append(f"{before.lease}: its worker counts as lost, and did not die")

    def _finish(self, lease: Lease) -> bool:
        task = self._tasks.get(lease.task_id)
        finished = super()._finish(lease)
        sender = SENDER.get()
        if finished and task is not None and sender is not None:
            held = task.epoch == lease.epoch and self._holders.get(lease) is sender
            if not held:
                self.problems.append(f"{lease} was finished by {sender.name}, held by {task.owner}")
        return finished


class WipedQueue(MemoryRunQueue):
    """May forget everything at any moment."""

    def wipe(self) -> None:
        """Forgets everything."""
        for waiting in self._waiting.values():
            waiting.clear()
        self._held.clear()
        self._seen.clear()
