"""Public calls that list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from memos.client.walking import AsyncWalking
from memos.model import checks
from memos.model.memory import Memory
from memos.model.user import User
from memos.system.base import Base, When


class Listing(Base, AsyncWalking):
    """What there is, in pages."""

    async def memories(
        self,
        user_id: str | None = None,
        *,
        kinds: Sequence[str] | str | None = None,
        conversation_id: str | None = None,
        filter: Mapping[str, Any] | None = None,
        limit: int = 100,
        before: str | None = None,
        as_of: When | None = None,
        known_at: When | None = None,
        include_archived: bool = False,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> list[Memory]:
        """The memories that the caller sees, those made last first.

        The order is that of their ids, and an update keeps the id: what is written meanwhile
        moves nothing from page to page.

        Args:
            user_id: whose memories, as in `recall`.
            kinds: only memories of these kinds.
            conversation_id: only what was said there.
            filter: see `memos.model.filter`.
            limit: how many at most.
            before: a memory's `id`; with that of the last one got, the page after it.
            as_of: what was true then.
            known_at: what we knew then.
            include_archived: also memories that were archived.
            agent_id: the reading agent.
            cube_id: only this cube.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        most = checks.check_int("limit", limit, 1, self.settings.max_batch)
        cursor = checks.optional_uuid("before", before)
        narrowing = self._narrowing(
            caller, kinds=kinds, conversation_id=conversation_id, filter=filter, as_of=as_of,
            known_at=known_at, include_archived=include_archived,
        )  # fmt: skip
        await self._ready()
        scope, _ = await self._scopes.reading(caller, narrowing)
        return await self._parts.records.listed(scope, most, cursor)

    async def users(self, *, limit: int = 100, after: str | None = None) -> list[User]:
        """The users of the tenant who have written or shared something, by id.

        `after` is a `user_id`: with that of the last one got, the page after it.
        """
        most = checks.check_int("limit", limit, 1, self.settings.max_batch)
        since = checks.optional_id("after", after, self.settings.max_id)
        await self._ready()
        return await self._parts.records.users(self.settings.tenant, most, since or "")
