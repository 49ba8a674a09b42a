"""Whose cube a call means, and who may do what with it."""

from __future__ import annotations

from collections.abc import Sequence

from memos.errors import InvalidInput, NotFound
from memos.model.cube import Cube, Role, personal_owner, principals


def written_cube(user_id: str | None, agent_id: str | None, cube_id: str | None) -> str:
    """The cube that a write goes to: the named one, else the user's, else the agent's."""
    mine = principals(user_id, agent_id)
    if cube_id is not None:
        return cube_id
    if not mine:
        raise InvalidInput("user_id", "None", "a user_id, or an agent_id")
    return mine[0]


def is_own(cube_id: str, mine: Sequence[str]) -> bool:
    """Whether a cube is the caller's personal one, which needs no look at access lists."""
    return cube_id in mine


def check_role(cube: Cube | None, cube_id: str, mine: tuple[str, ...], needed: Role) -> Cube:
    """The cube, if the caller has the role on it; else it does not exist for them."""
    role = None if cube is None else cube.role_of(mine)
    if cube is None or role is None or not role.includes(needed):
        raise NotFound("cube", cube_id)
    return cube


def readable(mine: tuple[str, ...], known: Sequence[Cube]) -> tuple[str, ...]:
    """Cubes that a caller reads: the personal ones, then what is shared or owned, by id."""
    shared = sorted(cube.cube_id for cube in known if cube.cube_id not in mine)
    return (*mine, *shared)


def check_shareable(cube_id: str) -> None:
    """New cubes must not look like personal ones."""
    if personal_owner(cube_id) is not None:
        raise InvalidInput(
            "cube_id", repr(cube_id), "an id that does not begin with user: or agent:"
        )
