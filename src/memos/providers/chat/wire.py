"""The HTTP client that the SDKs of all providers share: errors of our tree, and no surprises."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import httpx2

from memos.errors import BadAnswer
from memos.model.time import Clock
from memos.providers.endpoint import Endpoint
from memos.providers.retry import retry_after
from memos.providers.statuses import error_for
from memos.settings import Secret

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,59}")  # such as context_length_exceeded
LARGEST = 32 << 20  # bytes of one answer, as they come; the longest ones have a few MiB
KEYS = ("authorization", "x-api-key", "x-goog-api-key")
KINDS = ("json", "event-stream")


def client(at: Endpoint, key: Secret, clock: Clock) -> httpx2.AsyncClient:
    """A client for the server at `at`.

    It looks at answers before an SDK does: SDKs word their errors with what the server said,
    which may quote texts or the key, and each has errors of its own.
    """

    async def before(request: httpx2.Request) -> None:
        if not key:
            for name in KEYS:
                request.headers.pop(name, None)  # what stands there is a placeholder

    async def after(response: httpx2.Response) -> None:
        response.stream = _Bounded(cast("httpx2.AsyncByteStream", response.stream), at)
        if not response.is_success:
            code = _code(await response.aread(), key)
            wait = retry_after(response.headers.get("retry-after"), clock.now())
            raise error_for(at, response.status_code, code, wait)
        kind = response.headers.get("content-type", "")
        if not any(known in kind for known in KINDS):
            raise bad(at, "neither JSON nor events", "an answer of a chat model")

    # The SDKs take 5 seconds in each phase for a default that nobody chose.
    timeout = httpx2.Timeout(at.timeout, pool=at.timeout + 1)
    hooks: dict[str, list[Callable[..., Any]]] = {"request": [before], "response": [after]}
    return httpx2.AsyncClient(timeout=timeout, event_hooks=hooks)


def bad(at: Endpoint, got: str, wanted: str) -> BadAnswer:
    """The error for an answer that is not what was asked for."""
    return BadAnswer(f"{at.setting}: {at.base} answered with {got}; wanted: {wanted}")


def _code(content: bytes, key: Secret) -> str:
    """The server's word for an error; its sentences may quote the key or the texts."""
    try:
        error = json.loads(content)["error"]
        code = error.get("code") if isinstance(error.get("code"), str) else error.get("type")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return ""
    return "" if key and key.reveal() in code else code


class _Bounded(httpx2.AsyncByteStream):
    """The bytes of an answer, up to a limit: a server that never ends must not fill memory."""

    def __init__(self, inner: httpx2.AsyncByteStream, at: Endpoint) -> None:
        self._inner = inner
        self._at = at

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for piece in self._inner:
            seen += len(piece)
            if seen > LARGEST:
                raise bad(self._at, f"more than {LARGEST >> 20} MiB", "an answer of a chat model")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
