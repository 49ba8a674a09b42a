"""What went wrong inside pydantic-ai and the SDKs below it, as errors of our tree."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError

import httpx2
from pydantic_ai.exceptions import ModelAPIError, ModelHTTPError

from memos.errors import InvalidInput, MemOSError, ProviderDown, ProviderTimeout
from memos.providers.chat.wire import bad
from memos.providers.endpoint import Endpoint
from memos.providers.statuses import error_for

WANTED = "an answer of a chat model"
UNREADABLE = (JSONDecodeError, UnicodeDecodeError, httpx2.DecodingError, RecursionError)


@contextmanager
def translated(at: Endpoint) -> Iterator[None]:
    """Raises ours for theirs, without the chain: their messages quote what the server said."""
    try:
        yield
    except MemOSError:
        raise
    except Exception as error:  # noqa: BLE001  (whatever they stumble over is the server's answer)
        found = _ours(error, at)
    else:
        return
    raise found from None


def _ours(error: Exception, at: Endpoint) -> MemOSError:
    for cause in _chain(error):
        if isinstance(cause, MemOSError):
            return cause
        if isinstance(cause, (httpx2.TimeoutException, asyncio.TimeoutError)):
            said = f"{at.setting}: {at.base} did not answer within timeout={at.timeout:g} seconds"
            return ProviderTimeout(said)
        if isinstance(cause, UNREADABLE):
            return bad(at, "no JSON", WANTED)
        if isinstance(cause, httpx2.InvalidURL):
            return InvalidInput(at.setting, "a URL that cannot be read", at.form)
        if isinstance(cause, httpx2.TransportError):
            kind = type(cause).__name__
            said = f"{at.setting}: no connection to {at.base}, or a broken one ({kind})"
            return ProviderDown(said)
    return _from_library(error, at)


def _from_library(error: Exception, at: Endpoint) -> MemOSError:
    if isinstance(error, ModelHTTPError) and error.status_code >= 400:
        return error_for(at, error.status_code, "", None)
    if isinstance(error, ModelAPIError):
        return ProviderDown(f"{at.setting}: {at.base} answered with an error, or broke off")
    return bad(at, f"what cannot be read ({type(error).__name__})", WANTED)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it was raised from; not what else was being dealt with just then."""
    while error is not None:
        yield error
        error = error.__cause__
