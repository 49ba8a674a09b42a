"""Outbox: the backlog of background work, written with the records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from memos.contracts.part import Part
from memos.model.scope import SystemScope
from memos.model.task import Backlog, Task
from memos.model.time import Instant


class Outbox(Part, ABC):
    """Tasks from enqueueing to their completed effect.

    Obligations:

    - **Transactional.** Tasks in a change set are enqueued by that commit or not at all.
    - **At least once, effect once.** A task stays open until `complete`, or until a commit
      names its lease in `completes`. A lease that ran out is claimed again under a higher
      epoch; the old epoch can then neither complete, retry, bury nor commit. Until it is
      claimed again it still holds. Each lease counts as a try.
    - **Ordered by key.** Of one (cube, subject, lane) at most one task runs, the first
      enqueued first; a retry holds back only its own key. Otherwise priority, then age.
    - **Claimed by state**, never by "id greater than the last seen": commits become
      visible out of order.
    - **Coalesced.** Enqueueing an equal task (kind, cube, subject, lane) to one that is
      waiting with no try behind it adds nothing.
    - Nothing disappears: what fails for good is buried, with its error, and can be
      replayed.
    """

    @abstractmethod
    async def enqueue(self, tasks: Sequence[Task]) -> None:
        """Adds tasks outside of a records commit."""

    @abstractmethod
    async def claim(
        self, owner: str, limit: int, lease_us: int, kinds: Sequence[str] | None = None
    ) -> list[Task]:
        """Leases up to `limit` due tasks for `lease_us` microseconds of the store's clock."""

    @abstractmethod
    async def extend(self, task: Task, lease_us: int) -> bool:
        """Heartbeat: renews the lease; False when it is lost."""

    @abstractmethod
    async def complete(self, tasks: Sequence[Task]) -> list[Task]:
        """Removes finished tasks; returns those whose lease was lost meanwhile."""

    @abstractmethod
    async def retry(self, task: Task, error: str, due_at: Instant) -> bool:
        """Puts a failed task back until `due_at`; False when the lease is lost."""

    @abstractmethod
    async def bury(self, task: Task, error: str) -> bool:
        """Makes it a dead letter, out of the way of its key; False when the lease is lost."""

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
    async def backlog(self, scope: SystemScope, kinds: Sequence[str] | None = None) -> Backlog:
        """How much is open, of all kinds or of those that are named."""

    @abstractmethod
    async def next_due(self) -> Instant | None:
        """When the next task may be claimed: now or earlier if one already may; None if none.

        A running task may be claimed when its lease runs out; what waits behind another of
        its key does not count.
        """
