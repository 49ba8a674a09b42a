"""What is going on in a home: workers, and how much work lies where. Ids and counts, never text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from memos.model.plain import Plain
from memos.model.task import Lane, Pause, Priority, Task, TaskState
from memos.model.time import SECOND, Instant

OUTCOMES = ("done", "failed", "buried", "lost")
"""How a worker can come to the end of a task: `failed` ones are tried again, `buried` ones not."""


@dataclass(frozen=True, slots=True)
class WorkerReport(Plain):
    """What a worker says about itself; `counts` of `OUTCOMES` since it started.

    A work log sets `seen_at` by its own clock.
    """

    owner: str
    pid: int
    host: str
    started_at: Instant
    running: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    seen_at: Instant = Instant(0)


@dataclass(frozen=True, slots=True)
class TaskCount(Plain):
    """How many tasks of a tenant are of one sort, and when the oldest of them was enqueued."""

    tenant: str
    kind: str
    lane: Lane
    priority: Priority
    state: TaskState
    count: int
    oldest: Instant


@dataclass(frozen=True, slots=True)
class QueueLoad(Plain):
    """Tasks of one kind and class, of all tenants; `oldest` of those that wait."""

    kind: str
    lane: Lane
    priority: Priority
    waiting: int = 0
    running: int = 0
    dead: int = 0
    oldest: Instant | None = None


@dataclass(frozen=True, slots=True)
class TenantLoad(Plain):
    """Tasks of one tenant; `oldest` of those that wait."""

    tenant: str
    waiting: int = 0
    running: int = 0
    dead: int = 0
    oldest: Instant | None = None


@dataclass(frozen=True, slots=True)
class WorkReport(Plain):
    """A whole home at one moment.

    `totals` count `OUTCOMES` over all workers there ever were. `run_queue` is how many entries
    the run-queue holds, None without one and while it is out of reach.
    """

    SHOWN: ClassVar[tuple[str, ...]] = ("dead", "oldest_age")

    taken_at: Instant
    queues: tuple[QueueLoad, ...] = ()
    tenants: tuple[TenantLoad, ...] = ()
    workers: tuple[WorkerReport, ...] = ()
    pauses: tuple[Pause, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    run_queue: int | None = None

    @property
    def dead(self) -> int:
        """Tasks that failed for good."""
        return sum(queue.dead for queue in self.queues)

    @property
    def oldest_age(self) -> float:
        """Seconds since the oldest task that waits was enqueued; 0.0 when none waits."""
        return max((self.age(queue.oldest) for queue in self.queues), default=0.0)

    def age(self, moment: Instant | None) -> float:
        """Seconds since `moment`, 0.0 for None or one that is still to come."""
        return 0.0 if moment is None else max(0.0, (self.taken_at - moment) / SECOND)


@dataclass(frozen=True, slots=True)
class TaskStanding(Plain):
    """Where one task stands; `task` is None once it is done, since nothing is kept of it."""

    id: int
    state: TaskState
    task: Task | None = None
