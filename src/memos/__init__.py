"""memos: a memory operating system for LLM agents.

from memos import MemOS

memos = MemOS()
memos.store("alice", "preference", "likes short answers")
memos.recall("alice", "how should I answer?")
"""

from importlib import import_module
from typing import TYPE_CHECKING

from memos.errors import (
    Conflict,
    DeadlineExceeded,
    InvalidInput,
    MemOSError,
    MissingDependency,
    NotFound,
    StorageError,
    UsageError,
)

if TYPE_CHECKING:
    from memos.model.memory import Kind, Memory
    from memos.model.message import Added, Message
    from memos.model.recall import Context, Hit, Recall
    from memos.sync import MemOS
    from memos.system import AsyncMemOS

    __version__: str

__all__ = [
    "Added",
    "AsyncMemOS",
    "Conflict",
    "Context",
    "DeadlineExceeded",
    "Hit",
    "InvalidInput",
    "Kind",
    "MemOS",
    "MemOSError",
    "Memory",
    "Message",
    "MissingDependency",
    "NotFound",
    "Recall",
    "StorageError",
    "UsageError",
    "__version__",
]

# Loaded on first use: `memos --help` and `memos.errors` should not cost the whole engine.
_LATER = {
    "Added": "memos.model.message",
    "AsyncMemOS": "memos.system",
    "Context": "memos.model.recall",
    "Hit": "memos.model.recall",
    "Kind": "memos.model.memory",
    "MemOS": "memos.sync",
    "Memory": "memos.model.memory",
    "Message": "memos.model.message",
    "Recall": "memos.model.recall",
}


if not TYPE_CHECKING:  # a type checker that saw this would take any name for one of ours

    def __getattr__(name: str) -> object:
        if name == "__version__":
            value: object = import_module("importlib.metadata").version("memos-engine")
        elif name in _LATER:
            value = getattr(import_module(_LATER[name]), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
