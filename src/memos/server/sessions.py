"""Sessions: on whose behalf a request acts, and what it may reach."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from memos.client.calls import Call
from memos.errors import AuthRefused, NotFound
from memos.model.key import ApiKey, Right
from memos.server.schemas import method
from memos.system import AsyncMemOS

SCHEMES = ("bearer", "token")


@dataclass(frozen=True, slots=True)
class Session:
    """A key that was accepted, with the memory of its tenant."""

    key: ApiKey
    memos: AsyncMemOS

    async def perform(self, call: Call, arguments: Mapping[str, Any]) -> object:
        """The result of a call on behalf of whom the key is bound to."""
        bound = self.bound(arguments, _accepts(call))
        return await getattr(self.memos, call.name)(**bound)

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
        if right not in session.key.rights:
            raise NotFound("page", request.url.path)
        return session

    opened.right = right  # type: ignore[attr-defined]
    return opened
