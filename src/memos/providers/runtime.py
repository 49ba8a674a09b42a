"""Running models beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from memos.errors import UsageError

T = TypeVar("T")


async def in_thread(pool: Executor, work: Callable[..., T], *given: object) -> T:
    """Runs `work` in the pool, or here where no loop would be held up."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return work(*given)
    try:
        running = loop.run_in_executor(pool, work, *given)
    except RuntimeError as error:
        raise UsageError("the model is closed") from error
    return await running
