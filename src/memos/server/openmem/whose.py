"""Whose memory a request of the dialect means, by what it names and by its key."""

from __future__ import annotations

from http import HTTPStatus
from itertools import product

from starlette.exceptions import HTTPException

from memos.errors import InvalidInput
from memos.memories.scopes import Caller
from memos.model.memory import Memory
from memos.server.openmem import inside
from memos.server.openmem.bodies import Names, Whose
from memos.server.sessions import Session

MOST = 100  # that one call may add to
_NAMES = frozenset({"user_id", "agent_id", "cube_id"})


def who(
    session: Session, user_id: str | None, agent_id: str | None, cube_id: str | None = None
) -> Caller:
    """Who acts; raises NotFound for another one than the key is bound to."""
    given = {"user_id": user_id, "agent_id": agent_id, "cube_id": cube_id}
    return Caller(**session.bound({name: one for name, one in given.items() if one}, _NAMES))


def everyone(session: Session, users: Names | None, agents: Names | None) -> list[Caller]:
    """Who acts where one or several may be named: each user, with each agent if there are any."""
    pairs = list(product(_several(users), _several(agents)))
    if len(pairs) > MOST:
        raise InvalidInput("user_id", f"{len(pairs)} users and agents", f"at most {MOST}")
    return [who(session, user, agent) for user, agent in pairs]


def _several(names: Names | None) -> list[str | None]:
    if names is None or isinstance(names, str):
        return [names]
    return list(dict.fromkeys(names)) or [None]


async def holding(session: Session, asked: Whose, memory_id: str) -> tuple[Caller, Memory]:
    """Who can change a memory that is named by its id alone, and the memory; raises NotFound.

    A key that is bound to nobody acts for whoever owns the cube in which the memory lies.
    """
    memos = session.memos
    caller = who(session, asked.user_id, asked.agent_id)
    if not caller.principals:
        if caller.cube_id is None:
            caller = await inside.holder(memos, memory_id)
        else:
            caller = await inside.owner(memos, caller.cube_id)
    memory = await memos.get_memory(
        caller.user_id, memory_id, agent_id=caller.agent_id, cube_id=caller.cube_id
    )
    return caller, memory


def not_offered(what: str) -> HTTPException:
    """What is raised for a part of the dialect that this server does not have."""
    return HTTPException(HTTPStatus.NOT_IMPLEMENTED, f"not offered yet: {what}")


def offered(**wanted: object) -> None:
    """Refuses arguments that ask for what this server does not have, where they ask for it."""
    for name, value in wanted.items():
        if value:
            raise not_offered(name)
