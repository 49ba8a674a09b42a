"""Bodies: how large they may be."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from memos.server.problems import problem


class BodyLimit:
    """Refuses a request whose body is larger than `most` bytes, before or while it is read."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on while it is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "")
        if told.isascii() and told.isdigit() and int(told[:20]) > self._most:
            await self._refused(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            return message if read <= self._most else {"type": "http.disconnect"}

        async def passed(message: Message) -> None:
            if read <= self._most:
                await send(message)

        await self._app(scope, counted, passed)
        if read > self._most:  # whoever read it saw the caller go, and nothing was answered
            await self._refused(scope, receive, send)

    async def _refused(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = f"body: more than {self._most} bytes; allowed: up to {self._most} bytes"
        answer = problem(413, "Too large", said, kind="too-large", field="body")
        answer.headers["connection"] = "close"
        await answer(scope, receive, send)
