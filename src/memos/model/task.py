"""Tasks: background work, named by ids only, never by text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

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
    """Where a task stands; a completed one is gone from the outbox."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Task(Plain):
    """One piece of background work.

    Order key: (cube, subject, lane): tasks of one key run one after the other, in the
    order in which they were enqueued. `epoch` rises with each lease and fences off
    workers whose lease has run out. `id` 0 = not enqueued yet.
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
    epoch: int = 0
    owner: str | None = None
    leased_until: Instant | None = None
    enqueued_at: Instant | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to complete a task, void once the task's epoch has moved on."""

    task_id: int
    epoch: int


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
