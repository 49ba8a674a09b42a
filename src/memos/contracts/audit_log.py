"""Audit log: deeds in a chain, the same for all processes of a home."""

from __future__ import annotations

from abc import ABC, abstractmethod

from memos.contracts.part import Part
from memos.model.deeds import AuditEntry, Deed


class AuditLog(Part, ABC):
    """Deeds in the order in which they were written, each chained to the one before it.

    Obligations:

    - **Append-only.** There is no call that changes or removes an entry.
    - **One chain.** Whoever writes at once, numbers are without gaps and each entry's `before`
      is the `digest` of the one before it (`memos.governance.chain` computes them).
    - Entries are stamped by the store's clock, never earlier than the one before; what was
      written is durable when the call returns.
    - **Its end is known.** The last entry is kept a second time, apart from the others: a tail
      that was cut off behind the store's back shows, and what is written next does not cover it.
    """

    @abstractmethod
    async def append(self, deed: Deed) -> AuditEntry:
        """Adds a deed to the chain."""

    @abstractmethod
    async def entries(
        self, tenant: str | None = None, *, after: int = 0, limit: int = 100
    ) -> list[AuditEntry]:
        """The first entries with a number above `after`, those of a tenant or all."""

    @abstractmethod
    async def end(self) -> AuditEntry | None:
        """The last entry that was written, from where it is kept apart."""
