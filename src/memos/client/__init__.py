"""memos over the network: clients with the methods of `MemOS` (extra `client`).

from memos.client import add_message, search_memory

add_message("alice", role="user", content="I moved to Porto")
search_memory("alice", "Where does Alice live?")
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memos.client.drivers import AsyncClient, Client
    from memos.client.shorthand import add_message, get_messages, search_memory
    from memos.client.wire import ServerError

__all__ = ["AsyncClient", "Client", "ServerError", "add_message", "get_messages", "search_memory"]

_PLACES = {
    "AsyncClient": "drivers",
    "Client": "drivers",
    "ServerError": "wire",
    "add_message": "shorthand",
    "get_messages": "shorthand",
    "search_memory": "shorthand",
}

if not TYPE_CHECKING:  # httpx is an extra, and only clients need it

    def __getattr__(name: str) -> object:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
