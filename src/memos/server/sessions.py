"""Sessions: on whose behalf a request acts, and what it may reach."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from memos.client.calls import Call
from memos.errors import AuthRefused, InvalidInput, NotFound
from memos.model.key import ApiKey, Right
from memos.server.schemas import method
from memos.system import AsyncMemOS

SCHEMES = ("bearer", "token")
_NOBODY = (None, None, None)
_OVER_ALL = (Right.ADMIN, Right.OPERATOR)  # not for a key that is bound to somebody


@dataclass(frozen=True, slots=True)
class Session:
    """A key that was accepted, with the memory of its tenant."""

    key: ApiKey
    memos: AsyncMemOS

    async def perform(self, call: Call, arguments: Mapping[str, Any]) -> object:
        """The result of a call on behalf of whom the key is bound to."""
        bound = self.bound(arguments, _accepts(call))
        await self._check_keys(call, bound)
        return await getattr(self.memos, call.name)(**bound)

    async def _check_keys(self, call: Call, arguments: Mapping[str, Any]) -> None:
        """No key makes one that opens more than itself, and none is handled by a lesser one."""
        mine = self.key.rights
        for at, right in enumerate(
            arguments.get("rights", ()) if call.name == "create_key" else ()
        ):
            if right in set(Right) and right not in mine:
                allowed = ", ".join(sorted(one.value for one in mine))
                raise InvalidInput(f"rights[{at}]", "more than the key has that asks", allowed)
        if call.name in ("rotate_key", "revoke_key"):
            known = {key.id: key for key in await self.memos.keys(arguments.get("tenant"))}
            other = known.get(str(arguments.get("key_id")))
            if other is not None and not other.rights <= mine:
                raise NotFound("key", other.id)

    def bound(self, arguments: Mapping[str, Any], accepted: frozenset[str]) -> dict[str, Any]:
        """`arguments` with the key's own user, agent and cube; others do not exist for it.

        A key of a user speaks for no agent that it does not name, and the other way round:
        an agent's own cube is nobody else's.
        """
        made, key = dict(arguments), self.key
        whose = {"user_id": key.user_id, "agent_id": key.agent_id}
        fixed = {} if not any(whose.values()) else whose
        if key.cube_id is not None:
            fixed["cube_id"] = key.cube_id
        for name, only in fixed.items():
            if name in accepted and made.get(name) not in (None, only):
                raise NotFound(name.removesuffix("_id"), str(made[name]))
            if name in accepted and only is not None:
                made[name] = only
        if "actor" in accepted:
            made["actor"] = key.id
        if "tenant" in accepted and Right.OPERATOR not in key.rights:
            if made.get("tenant") not in (None, key.tenant):
                raise NotFound("tenant", str(made["tenant"]))
            made["tenant"] = key.tenant
        return made


def _accepts(call: Call) -> frozenset[str]:
    return frozenset(inspect.signature(method(call)).parameters)


class Doorkeeper:
    """Turns the key of a request into a session; memories of tenants are made once."""

    def __init__(self, memos: AsyncMemOS, open_as: ApiKey | None) -> None:
        """`open_as`: the key of everybody, where nobody needs one."""
        self._memos = memos
        self._open_as = open_as
        self._tenants: dict[str, AsyncMemOS] = {}

    async def session(self, request: Request) -> Session:
        """Raises AuthRefused."""
        key = self._open_as or await self._memos.authenticate(given_key(request))
        memos = self._tenants.get(key.tenant)
        if memos is None:
            memos = self._tenants[key.tenant] = self._memos.of(key.tenant)
        return Session(key, memos)


def given_key(request: Request) -> str:
    """The key in the header ``Authorization: Bearer KEY`` (or ``Token KEY``)."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in SCHEMES or not text:
        raise AuthRefused
    return text.strip()


def needs(right: Right) -> Callable[[Request], Any]:
    """A dependency: the session of a request whose key has `right`; without it nothing is there."""

    async def opened(request: Request) -> Session:
        doorkeeper: Doorkeeper = request.app.state.doorkeeper
        session = await doorkeeper.session(request)
        bound = (session.key.user_id, session.key.agent_id, session.key.cube_id) != _NOBODY
        if right not in session.key.rights or (bound and right in _OVER_ALL):
            raise NotFound("page", request.url.path)
        return session

    opened.right = right  # type: ignore[attr-defined]
    return opened
