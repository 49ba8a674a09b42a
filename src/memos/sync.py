"""MemOS: AsyncMemOS for code that does not await.

Each instance runs its engine on an event loop in a thread of its own, so it works from
several threads, in notebooks and in scripts. A fork closes the files first: parent and
child open them again, each its own, with the next call.
"""

# Size: a line for each public call, which belong together.
from __future__ import annotations

import asyncio
import atexit
import concurrent.futures.thread  # noqa: F401 - its fork hook takes a lock: ours has to go first
import contextlib
import functools
import os
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast

from memos.client.walking import Walking
from memos.errors import InvalidInput, UsageError
from memos.memories.parts import Parts
from memos.settings import Settings
from memos.system import AsyncMemOS
from memos.threads import Threads

P = ParamSpec("P")
T = TypeVar("T")

CLOSED = "this MemOS is closed; make a new one"
HELPERS = 8  # threads for what would hold up the loop: files, long texts
PATIENCE = 10.0  # seconds that a fork waits for calls of other threads


class _Call(Generic[T]):
    """A coroutine on its way to the loop, and its outcome on its way back."""

    __slots__ = ("done", "error", "result", "task", "work")

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self.work = work
        self.done = threading.Lock()
        self.done.acquire()
        self.task: asyncio.Task[T] | None = None
        self.result: T | None = None
        self.error: BaseException | None = None

    def finish(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self.refuse()
            return
        self.error = task.exception()
        self.result = None if self.error else task.result()
        self.done.release()

    def refuse(self) -> None:
        """Ends a call whose loop has ended."""
        self.work.close()
        self.error = UsageError(CLOSED)
        self.done.release()


class Portal:
    """An event loop in a daemon thread, which other threads ask to run coroutines.

    Calls that arrive while the loop is busy are taken in together: waking it costs more
    than all the rest of a hand-over (half of what `run_coroutine_threadsafe` takes).
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(Threads(HELPERS, "memos-helper"))
        self._arrived: deque[_Call[Any]] = deque()
        self._awake = False
        self._over = False
        self._thread = threading.Thread(target=self._run, name="memos-loop", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result; an interrupt (Ctrl-C) cancels it."""
        call = _Call(work)
        self._arrived.append(call)
        if self._over:
            self._refuse()
        elif not self._awake:  # at worst the loop is woken twice
            self._awake = True
            self._tell(self._take)
        try:
            call.done.acquire()
        except BaseException:
            self._tell(self._cancel, call)
            raise
        if call.error is not None:
            try:
                raise call.error
            finally:
                call.error = None  # else the traceback keeps the call and itself alive
        return cast("T", call.result)

    def stop(self) -> None:
        """Ends what is still under way, and the thread."""
        self._tell(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _take(self) -> None:
        self._awake = False  # first: what arrives from here on wakes the loop again
        while self._arrived:
            call = self._arrived.popleft()
            call.task = self.loop.create_task(call.work)
            call.task.add_done_callback(call.finish)

    def _cancel(self, call: _Call[Any]) -> None:
        if call.task is not None:
            call.task.cancel()

    def _tell(self, what: Callable[..., object], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: `_run` has refused them
            self.loop.call_soon_threadsafe(what, *args)

    def _refuse(self) -> None:
        with contextlib.suppress(IndexError):  # another thread may be at it too
            while True:
                self._arrived.popleft().refuse()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.run_until_complete(_end_others())
        self._over = True  # first: what arrives from here on is refused by its own thread
        self._refuse()


async def _end_others() -> None:
    """Cancels all tasks of this loop but its own."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def _end(engine: Engine) -> None:
    await _end_others()  # first: calls under way would find their stores closed
    await engine.close()


def _blocking(
    method: Callable[Concatenate[AsyncMemOS, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[MemOS, P], T]:
    """The same method, waiting for its result."""

    @functools.wraps(method)
    def call(self: MemOS, /, *args: P.args, **kwargs: P.kwargs) -> T:
        engine, portal = self._enter()
        try:
            return portal.run(_begun(engine, method, *args, **kwargs))
        finally:
            self._leave()

    return call


def _writing(
    method: Callable[Concatenate[AsyncMemOS, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[MemOS, P], T]:
    """The same method, run in the caller's thread where the parts allow it.

    Writes wait for the disk alone. The way over the loop's thread and back would cost more
    than the commit, above all when many threads write.
    """

    @functools.wraps(method)
    def call(self: MemOS, /, *args: P.args, **kwargs: P.kwargs) -> T:
        engine, portal = self._enter()
        try:
            work = _begun(engine, method, *args, **kwargs)
            needs_loop = engine._needs_loop or _in_loop()  # noqa: SLF001 - the facade's own engine
            return portal.run(work) if needs_loop else _run_here(work)
        finally:
            self._leave()

    return call


def _begun(
    engine: Engine,
    method: Callable[Concatenate[AsyncMemOS, P], Coroutine[Any, Any, T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Coroutine[Any, Any, T]:
    """The call of an engine's own method of that name, for a server has its own."""
    found = getattr(engine, method.__name__, None)
    if found is None:
        raise UsageError(f"{method.__name__}: a server does not offer it")
    return cast("Coroutine[Any, Any, T]", found(*args, **kwargs))


def _run_here(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that waits for nothing but parts which need no loop."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast("T", done.value)
    work.close()
    raise UsageError("a part that said it needs no event loop waited for one")


class Engine(Protocol):
    """What a `MemOS` asks: a memory in this process, or a client of one elsewhere."""

    _needs_loop: bool

    async def open(self) -> None:
        """Takes what it needs."""

    async def close(self) -> None:
        """Gives it back."""


class MemOS(Walking):
    """A memory operating system, embedded in this process or at a server, for blocking code.

    The methods are those of `AsyncMemOS`. Use it as a context manager, or call `close`;
    leaving the program without either loses nothing that was acknowledged.
    """

    def __init__(
        self, home: str | Path | None = None, *, parts: Parts | None = None, **settings: Any
    ) -> None:
        """`home` or MEMOS_HOME or ``~/.memos``; `settings` are those of `memos.settings`.

        Where `home` is the URL of a server (``http://...``), `settings` are those of
        `memos.client.AsyncClient`: `api_key`, `timeout`, `tries`.
        """
        if isinstance(home, str) and home.startswith(("http://", "https://")):
            self._make, self._on_disk = _remote(home, parts, settings), False
        else:
            self._make, self._on_disk = _embedded(home, parts, settings)
        self._lock = threading.Lock()
        self._under_way: deque[None] = deque()  # one entry for each call
        self._engine: Engine | None = None
        self._portal: Portal | None = None
        self._closed = False
        _alive.add(self)
        self._enter()
        self._leave()

    def _enter(self) -> tuple[Engine, Portal]:
        """What a call runs on, opened if need be; no fork closes it before `_leave`."""
        _refuse_running_loop()
        with self._lock:
            if self._closed:
                raise UsageError(CLOSED)
            if self._engine is None or self._portal is None:
                engine, portal = self._make(), Portal()
                try:
                    portal.run(engine.open())
                except BaseException:
                    portal.stop()
                    raise
                self._engine, self._portal = engine, portal
            self._under_way.append(None)
            return self._engine, self._portal

    def _leave(self) -> None:
        if self._under_way:  # in the child of a fork that was made inside a call there is none
            self._under_way.pop()

    def close(self) -> None:
        """Stops background work and closes files; calling it again does nothing."""
        with self._lock:
            engine, portal = self._engine, self._portal
            self._closed, self._engine, self._portal = True, None, None
        _stop(engine, portal)

    def __enter__(self) -> MemOS:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._engine is None:
            return f"<MemOS {'closed' if self._closed else 'not opened yet'}>"
        return repr(self._engine).replace("AsyncMemOS", "MemOS", 1)

    @property
    def settings(self) -> Settings:
        """What is set."""
        return self._embedded().settings

    @property
    def redacted(self) -> Mapping[str, int]:
        """Secrets and identifiers that this process kept out, by kind; see `AsyncMemOS`."""
        return self._embedded().redacted

    def _embedded(self) -> AsyncMemOS:
        engine, _ = self._enter()
        self._leave()
        if not isinstance(engine, AsyncMemOS):
            raise UsageError("a server does not show its settings")
        return engine

    add_message = _writing(AsyncMemOS.add_message)
    add_messages = _writing(AsyncMemOS.add_messages)
    store = _writing(AsyncMemOS.store)
    update_memory = _blocking(AsyncMemOS.update_memory)
    forget = _blocking(AsyncMemOS.forget)
    feedback = _blocking(AsyncMemOS.feedback)
    revert = _blocking(AsyncMemOS.revert)
    recall = _blocking(AsyncMemOS.recall)
    search_memory = recall
    context = _blocking(AsyncMemOS.context)
    replay = _blocking(AsyncMemOS.replay)
    pages = _blocking(AsyncMemOS.pages)
    profile = _blocking(AsyncMemOS.profile)
    memories = _blocking(AsyncMemOS.memories)
    get_memory = _blocking(AsyncMemOS.get_memory)
    get_messages = _blocking(AsyncMemOS.get_messages)
    history = _blocking(AsyncMemOS.history)
    users = _blocking(AsyncMemOS.users)
    create_cube = _blocking(AsyncMemOS.create_cube)
    cubes = _blocking(AsyncMemOS.cubes)
    share = _blocking(AsyncMemOS.share)
    unshare = _blocking(AsyncMemOS.unshare)
    drain = _blocking(AsyncMemOS.drain)
    stats = _blocking(AsyncMemOS.stats)
    dead_letters = _blocking(AsyncMemOS.dead_letters)
    replay_dead = _blocking(AsyncMemOS.replay_dead)
    reembed = _blocking(AsyncMemOS.reembed)
    doctor = _blocking(AsyncMemOS.doctor)
    audit = _blocking(AsyncMemOS.audit)
    start_working = _blocking(AsyncMemOS.start_working)
    work_report = _blocking(AsyncMemOS.work_report)
    metrics = _blocking(AsyncMemOS.metrics)
    task = _blocking(AsyncMemOS.task)
    cancel_tasks = _blocking(AsyncMemOS.cancel_tasks)
    pause = _blocking(AsyncMemOS.pause)
    resume = _blocking(AsyncMemOS.resume)
    pauses = _blocking(AsyncMemOS.pauses)
    jobs = _blocking(AsyncMemOS.jobs)
    run_job = _blocking(AsyncMemOS.run_job)
    create_tenant = _blocking(AsyncMemOS.create_tenant)
    tenants = _blocking(AsyncMemOS.tenants)
    set_quota = _blocking(AsyncMemOS.set_quota)
    create_key = _blocking(AsyncMemOS.create_key)
    keys = _blocking(AsyncMemOS.keys)
    rotate_key = _blocking(AsyncMemOS.rotate_key)
    revoke_key = _blocking(AsyncMemOS.revoke_key)
    authenticate = _blocking(AsyncMemOS.authenticate)
    audit_log = _blocking(AsyncMemOS.audit_log)
    verify_audit = _blocking(AsyncMemOS.verify_audit)

    def _rest(self) -> bool:
        """Before a fork: closes files once no call is under way, and holds off new calls.

        SQLite would take locks that the parent holds for the child's own: the parent's close
        would then remove the log that the child writes to. The next call opens them again.
        """
        if not self._lock.acquire(timeout=PATIENCE):
            return False
        end = time.monotonic() + PATIENCE
        while self._on_disk and self._under_way and time.monotonic() < end:
            time.sleep(0.001)
        if self._on_disk and not self._under_way:
            engine, portal = self._engine, self._portal
            self._engine = self._portal = None
            _stop(engine, portal)
        return True

    def _forked(self) -> None:
        """In the child of a fork: no thread of the parent runs here, so begin anew."""
        if self._engine is not None:
            # Kept, never closed: SQLite connections belong to the parent.
            _abandoned.append((self._engine, self._portal))
        self._engine = self._portal = None
        self._lock = threading.Lock()
        self._under_way = deque()


_alive: weakref.WeakSet[MemOS] = weakref.WeakSet()
_resting: list[MemOS] = []
_abandoned: list[tuple[Engine, Portal | None]] = []


def _embedded(
    home: str | Path | None, parts: Parts | None, settings: Mapping[str, Any]
) -> tuple[Callable[[], Engine], bool]:
    """What makes the engine of a home, and whether it has files."""
    chosen = Settings.load(home=home, **settings)
    # The same place after a fork, wherever the process has gone since.
    given = {**asdict(chosen), "home": chosen.folder.absolute()}
    on_disk = parts is None and chosen.records != "memory"
    return functools.partial(AsyncMemOS, parts=parts, **given), on_disk


def _remote(url: str, parts: Parts | None, options: Mapping[str, Any]) -> Callable[[], Engine]:
    """What makes the client of a server."""
    if parts is not None:
        raise InvalidInput("parts", "parts", "none: those of a server are its own")
    from memos.client.drivers import AsyncClient  # noqa: PLC0415 - an extra

    return functools.partial(AsyncClient, url, **options)


def _stop(engine: Engine | None, portal: Portal | None) -> None:
    if engine is not None and portal is not None:
        try:
            portal.run(_end(engine))
        finally:
            portal.stop()


def _in_loop() -> bool:
    """Whether this thread runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _refuse_running_loop() -> None:
    if _in_loop() and not _in_notebook():
        raise UsageError(
            "MemOS would block the event loop that runs in this thread: "
            "use AsyncMemOS here, with await in front of the same methods"
        )


def _in_notebook() -> bool:
    """Jupyter runs cells inside an event loop, where waiting harms nobody else."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def _close_all() -> None:
    for one in list(_alive):
        one.close()


def _before_fork() -> None:
    _resting.extend(one for one in list(_alive) if one._rest())  # noqa: SLF001 - the module's own


def _in_parent() -> None:
    while _resting:
        _resting.pop()._lock.release()  # noqa: SLF001 - the module's own


def _in_child() -> None:
    _resting.clear()
    for one in list(_alive):
        one._forked()  # noqa: SLF001 - the module's own


atexit.register(_close_all)
os.register_at_fork(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)
