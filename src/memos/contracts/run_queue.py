"""Run-queue: the short queue between the outbox and workers that do not all look into it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.part import Part
from memos.model.task import Lease, Priority, Task


@dataclass(frozen=True, slots=True)
class Delivery:
    """One entry as a worker received it; `token` is how the queue knows it again."""

    lease: Lease
    priority: Priority
    token: str


class RunQueue(Part, ABC):
    """Carries leases to workers. It is transport and never the truth.

    Obligations:

    - Ids only, never text: an entry is a lease and its class.
    - Entries may be lost, doubled, late or out of order: whoever receives one asks the outbox
      whether its lease still holds. Nothing else is ever lost by that.
    - An entry is given to one worker, and stays known until `done`; what a worker never
      finished is forgotten by `sweep`, since the outbox has leased it anew by then.
    - Classes in their order, but a waiting lower class is served at least once in `TURNS`
      calls of one worker, so that nothing starves.
    - Entries that are done leave nothing behind: `depth` is what is not done, `waiting` what
      nobody has received of it.
    - No call waits longer than its timeout; a queue out of reach raises StorageBusy.
    """

    TURNS = 8

    @abstractmethod
    async def send(self, tasks: Sequence[Task]) -> None:
        """Adds claimed tasks."""

    @abstractmethod
    async def receive(self, worker: str, limit: int, wait: float = 0.0) -> list[Delivery]:
        """Up to `limit` entries; with none there, waits up to `wait` seconds for some."""

    @abstractmethod
    async def done(self, deliveries: Sequence[Delivery]) -> None:
        """Removes entries; those that are gone already are left alone."""

    @abstractmethod
    async def depth(self) -> int:
        """How many entries are not done."""

    @abstractmethod
    async def waiting(self) -> int:
        """How many entries nobody has received yet."""

    @abstractmethod
    async def sweep(self, idle_us: int) -> int:
        """Forgets entries received longer than `idle_us` microseconds ago and never done.

        Says how many; also forgets workers that have been away as long and hold nothing.
        """
