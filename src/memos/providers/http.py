"""JSON over HTTP: one client for each provider, with timeouts, retries and errors of our tree."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from memos.errors import BadAnswer, InvalidInput, ProviderDown, ProviderTimeout, UsageError
from memos.model.time import Clock, SystemClock
from memos.providers.endpoint import Endpoint
from memos.providers.retry import Sleep, doze, persist, retry_after
from memos.providers.statuses import error_for
from memos.settings import Secret

CODE = re.compile(r"[a-z][a-z0-9_.]{0,59}")  # such as context_length_exceeded

T = TypeVar("T")


class Service:
    """The server at an endpoint. Neither the key nor what goes over the wire is in an error."""

    def __init__(
        self, at: Endpoint, key: Secret, clock: Clock | None = None, sleep: Sleep = doze
    ) -> None:
        self._at = at
        self._key = key
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self._timeout, self._attempts = at.timeout, at.attempts  # refused now, if they are wrong
        self._client: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Makes the client; nothing is sent."""
        if self._client is None:
            headers = {"Content-Type": "application/json"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key.reveal()}"
            self._client = httpx.AsyncClient(headers=headers, timeout=self._timeout)

    async def close(self) -> None:
        """Ends all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object with which the server answers."""
        content = await persist(
            lambda: self._in_time(self._whole(path, body)), self._attempts, self._sleep
        )
        return self.parsed(content)

    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[bytes, None]:
        """The bytes of the answer as they come; the timeout holds for each silence.

        Only the beginning is tried again: nobody wants to read the same words twice.
        """
        response = await persist(
            lambda: self._in_time(self._ask(path, body)), self._attempts, self._sleep
        )
        try:
            with self._translated():
                async for piece in response.aiter_bytes():
                    yield piece
        finally:
            await response.aclose()

    def parsed(self, content: bytes | str) -> dict[str, Any]:
        """`content` as a JSON object; raises BadAnswer."""
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise self.bad("no JSON", "JSON") from error
        if not isinstance(found, dict):
            raise self.bad(f"a JSON {type(found).__name__}", "a JSON object")
        return found

    def bad(self, got: str, wanted: str) -> BadAnswer:
        """The error for an answer that is not what was asked for."""
        return BadAnswer(
            f"{self._at.setting}: {self._at.base} answered with {got}; wanted: {wanted}"
        )

    async def _whole(self, path: str, body: Mapping[str, Any]) -> bytes:
        response = await self._ask(path, body)
        try:
            return await response.aread()
        finally:
            await response.aclose()

    async def _ask(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """A good answer, of which no more than the head is read."""
        if self._client is None:
            raise UsageError(f"{self._at.setting} is not open")
        content = json.dumps(body, ensure_ascii=False).encode()
        request = self._client.build_request("POST", self._at.base + path, content=content)
        response = await self._client.send(request, stream=True)
        if response.is_success:
            return response
        try:
            code = self._code(await response.aread())
        finally:
            await response.aclose()
        wait = retry_after(response.headers.get("Retry-After"), self._clock.now())
        raise error_for(self._at, response.status_code, code, wait)

    def _code(self, content: bytes) -> str:
        """The server's word for an error; its sentences may quote the key or the texts."""
        try:
            error = self.parsed(content).get("error")
        except BadAnswer:
            return ""
        code = error.get("code") if isinstance(error, dict) else None
        if not isinstance(code, str) or not CODE.fullmatch(code):
            return ""
        return "" if self._key and self._key.reveal() in code else code

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        with self._translated():
            return await asyncio.wait_for(work, self._timeout)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        setting, base = self._at.setting, self._at.base
        try:
            yield
        except (httpx.TimeoutException, asyncio.TimeoutError) as error:
            said = f"{setting}: {base} did not answer within timeout={self._timeout:g} seconds"
            raise ProviderTimeout(said) from error
        except httpx.TransportError as error:
            said = f"{setting}: no connection to {base}, or a broken one ({type(error).__name__})"
            raise ProviderDown(said) from error
        except httpx.HTTPError as error:
            raise self.bad("an encoding that cannot be read", "JSON") from error
        except httpx.InvalidURL as error:
            raise InvalidInput(setting, "a URL that cannot be read", self._at.form) from error
