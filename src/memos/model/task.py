"""Tasks: background work, named by ids only, never by text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import NamedTuple

from memos.model.plain import Plain
from memos.model.time import Instant


class Lane(str, Enum):
    """What the work does to its subject; part of the order key."""

    PROJECT = "project"
    LEARN = "learn"
    MAINTAIN = "maintain"


class Priority(IntEnum):
    """Classes of urgency; a smaller number goes first."""

    INTERACTIVE = 0
    NORMAL = 1
    BULK = 2


class TaskState(str, Enum):
    """Where a task stands. One that is done is gone from the outbox."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task(Plain):
    """One piece of background work.

    Order key: (cube, subject, lane): tasks of one key run one after the other, in the
    order in which they were enqueued. `epoch` rises with each lease and fences off
    workers whose lease has run out, `tries` with each beginning, `lost` with each worker that had
    begun and was never heard of again. `id` 0 = not enqueued yet.
    """

    kind: str
    tenant: str
    cube_id: str
    subject: str
    lane: Lane
    priority: Priority = Priority.NORMAL
    payload: Mapping[str, str | int] = field(default_factory=dict)
    due_at: Instant = Instant(0)
    id: int = 0
    state: TaskState = TaskState.WAITING
    tries: int = 0
    lost: int = 0
    epoch: int = 0
    owner: str | None = None
    leased_until: Instant | None = None
    enqueued_at: Instant | None = None
    error: str | None = None

    @property
    def lease(self) -> Lease:
        """The lease under which it was claimed."""
        return Lease(self.id, self.epoch)


class Lease(NamedTuple):
    """The right to complete a task, void once the task's epoch has moved on."""

    task_id: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Load(Plain):
    """What one tenant has in one class: tasks that could be claimed, and what runs in all classes.

    `ready` is counted up to a limit.
    """

    tenant: str
    priority: Priority
    ready: int
    running: int


@dataclass(frozen=True, slots=True)
class Share:
    """At most `most` tasks of one tenant and class."""

    tenant: str
    priority: Priority
    most: int


@dataclass(frozen=True, slots=True)
class Pause(Plain):
    """Nothing of that tenant and kind is claimed; None stands for all of them."""

    tenant: str | None = None
    kind: str | None = None

    def holds(self, tenant: str, kind: str) -> bool:
        """Whether it keeps back tasks of a tenant and kind."""
        return self.tenant in (None, tenant) and self.kind in (None, kind)


@dataclass(frozen=True, slots=True)
class Backlog(Plain):
    """How much work is open."""

    waiting: int = 0
    running: int = 0
    dead: int = 0
    oldest: Instant | None = None

    @property
    def open(self) -> int:
        """Tasks that are still going to run."""
        return self.waiting + self.running
