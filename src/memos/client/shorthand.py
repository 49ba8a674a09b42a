"""Shorthand: three calls without an object, for scripts; settings come from the environment."""

from __future__ import annotations

import atexit
from functools import cache
from typing import Any

from memos.client.drivers import Client
from memos.model.cube import USER_PREFIX
from memos.model.message import Added, Message
from memos.model.recall import Recall
from memos.settings import Remote


def search_memory(user_id: str, query: str, **more: Any) -> Recall:  # noqa: ANN401 - passed on
    """The memories that answer `query`; `more` are arguments of `MemOS.recall`.

    Where KNOWLEDGE_BASE_IDS names cubes, these and the user's own are searched, and no others
    that are shared with them.
    """
    remote = Remote.load()
    if remote.knowledge_bases and "cube_id" not in more:
        cubes = {"cube_id": {"in": [f"{USER_PREFIX}{user_id}", *remote.knowledge_bases]}}
        given = more.pop("filter", None)
        more["filter"] = cubes if given is None else {"AND": [cubes, given]}
    return _client(remote).recall(user_id, query, **more)


def add_message(user_id: str, *, role: str, content: str, **more: Any) -> Added:  # noqa: ANN401
    """Remembers one message; `more` are arguments of `MemOS.add_message`."""
    return _client(Remote.load()).add_message(user_id, role=role, content=content, **more)


def get_messages(user_id: str, **more: Any) -> list[Message]:  # noqa: ANN401 - passed on
    """What was said; `more` are arguments of `MemOS.get_messages`."""
    return _client(Remote.load()).get_messages(user_id, **more)


@cache
def _client(remote: Remote) -> Client:
    client = Client(remote.base_url, api_key=remote.api_key.reveal())
    atexit.register(client.close)
    return client
