from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from memos.threads import Threads


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads(2, "test")
    yield made
    made.shutdown()


def test_results_and_errors_come_back(threads):
    def fail() -> None:
        raise LookupError("no such moon")

    assert threads.submit(divmod, 7, 2).result(10) == (3, 1)
    assert threads.submit(int, "11", base=2).result(10) == 3
    with pytest.raises(LookupError, match="no such moon"):
        threads.submit(fail).result(10)


def test_no_more_than_allowed_run_at_once_and_one_where_one_is_enough(threads):
    assert threads.submit(threading.current_thread).result(10).name == "test-0"
    both = threading.Barrier(2)
    for waiting in [threads.submit(both.wait) for _ in range(4)]:
        waiting.result(10)
    names = {threads.submit(threading.current_thread).result(10).name for _ in range(9)}
    assert names <= {"test-0", "test-1"}


def test_what_was_submitted_is_still_done(threads):
    gate, did = threading.Event(), []
    threads.submit(gate.wait)
    threads.submit(gate.wait)
    last = threads.submit(did.append, 1)
    threads.shutdown(wait=False)
    with pytest.raises(RuntimeError, match="after shutdown"):
        threads.submit(did.append, 2)
    gate.set()
    last.result(10)
    assert did == [1]


def test_what_waits_can_be_cancelled(threads):
    gate, did = threading.Event(), []
    running = [threads.submit(gate.wait) for _ in range(2)]
    one, other = threads.submit(did.append, 1), threads.submit(did.append, 2)
    assert one.cancel()
    threading.Timer(0.05, gate.set).start()
    threads.shutdown(cancel_futures=True)
    with pytest.raises(CancelledError):
        other.result(10)
    assert [each.result(10) for each in running] == [True, True]
    assert did == []


def test_an_error_is_not_kept(threads):
    class Large:
        pass

    def fail(_: Large) -> None:
        raise LookupError

    gc.disable()
    try:
        thing = Large()
        known = weakref.ref(thing)
        with pytest.raises(LookupError):
            threads.submit(fail, thing).result(10)
        del thing
        threads.submit(int).result(10)  # the thread has let go of the job before
        assert known() is None
    finally:
        gc.enable()
