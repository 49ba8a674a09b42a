"""Public calls that examine how good what is stored is."""

from __future__ import annotations

import asyncio

from memos.ingest.audit.examination import MOST_DAYS, MOST_EXAMPLES, Examination
from memos.memories.auditing import DAY, Age, walk
from memos.model import checks
from memos.model.audit import AuditReport
from memos.model.scope import SystemScope
from memos.model.time import EARLIEST, Instant
from memos.system.base import Base


class Auditing(Base):
    """Examinations; they change nothing, and are no recalls."""

    async def audit(
        self,
        user_id: str | None = None,
        *,
        examples: int = 3,
        stale_days: int = 90,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> AuditReport:
        """How good what is stored is: junk, repetitions, contradictions, secrets, and more.

        Of what a caller may read, or of the whole tenant where nobody is named.

        Args:
            user_id: whose memories; with `agent_id`, those of both.
            examples: how many of each sort to show at most.
            stale_days: after how many days a memory is stale that was never recalled.
            agent_id: the reading agent.
            cube_id: only this cube.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        examination = Examination(checks.check_int("examples", examples, 0, MOST_EXAMPLES))
        days = checks.check_int("stale_days", stale_days, 0, MOST_DAYS)
        await self._ready()
        now = self._parts.clock.now()
        age = Age(now, Instant(max(EARLIEST, now - days * DAY)))
        if caller.principals or caller.cube_id is not None:
            narrowing = self._narrowing(caller)
            scope, _ = await self._scopes.reading(caller, narrowing)
            await walk(self._parts, scope.cube_keys, narrowing.admits, age, examination)
        else:
            keys = await self._parts.records.cube_keys(SystemScope(self.settings.tenant))
            await walk(self._parts, keys, lambda _: True, age, examination)
        return await asyncio.to_thread(examination.report)
