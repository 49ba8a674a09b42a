"""Calling: what all calls go through, whoever sends them."""

from __future__ import annotations

import functools
import inspect
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from memos.client.calls import Call
from memos.client.retrying import Patience
from memos.client.wire import BY_NAME, Prepared, ServerError, prepared, result

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", bound="Calling")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class NoAnswer(Exception):
    """The connection failed; the text says how."""


class Calling:
    """Sends calls and tries again what failed in passing; drivers say how to send and wait."""

    _patience: Patience

    async def _call(self, call: Call, arguments: Mapping[str, Any], kind: Any) -> Any:  # noqa: ANN401
        """The result, of the type `kind`."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if call.has_body else {}
        answer = await self._answer(prepared(call, arguments), headers)
        return result(kind, answer.status, answer.content)

    async def _answer(self, request: Prepared, headers: Mapping[str, str]) -> Answer:
        tried = 0
        while True:
            tried += 1
            answer, failed = None, ""
            try:
                answer = await self._send(request, headers)
            except NoAnswer as error:
                failed = str(error)
            status, told = (None, {}) if answer is None else (answer.status, answer.headers)
            pause = self._patience.pause(tried, status, told)
            if pause is None and answer is None:
                raise ServerError(None, failed)
            if pause is None and answer is not None:
                return answer
            await self._wait(pause or 0.0)

    async def _send(self, request: Prepared, headers: Mapping[str, str]) -> Answer:
        """One try; raises NoAnswer."""
        raise NotImplementedError

    async def _wait(self, seconds: float) -> None:
        raise NotImplementedError


def remote(
    method: Callable[Concatenate[C, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[C, P], Coroutine[Any, Any, T]]:
    """Turns a signature into the call of its name at the server."""
    call, signature = BY_NAME[method.__name__], inspect.signature(method)

    @functools.wraps(method)
    async def asked(self: C, /, *args: P.args, **kwargs: P.kwargs) -> T:
        given = signature.bind(self, *args, **kwargs).arguments
        arguments = {name: value for name, value in given.items() if name != "self"}
        made: T = await self._call(call, arguments, _returned(method))
        return made

    return asked


@functools.cache
def _returned(method: Callable[..., Any]) -> Any:  # noqa: ANN401 - a type
    return get_type_hints(method)["return"]
