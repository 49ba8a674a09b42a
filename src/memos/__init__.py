"""memos: a memory operating system for LLM agents.

from memos import MemOS

memos = MemOS()
memos.store("alice", "preference", "likes short answers")
memos.recall("alice", "how should I answer?")
"""

from importlib.metadata import version

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
from memos.model.memory import Kind, Memory
from memos.model.message import Added, Message
from memos.model.recall import Context, Hit, Recall
from memos.sync import MemOS
from memos.system import AsyncMemOS

__version__ = version("memos-engine")

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
