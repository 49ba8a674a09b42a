"""Clients: the same calls, awaited or blocking, over httpx."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from memos.client.calling import Answer, NoAnswer
from memos.client.house_calls import HouseCalls
from memos.client.identity_calls import IdentityCalls
from memos.client.memory_calls import MemoryCalls
from memos.client.retrying import Patience
from memos.client.walking import AsyncWalking, Walking
from memos.client.wire import Prepared
from memos.errors import InvalidInput, MissingDependency, UsageError
from memos.settings import Remote, as_secret

try:
    import httpx
except ImportError as missing:
    raise MissingDependency("memos.client", "client") from missing

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A", bound="AsyncClient")
C = TypeVar("C", bound="Client")

TIMEOUT = 30.0


def _options(base_url: str | None, api_key: str | None, timeout: float) -> dict[str, Any]:
    known = Remote.load()
    base = base_url or known.base_url
    if not base.startswith(("http://", "https://")):
        raise InvalidInput("base_url", "no http:// or https:// URL", "http://HOST:PORT")
    key = known.api_key.reveal() if api_key is None else as_secret("api_key", api_key).reveal()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return {"base_url": base.rstrip("/"), "headers": headers, "timeout": timeout}


class AsyncClient(MemoryCalls, HouseCalls, IdentityCalls, AsyncWalking):
    """memos at a server; the methods are those of `AsyncMemOS`."""

    _needs_loop = True

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float = TIMEOUT,
        tries: int = 4,
    ) -> None:
        """`base_url` or MEMOS_BASE_URL, `api_key` or MEMOS_API_KEY; seconds for each try."""
        self._http = httpx.AsyncClient(**_options(base_url, api_key, timeout))
        self._patience = Patience(tries)

    async def open(self) -> None:
        """Nothing: connections are made when they are needed."""

    async def close(self) -> None:
        """Closes connections."""
        await self._http.aclose()

    async def __aenter__(self: A) -> A:  # noqa: PYI019 - Self needs Python 3.11
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<AsyncClient {str(self._http.base_url)!r}>"

    async def _send(self, request: Prepared, headers: Mapping[str, str]) -> Answer:
        try:
            found = await self._http.request(**_sent(request, headers))
        except httpx.TransportError as error:
            raise NoAnswer(_said(self._http.base_url, error)) from error
        return Answer(found.status_code, found.headers, found.content)

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _blocking(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Client, P], T]:
    """The same call in the caller's thread: its coroutine never has to wait for a loop."""

    @functools.wraps(method)
    def call(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        work = method(self._calls, *args, **kwargs)
        try:
            work.send(None)
        except StopIteration as done:
            return cast("T", done.value)
        work.close()
        raise UsageError("a call waited for an event loop")

    return call


class _Blocking(MemoryCalls, HouseCalls, IdentityCalls):
    """Calls that block where they would wait."""

    def __init__(self, http: httpx.Client, patience: Patience) -> None:
        self.http = http
        self._patience = patience

    async def _send(self, request: Prepared, headers: Mapping[str, str]) -> Answer:
        try:
            found = self.http.request(**_sent(request, headers))
        except httpx.TransportError as error:
            raise NoAnswer(_said(self.http.base_url, error)) from error
        return Answer(found.status_code, found.headers, found.content)

    async def _wait(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251 - this coroutine runs on no loop


def _sent(request: Prepared, headers: Mapping[str, str]) -> dict[str, Any]:
    more = {"Content-Type": "application/json"} if request.body is not None else {}
    return {
        "method": request.verb,
        "url": request.path,
        "params": request.query,
        "content": request.body,
        "headers": {**headers, **more},
    }


def _said(base: httpx.URL, error: Exception) -> str:
    return f"no answer from {base}: {type(error).__name__}"


class Client(Walking):
    """memos at a server; the methods are those of `MemOS`."""

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float = TIMEOUT,
        tries: int = 4,
    ) -> None:
        """`base_url` or MEMOS_BASE_URL, `api_key` or MEMOS_API_KEY; seconds for each try."""
        http = httpx.Client(**_options(base_url, api_key, timeout))
        self._calls = _Blocking(http, Patience(tries))

    def close(self) -> None:
        """Closes connections."""
        self._calls.http.close()

    def __enter__(self: C) -> C:  # noqa: PYI019 - Self needs Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client {str(self._calls.http.base_url)!r}>"

    add_message = _blocking(MemoryCalls.add_message)
    add_messages = _blocking(MemoryCalls.add_messages)
    get_messages = _blocking(MemoryCalls.get_messages)
    store = _blocking(MemoryCalls.store)
    memories = _blocking(MemoryCalls.memories)
    get_memory = _blocking(MemoryCalls.get_memory)
    update_memory = _blocking(MemoryCalls.update_memory)
    history = _blocking(MemoryCalls.history)
    revert = _blocking(MemoryCalls.revert)
    forget = _blocking(MemoryCalls.forget)
    feedback = _blocking(MemoryCalls.feedback)
    recall = _blocking(MemoryCalls.recall)
    search_memory = recall
    context = _blocking(MemoryCalls.context)
    replay = _blocking(MemoryCalls.replay)
    pages = _blocking(MemoryCalls.pages)
    profile = _blocking(MemoryCalls.profile)
    users = _blocking(HouseCalls.users)
    cubes = _blocking(HouseCalls.cubes)
    create_cube = _blocking(HouseCalls.create_cube)
    share = _blocking(HouseCalls.share)
    unshare = _blocking(HouseCalls.unshare)
    audit = _blocking(HouseCalls.audit)
    keys = _blocking(IdentityCalls.keys)
    create_key = _blocking(IdentityCalls.create_key)
    rotate_key = _blocking(IdentityCalls.rotate_key)
    revoke_key = _blocking(IdentityCalls.revoke_key)
    audit_log = _blocking(IdentityCalls.audit_log)
    verify_audit = _blocking(IdentityCalls.verify_audit)
    tenants = _blocking(IdentityCalls.tenants)
    create_tenant = _blocking(IdentityCalls.create_tenant)
    set_quota = _blocking(IdentityCalls.set_quota)
    stats = _blocking(HouseCalls.stats)
    drain = _blocking(HouseCalls.drain)
    doctor = _blocking(HouseCalls.doctor)
    reembed = _blocking(HouseCalls.reembed)
    dead_letters = _blocking(HouseCalls.dead_letters)
    replay_dead = _blocking(HouseCalls.replay_dead)
    task = _blocking(HouseCalls.task)
    cancel_tasks = _blocking(HouseCalls.cancel_tasks)
    pauses = _blocking(HouseCalls.pauses)
    pause = _blocking(HouseCalls.pause)
    resume = _blocking(HouseCalls.resume)
    work_report = _blocking(HouseCalls.work_report)
    jobs = _blocking(HouseCalls.jobs)
    run_job = _blocking(HouseCalls.run_job)
