"""From who calls to the scope they get: the only place where access is decided."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from memos.errors import Conflict, InvalidInput
from memos.governance.access import check_role, is_own, readable, written_cube
from memos.memories.parts import Parts
from memos.model.cube import Cube, Role, principals
from memos.model.memory import Memory, Trust
from memos.model.scope import CubeKey, Narrowing, ReadScope, WriteScope


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and the cube they mean; at least one of the first two is given."""

    user_id: str | None = None
    agent_id: str | None = None
    cube_id: str | None = None

    @property
    def principals(self) -> tuple[str, ...]:
        """The names under which access lists know the caller."""
        return principals(self.user_id, self.agent_id)

    @property
    def trust(self) -> Trust:
        """How far what they write is trusted: a user's word counts for more than a model's."""
        return Trust.AGENT if self.user_id is None else Trust.USER

    def check_over(self, trust: Trust, cube_id: str, what: str) -> None:
        """An agent alone has no power over what others told a cube that is not its own."""
        if self.user_id is None and trust > self.trust and cube_id not in self.principals:
            raise Conflict(f"{what}: an agent alone may not change what it did not say")

    @property
    def actor(self) -> str:
        """The name that goes into histories."""
        return "+".join(self.principals)


class Scopes:
    """Decides on every call anew, so that a revocation holds from the next one on."""

    def __init__(self, parts: Parts, tenant: str) -> None:
        self._parts = parts
        self._tenant = tenant

    async def writing(self, caller: Caller, role: Role = Role.WRITER) -> WriteScope:
        """The cube that the caller writes; raises NotFound for one they may not."""
        cube_id = written_cube(caller.user_id, caller.agent_id, caller.cube_id)
        if not is_own(cube_id, caller.principals):
            check_role(await self._cube(cube_id), cube_id, _known(caller), role)
        return WriteScope(self._tenant, cube_id, caller.actor)

    async def writing_to(self, caller: Caller, memory: Memory) -> WriteScope:
        """The cube in which a memory that the caller can read lies, if they may write it."""
        return await self.writing(Caller(caller.user_id, caller.agent_id, memory.cube_id))

    async def reading(
        self, caller: Caller, narrowing: Narrowing
    ) -> tuple[ReadScope, dict[str, int]]:
        """The cubes that the caller reads, and how many commits each has seen."""
        mine = _known(caller)
        if caller.cube_id is not None:
            cube = await self._cube(caller.cube_id)
            if not is_own(caller.cube_id, mine):
                check_role(cube, caller.cube_id, mine, Role.READER)
            cubes: tuple[str, ...] = (caller.cube_id,)
            found = [cube] if cube is not None else []
        else:
            found = await self._parts.records.cubes(self._tenant, mine)
            cubes = readable(mine, found)
        seqs = dict.fromkeys(cubes, 0) | {cube.cube_id: cube.seq for cube in found}
        return ReadScope(self._tenant, cubes, narrowing), seqs

    async def administered(self, caller: Caller) -> Cube | None:
        """The cube whose access list the caller may change; None: their own, not there yet."""
        mine = _known(caller)
        cube_id = written_cube(caller.user_id, caller.agent_id, caller.cube_id)
        cube = await self._cube(cube_id)
        if cube is None and is_own(cube_id, mine):
            return None
        return check_role(cube, cube_id, mine, Role.ADMIN)

    async def shared(self, caller: Caller) -> Cube:
        """`administered`, with the caller's own made if need be."""
        cube = await self.administered(caller)
        if cube is not None:
            return cube
        cube_id = written_cube(caller.user_id, caller.agent_id, caller.cube_id)
        made = Cube(cube_id, cube_id, cube_id, self._parts.clock.now())
        with contextlib.suppress(Conflict):  # another call made it meanwhile
            await self._parts.records.create_cube(self._tenant, made)
        return await self._cube(cube_id) or made

    def key(self, cube_id: str) -> CubeKey:
        """The full name of a cube."""
        return CubeKey(self._tenant, cube_id)

    async def _cube(self, cube_id: str) -> Cube | None:
        return await self._parts.records.cube(CubeKey(self._tenant, cube_id))


def _known(caller: Caller) -> tuple[str, ...]:
    if not caller.principals:
        raise InvalidInput("user_id", "None", "a user_id, or an agent_id")
    return caller.principals
