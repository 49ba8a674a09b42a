"""Runs a test that is a coroutine, from opening its parts to closing them, in one event loop."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from memos.contracts.part import Part
from memos.testing.build import Backends


def scenario(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Makes ``async def test_...`` a plain test.

    Fixtures that are parts, or `Backends`, are handed over closed: they are opened before
    the test and closed after it in the loop in which the test runs.
    """

    @functools.wraps(test)
    def run(*args: object, **fixtures: object) -> None:
        asyncio.run(_play(test, args, fixtures))

    return run


async def _play(
    test: Callable[..., Coroutine[Any, Any, None]],
    args: tuple[object, ...],
    fixtures: dict[str, object],
) -> None:
    async with AsyncExitStack() as stack:
        for fixture in fixtures.values():
            if isinstance(fixture, (Part, Backends)):
                await fixture.open()
                stack.push_async_callback(fixture.close)
        await test(*args, **fixtures)
