"""The audit log in memory: the specification of the others."""

from __future__ import annotations

import threading

from memos.contracts.audit_log import AuditLog
from memos.governance.chain import linked
from memos.model.deeds import AuditEntry, Deed
from memos.model.time import Clock


class MemoryAuditLog(AuditLog):
    """Entries in a list. Lives and dies with the process."""

    needs_loop = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[AuditEntry] = []
        self._end: AuditEntry | None = None
        self._lock = threading.Lock()

    async def append(self, deed: Deed) -> AuditEntry:
        return self.record(deed)

    def record(self, deed: Deed) -> AuditEntry:
        """`append` without waiting, for who changes something at the same time."""
        with self._lock:
            self._end = linked(self._end, deed, self._clock.now())
            self._entries.append(self._end)
            return self._end

    async def entries(
        self, tenant: str | None = None, *, after: int = 0, limit: int = 100
    ) -> list[AuditEntry]:
        with self._lock:
            found = [
                one
                for one in self._entries
                if one.number > after and tenant in (None, one.deed.tenant)
            ]
        return found[:limit]

    async def end(self) -> AuditEntry | None:
        with self._lock:
            return self._end
