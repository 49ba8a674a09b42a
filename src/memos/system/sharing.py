"""Public calls about cubes and who may use them."""

from __future__ import annotations

from memos.errors import InvalidInput
from memos.governance.access import check_shareable
from memos.model import checks
from memos.model.cube import Cube, Grant, Role, principals
from memos.system.base import Base


class Sharing(Base):
    """Cubes and their access lists."""

    async def create_cube(
        self,
        user_id: str | None = None,
        cube_id: str = "",
        *,
        name: str | None = None,
        agent_id: str | None = None,
    ) -> Cube:
        """Makes a cube that the caller owns; raises Conflict when the id is taken."""
        caller = self._desk.caller(user_id, agent_id)
        wanted = checks.check_id("cube_id", cube_id, self.settings.max_id)
        check_shareable(wanted)
        title = checks.optional_id("name", name, self.settings.max_id) or wanted
        scope = await self._scopes.writing(caller)  # refuses a call without a caller
        await self._ready()
        cube = Cube(wanted, scope.cube_id, title, self._parts.clock.now())
        await self._parts.records.create_cube(self.settings.tenant, cube)
        return cube

    async def cubes(self, user_id: str | None = None, *, agent_id: str | None = None) -> list[Cube]:
        """The cubes that the caller owns or that are shared with them."""
        caller = self._desk.caller(user_id, agent_id)
        await self._scopes.writing(caller)  # refuses a call without a caller
        await self._ready()
        return await self._parts.records.cubes(self.settings.tenant, caller.principals)

    async def share(
        self,
        user_id: str | None = None,
        cube_id: str | None = None,
        *,
        to_user: str | None = None,
        to_agent: str | None = None,
        role: str = "reader",
        agent_id: str | None = None,
    ) -> Cube:
        """Lets a user or an agent read (or write, or administer) a cube of the caller's.

        Without `cube_id` it is the personal one. Raises NotFound unless the caller
        administers the cube.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        principal = self._principal(to_user, to_agent)
        given = checks.check_choice("role", role, Role)
        await self._ready()
        cube = await self._scopes.shared(caller)
        key = self._scopes.key(cube.cube_id)
        now = self._parts.clock.now()
        await self._parts.records.set_grant(key, Grant(principal, given, now, caller.actor))
        return await self._parts.records.cube(key) or cube

    async def unshare(
        self,
        user_id: str | None = None,
        cube_id: str | None = None,
        *,
        to_user: str | None = None,
        to_agent: str | None = None,
        agent_id: str | None = None,
    ) -> bool:
        """Takes a role away, from the next call on; False when there was none."""
        caller = self._desk.caller(user_id, agent_id, cube_id)
        principal = self._principal(to_user, to_agent)
        await self._ready()
        cube = await self._scopes.administered(caller)
        if cube is None:  # nobody has written it yet, so it cannot have been shared
            return False
        return await self._parts.records.drop_grant(self._scopes.key(cube.cube_id), principal)

    def _principal(self, to_user: object, to_agent: object) -> str:
        longest = self.settings.max_id
        named = principals(
            checks.optional_id("to_user", to_user, longest),
            checks.optional_id("to_agent", to_agent, longest),
        )
        if len(named) != 1:
            raise InvalidInput(
                "to_user", "two receivers" if named else "no receiver", "to_user or to_agent"
            )
        return named[0]
