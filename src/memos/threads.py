"""Threads that work for as long as anybody is left who asks them to.

Those of `concurrent.futures` take no more work once the main thread has ended, although agents
may go on in other threads. These are daemons, and what they do last is waited for at the very end:
a daemon that is left inside a C++ library takes the process down with it.
"""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Job = tuple[Future[Any], Callable[[], Any]]


class Threads(ThreadPoolExecutor):
    """A ThreadPoolExecutor, as event loops demand one, by its public methods.

    After a fork it is of no use to the child, as any pool.
    """

    def __init__(self, most: int, name: str) -> None:
        """`most` threads at a time, called `name` and a number."""
        super().__init__(most)  # whose threads are never begun
        self._most, self._name = most, name
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self.begun: list[threading.Thread] = []
        self._free = 0  # threads that wait, less jobs that nobody has taken
        self._guard = threading.Lock()
        self._closed = False
        _alive.add(self)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Raises RuntimeError after `shutdown`, as executors do."""
        future: Future[T] = Future()
        with self._guard:
            if self._closed:
                raise RuntimeError(f"{self._name}: no work after shutdown")
            self._jobs.put((future, partial(fn, *args, **kwargs)))
            self._free -= 1
            if self._free < 0 and len(self.begun) < self._most:
                self._begin()
        return future

    def shutdown(
        self,
        wait: bool = True,  # noqa: FBT001, FBT002 - as in executors
        *,
        cancel_futures: bool = False,
    ) -> None:
        """What was submitted is still done, unless it is to be cancelled."""
        with self._guard:
            self._closed = True
            with suppress(Empty):
                while cancel_futures and (job := self._jobs.get_nowait()) is not None:
                    job[0].cancel()
            for _ in self.begun:
                self._jobs.put(None)
        for thread in self.begun if wait else ():
            thread.join()

    def _begin(self) -> None:
        self._free += 1
        name = f"{self._name}-{len(self.begun)}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self.begun.append(thread)
        thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            _perform(*job)
            del job  # with what it returned, which nobody may want any longer
            with self._guard:
                self._free += 1


def _perform(future: Future[T], work: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whoever waits raises it
        future.set_exception(error)
    else:
        future.set_result(result)
    finally:
        del future  # else an error keeps it, and it keeps the error


_alive: weakref.WeakSet[Threads] = weakref.WeakSet()


LAST = 10.0  # seconds for what threads do when the program ends; who needs longer hangs


@atexit.register
def _end_all() -> None:
    end = time.monotonic() + LAST
    for one in list(_alive):
        one.shutdown(wait=False, cancel_futures=True)
    for thread in [thread for one in list(_alive) for thread in one.begun]:
        thread.join(max(0.0, end - time.monotonic()))
