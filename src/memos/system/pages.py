"""Public calls that read pages: what is known and was said, put together."""

from __future__ import annotations

from memos.governance.access import written_cube
from memos.ingest.pages import PageKind
from memos.memories.page_steps import PAGE
from memos.memories.scopes import Caller
from memos.model import checks
from memos.model.memory import OURS, Kind, Memory
from memos.system.base import Base

ALL = 1 << 30  # more pages than there are


class Consolidated(Base):
    """Pages, which the job ``consolidate`` keeps up to date."""

    async def pages(
        self,
        user_id: str | None = None,
        *,
        page: str | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> list[Memory]:
        """The pages of the cubes that the caller reads, newest first; it makes none.

        Args:
            user_id: whose memories.
            page: only those of one sort: profile, person, conversation or topic.
            agent_id: the reading agent.
            cube_id: only this cube.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        wanted = None if page is None else checks.check_choice("page", page, PageKind)
        narrowing = self._narrowing(caller)
        await self._ready()
        scope, _ = await self._scopes.reading(caller, narrowing)
        found = await self._parts.records.recent(scope, ALL, [Kind.SUMMARY])
        ours = [one for one in found if one.role == OURS]
        return [one for one in ours if wanted is None or one.metadata[PAGE] == wanted.value]

    async def profile(
        self,
        user_id: str | None = None,
        *,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> Memory | None:
        """What is known of a user, or of whom an agent alone serves, as one page; None if nothing.

        It is brought up to date by this call if need be.

        Args:
            user_id: of whom.
            agent_id: the reading agent.
            cube_id: another cube than the personal one.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        place = written_cube(caller.user_id, caller.agent_id, caller.cube_id)
        await self._ready()
        own = Caller(caller.user_id, caller.agent_id, place)
        await self._scopes.reading(own, self._narrowing(caller))  # raises unless they may read it
        about = caller.user_id or caller.agent_id or ""
        return await self._pages.profile(self._scopes.key(place), about)
