"""A memory that knows a few keys, for tests of who may do what over HTTP."""

from __future__ import annotations

from memos import AsyncMemOS
from memos.errors import AuthRefused
from memos.model.key import ApiKey, Right
from memos.model.time import Instant


def key(name: str, *rights: Right, user_id: str | None = None, tenant: str = "default") -> ApiKey:
    given = frozenset(rights or Right)
    return ApiKey(name, tenant, name, given, Instant(0), "home", user_id=user_id)


KEYS = {
    one.name: one
    for one in (
        key("all"),
        key("ann", user_id="ann"),
        key("reader", Right.READ),
        key("elsewhere", tenant="elsewhere"),
    )
}


class Keyed(AsyncMemOS):
    """The text of a key is its name."""

    async def authenticate(self, text: str) -> ApiKey:
        if text not in KEYS:
            raise AuthRefused
        return KEYS[text]
