"""Walking: lists that come in pages, one entry after another, for all who offer them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any, TypeVar, cast

from memos.model.memory import Memory
from memos.model.message import Message
from memos.model.user import User

T = TypeVar("T")

PAGE = 500  # entries


class Walking:
    """For who blocks."""

    def each_memory(
        self,
        user_id: str | None = None,
        **narrowing: Any,  # noqa: ANN401 - passed on
    ) -> Iterator[Memory]:
        """All that `memories` lists, the newest first; `narrowing` are its other arguments."""
        ask = partial(cast("Any", self).memories, user_id, limit=PAGE, **narrowing)
        return _walk(lambda last: ask(before=last.id if last else None))

    def each_message(
        self,
        user_id: str | None = None,
        conversation_id: str | None = None,
        **narrowing: Any,  # noqa: ANN401 - passed on
    ) -> Iterator[Message]:
        """All messages, the newest first; `narrowing` are other arguments of `get_messages`."""
        ask = partial(
            cast("Any", self).get_messages, user_id, conversation_id, limit=PAGE, **narrowing
        )
        return _walk(lambda last: ask(before=last.id if last else None)[::-1])

    def each_user(self) -> Iterator[User]:
        """All that `users` lists, by id."""
        ask = partial(cast("Any", self).users, limit=PAGE)
        return _walk(lambda last: ask(after=last.user_id if last else None))


class AsyncWalking:
    """For who awaits; the methods are those of `Walking`."""

    def each_memory(
        self,
        user_id: str | None = None,
        **narrowing: Any,  # noqa: ANN401 - passed on
    ) -> AsyncIterator[Memory]:
        """All that `memories` lists, the newest first; `narrowing` are its other arguments."""
        ask = partial(cast("Any", self).memories, user_id, limit=PAGE, **narrowing)

        async def page(last: Memory | None) -> list[Memory]:
            found: list[Memory] = await ask(before=last.id if last else None)
            return found

        return _walk_async(page)

    def each_message(
        self,
        user_id: str | None = None,
        conversation_id: str | None = None,
        **narrowing: Any,  # noqa: ANN401 - passed on
    ) -> AsyncIterator[Message]:
        """All messages, the newest first; `narrowing` are other arguments of `get_messages`."""
        ask = partial(
            cast("Any", self).get_messages, user_id, conversation_id, limit=PAGE, **narrowing
        )

        async def page(last: Message | None) -> list[Message]:
            found: list[Message] = await ask(before=last.id if last else None)
            return found[::-1]

        return _walk_async(page)

    def each_user(self) -> AsyncIterator[User]:
        """All that `users` lists, by id."""
        ask = partial(cast("Any", self).users, limit=PAGE)

        async def page(last: User | None) -> list[User]:
            found: list[User] = await ask(after=last.user_id if last else None)
            return found

        return _walk_async(page)


def _walk(page: Callable[[T | None], list[T]]) -> Iterator[T]:
    found = page(None)
    while found:
        yield from found
        found = page(found[-1]) if len(found) == PAGE else []


async def _walk_async(page: Callable[[T | None], Awaitable[list[T]]]) -> AsyncIterator[T]:
    found = await page(None)
    while found:
        for one in found:
            yield one
        found = await page(found[-1]) if len(found) == PAGE else []
