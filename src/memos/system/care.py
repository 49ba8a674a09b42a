"""Public calls that look after the whole."""

from __future__ import annotations

from memos.memories.doctor import Diagnosis, examine
from memos.model import checks
from memos.model.results import Statistics
from memos.model.scope import SystemScope
from memos.model.task import Backlog
from memos.system.base import Base


class Care(Base):
    """Background work, counts and health of the tenant."""

    async def drain(self, timeout: float | None = None) -> Backlog:
        """Waits until background work is done, or `timeout` seconds; says what is left."""
        wait = None if timeout is None else checks.check_seconds("timeout", timeout)
        await self._ready()
        await self._touches.flush()
        if self._embedding is not None:
            await self._embedding.drain(wait)
        return await self._consumer.drain(wait)

    async def stats(self) -> Statistics:
        """How much there is, and what waits, for the whole tenant."""
        await self._ready()
        scope = SystemScope(self.settings.tenant)
        return Statistics(
            counts=await self._parts.records.count(scope),
            backlog=await self._parts.outbox.backlog(scope),
        )

    async def doctor(self, *, repair: bool = True) -> Diagnosis:
        """Compares every projection with the records and, if asked, repairs it."""
        await self._ready()
        scope = SystemScope(self.settings.tenant)
        return await examine(self._parts, scope, repair=checks.check_bool("repair", repair))
