"""Feeds: where a worker's tasks come from, the outbox itself or a run-queue before it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from memos.contracts.outbox import Outbox
from memos.contracts.run_queue import Delivery, RunQueue
from memos.errors import StorageError
from memos.model.task import Lease, Task
from memos.model.time import SECOND
from memos.scheduler.admission import Admission

LEASE = 60 * SECOND  # of a task in work; a heartbeat renews it
TRANSIT = 15 * SECOND  # of a task on its way; what takes longer is sent again
CAPACITY = 64  # entries that wait in the run-queue: few, since who comes later is behind them
SWEEP = 30.0  # seconds between looks for entries that nobody finished
AWAY = 5.0  # seconds after which a run-queue that was out of reach is tried again

log = logging.getLogger("memos.scheduler")


class Feed(Protocol):
    """Gives leased tasks, and hears when they are settled."""

    async def take(self, limit: int) -> list[Task]:
        """Up to `limit` tasks, begun in the worker's name; none when nothing is ready."""

    async def settled(self, tasks: Sequence[Task]) -> None:
        """Says that the worker is through with tasks, one way or the other."""


class Direct:
    """From the outbox itself, fair to tenants."""

    def __init__(
        self, outbox: Outbox, owner: str, kinds: Sequence[str], lease_us: int = LEASE
    ) -> None:
        self._outbox = outbox
        self._owner = owner
        self._kinds = kinds
        self._lease = lease_us
        self._admission = Admission()

    async def take(self, limit: int) -> list[Task]:
        """See `Feed`."""
        return await self.admit(limit, self._owner, self._lease, begin=True)

    async def settled(self, tasks: Sequence[Task]) -> None:
        """Nothing to do: the outbox knows."""

    async def admit(self, limit: int, owner: str, lease_us: int, *, begin: bool) -> list[Task]:
        """Claims what is fair."""
        if limit <= 0:
            return []
        shares = self._admission.shares(await self._outbox.loads(self._kinds), limit)
        if not shares:
            return []
        return await self._outbox.claim(owner, limit, lease_us, self._kinds, shares, begin=begin)


class Relayed:
    """Through a run-queue: admits from the outbox, receives what any relay has sent.

    The outbox stays the truth. An entry whose lease is void is dropped; one that the run-queue
    lost is leased anew when `TRANSIT` is over, and sent again. While the run-queue is out of
    reach, tasks come straight from the outbox.
    """

    def __init__(
        self,
        outbox: Outbox,
        queue: RunQueue,
        owner: str,
        kinds: Sequence[str],
        *,
        lease_us: int = LEASE,
        transit_us: int = TRANSIT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outbox = outbox
        self._queue = queue
        self._owner = owner
        self._lease = lease_us
        self._transit = transit_us
        self._direct = Direct(outbox, owner, kinds, lease_us)
        self._deliveries: dict[Lease, Delivery] = {}
        self._monotonic = monotonic
        self._away_until = 0.0  # in its seconds
        self._swept = monotonic()

    async def take(self, limit: int) -> list[Task]:
        """See `Feed`."""
        if self._monotonic() < self._away_until:
            return await self._direct.take(limit)
        try:
            await self._relay()
            deliveries = await self._queue.receive(self._owner, limit)
            tasks = await self._begin(deliveries)
            while deliveries and not tasks:  # all were void, and valid ones may stand behind them
                deliveries = await self._queue.receive(self._owner, limit)
                tasks = await self._begin(deliveries)
        except StorageError as error:
            self._away(error)
            return await self._direct.take(limit)
        return tasks

    async def settled(self, tasks: Sequence[Task]) -> None:
        """See `Feed`."""
        held = [task.lease for task in tasks if task.lease in self._deliveries]
        mine = [self._deliveries.pop(lease) for lease in held]
        await self._forget(mine)

    async def _relay(self) -> None:
        """Moves what is fair from the outbox to the run-queue, as far as there is room."""
        await self._sweep()
        room = CAPACITY - await self._queue.waiting()
        tasks = await self._direct.admit(room, f"{self._owner} sends", self._transit, begin=False)
        if tasks:
            try:
                await self._queue.send(tasks)
            except StorageError:
                await self._outbox.release(tasks)
                raise

    async def _begin(self, deliveries: Sequence[Delivery]) -> list[Task]:
        """Takes over the leases; what another has by now, or nobody, is dropped."""
        if not deliveries:
            return []
        known = {delivery.lease: delivery for delivery in deliveries}
        tasks = await self._outbox.hold(list(known), self._owner, self._lease, begin=True)
        mine = {task.lease: known[task.lease] for task in tasks}
        self._deliveries.update(mine)
        tokens = {delivery.token for delivery in mine.values()}
        await self._forget([one for one in deliveries if one.token not in tokens])
        return tasks

    async def _forget(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            try:
                await self._queue.done(deliveries)
            except StorageError as error:  # a sweep finds them
                self._away(error)

    async def _sweep(self) -> None:
        now = self._monotonic()
        if now >= self._swept + SWEEP:
            self._swept = now
            await self._queue.sweep(2 * self._lease)

    def _away(self, error: StorageError) -> None:
        log.warning("run-queue out of reach, tasks come from the outbox: %s", error)
        self._away_until = self._monotonic() + AWAY
