"""Cubes: named containers of memory with an owner and an access list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from memos.model.plain import Plain
from memos.model.time import Instant

USER_PREFIX = "user:"
AGENT_PREFIX = "agent:"
USER_END = "user;"  # after all cubes of users, as : comes before ;


class Role(str, Enum):
    """What a principal may do with a cube; each role includes the ones before it."""

    READER = "reader"
    WRITER = "writer"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether having this role is enough where `other` is asked for."""
        return _RANK[self] >= _RANK[other]


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Grant(Plain):
    """`principal` (``user:ID`` or ``agent:ID``) has `role` on the cube."""

    principal: str
    role: Role
    granted_at: Instant
    granted_by: str


@dataclass(frozen=True, slots=True)
class Cube(Plain):
    """A container. Personal cubes are called like their principal and exist unasked."""

    cube_id: str
    owner: str
    name: str
    created_at: Instant
    seq: int = 0
    grants: tuple[Grant, ...] = ()

    def role_of(self, principals: tuple[str, ...]) -> Role | None:
        """The strongest role that any of `principals` has here; None for strangers."""
        if self.owner in principals:
            return Role.ADMIN
        roles = [grant.role for grant in self.grants if grant.principal in principals]
        return max(roles, key=_RANK.__getitem__, default=None)


def principals(user_id: str | None, agent_id: str | None) -> tuple[str, ...]:
    """The names under which a caller is known on access lists, the user's first."""
    made = []
    if user_id is not None:
        made.append(USER_PREFIX + user_id)
    if agent_id is not None:
        made.append(AGENT_PREFIX + agent_id)
    return tuple(made)


def personal_owner(cube_id: str) -> str | None:
    """The owner of a personal cube, told by its id alone; None for other cubes."""
    return cube_id if cube_id.startswith((USER_PREFIX, AGENT_PREFIX)) else None
