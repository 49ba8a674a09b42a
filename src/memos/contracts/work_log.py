"""Work log: where workers say that they are there, the same for all processes of a home."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from memos.contracts.part import Part
from memos.model.time import SECOND
from memos.model.work import WorkerReport


class WorkLog(Part, ABC):
    """Last reports of workers, by owner, what all of them together have done, and used.

    Obligations:

    - A report replaces the one before it of the same owner; it is stamped by the store's clock.
    - **Totals only rise.** What a worker did stays counted when it leaves, is forgotten, or
      starts anew under the same name, which its `started_at` tells. Saying the same again adds
      nothing, so that a report whose answer was lost may be sent again.
    - Nobody has to leave: who was not heard of for `LATELY` is no longer listed, and after
      `FORGOTTEN` nothing is known of it but the totals.
    """

    LATELY = 300 * SECOND
    FORGOTTEN = 86_400 * SECOND  # later: who was suspended over night is counted once

    @abstractmethod
    async def report(self, worker: WorkerReport) -> None:
        """Notes where a worker stands, as of now."""

    @abstractmethod
    async def leave(self, owner: str) -> None:
        """Takes a worker off the list; one that is not on it is no error."""

    @abstractmethod
    async def workers(self) -> list[WorkerReport]:
        """Those heard of lately, by owner."""

    @abstractmethod
    async def spend(self, tenant: str, day: str, amounts: Mapping[str, int]) -> None:
        """Adds to what a tenant used on a day (ISO), such as calls of a model."""

    @abstractmethod
    async def spent(self, tenant: str, day: str) -> Mapping[str, int]:
        """What a tenant used on a day, by name; nothing is missing but what was never used."""

    @abstractmethod
    async def totals(self) -> Mapping[str, int]:
        """All of `OUTCOMES`, summed over all workers that ever reported."""
