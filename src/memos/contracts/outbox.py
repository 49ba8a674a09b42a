"""Outbox: the backlog of background work, written with the records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from memos.contracts.part import Part
from memos.model.scope import SystemScope
from memos.model.task import Backlog, Lease, Load, Pause, Share, Task
from memos.model.time import Instant
from memos.model.work import TaskCount

MOST_READY = 256  # up to which `Outbox.loads` counts


class Outbox(Part, ABC):
    """Tasks from enqueueing to their completed effect.

    Obligations:

    - **Transactional.** Tasks in a change set are enqueued by that commit or not at all.
    - **At least once, effect once.** A task stays open until `complete`, or until a commit
      names its lease in `completes`. A lease that ran out is claimed again under a higher
      epoch; the old epoch can then neither complete, retry, bury nor commit. Until it is
      claimed again it still holds.
    - **Ordered by key.** Of one (tenant, cube, subject, lane) at most one task runs, the first
      enqueued first; a retry holds back only its own key. Otherwise priority, then what has
      been ready longest.
    - **Claimed by state**, never by "id greater than the last seen": commits become
      visible out of order.
    - **Coalesced.** Enqueueing an equal task (kind, cube, subject, lane) to one that is
      waiting with no try behind it adds nothing.
    - Nothing disappears: what fails for good or is cancelled is buried, with its error, and
      can be replayed.
    """

    @abstractmethod
    async def enqueue(self, tasks: Sequence[Task]) -> None:
        """Adds tasks outside of a records commit."""

    @abstractmethod
    async def loads(self, kinds: Sequence[str] | None = None) -> list[Load]:
        """Who has tasks that could be claimed now, by priority and tenant."""

    @abstractmethod
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
        """Leases up to `limit` ready tasks for `lease_us` microseconds of the store's clock.

        `shares` say how many of whom; without them whoever comes first is served. Without
        `begin` no try is counted yet: for who hands tasks on, to somebody who will `hold` them.
        """

    @abstractmethod
    async def hold(
        self, leases: Sequence[Lease], owner: str, lease_us: int, *, begin: bool = False
    ) -> list[Task]:
        """Renews leases for their `owner`: a heartbeat. Gives the tasks still held.

        With `begin` a worker takes over what was handed on to it: those that nobody has begun,
        and a try is counted.
        """

    @abstractmethod
    async def complete(self, tasks: Sequence[Task]) -> list[Task]:
        """Removes finished tasks; returns those whose lease was lost meanwhile."""

    @abstractmethod
    async def release(self, tasks: Sequence[Task]) -> None:
        """Gives back what was claimed and not begun: due at once, the try not counted.

        Those whose lease was lost are left alone.
        """

    @abstractmethod
    async def retry(self, task: Task, error: str, due_at: Instant) -> bool:
        """Puts a failed task back until `due_at`; False when the lease is lost."""

    @abstractmethod
    async def bury(self, task: Task, error: str) -> bool:
        """Makes it a dead letter, out of the way of its key; False when the lease is lost."""

    @abstractmethod
    async def cancel(self, scope: SystemScope, task_ids: Sequence[int], reason: str) -> int:
        """Buries open tasks that are named, running ones too: their leases are lost.

        Says how many; those buried already are not counted. Raises NotFound, and cancels
        none, when one that is named is not in the scope.
        """

    @abstractmethod
    async def task(self, scope: SystemScope, task_id: int) -> Task | None:
        """An open or buried task; None for one that is done.

        Raises NotFound for an id that was never given or belongs to another tenant's task.
        What is done has no tenant any more.
        """

    @abstractmethod
    async def pause(self, pause: Pause) -> None:
        """Lets nothing of that tenant and kind be claimed; what runs goes on."""

    @abstractmethod
    async def resume(self, pause: Pause) -> bool:
        """Ends exactly that pause; False when there is none."""

    @abstractmethod
    async def pauses(self) -> list[Pause]:
        """What is paused."""

    @abstractmethod
    async def dead(self, scope: SystemScope, limit: int) -> list[Task]:
        """Dead letters, oldest first."""

    @abstractmethod
    async def replay(self, scope: SystemScope, task_ids: Sequence[int] | None = None) -> int:
        """Gives dead letters another life, due now, with no try behind them; says how many.

        Those that are named, or all of the scope. Raises NotFound, and replays none, when one
        that is named is no dead letter of the scope.
        """

    @abstractmethod
    async def hasten(self, scope: SystemScope, kinds: Sequence[str]) -> int:
        """Lets what waits for a later moment be due now, of those kinds; says how many."""

    @abstractmethod
    async def backlog(self, scope: SystemScope, kinds: Sequence[str] | None = None) -> Backlog:
        """How much is open, of all kinds or of those that are named."""

    @abstractmethod
    async def census(self, scope: SystemScope) -> list[TaskCount]:
        """All tasks, counted by tenant, kind, lane, priority and state, in that order."""

    @abstractmethod
    async def next_due(self) -> Instant | None:
        """When the next task may be claimed: now or earlier if one already may; None if none.

        A running task may be claimed when its lease runs out; what waits behind another of
        its key does not count.
        """

    def stamp(self) -> object:
        """Changes when work may have come from another process; cheap, and may be asked often.

        A store that cannot tell gives always the same; its consumers look now and then.
        """
        return None
