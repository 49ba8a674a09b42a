"""MemOS where people use it: threads, notebooks, forks, scripts that end without a word."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

import memos as package
from memos import AsyncMemOS, MemOS
from memos.errors import UsageError


def script(home: Path, body: str) -> list[str]:
    head = f"import sys\nfrom memos import MemOS\nmemos = MemOS({str(home)!r})\n"
    return [sys.executable, "-c", head + textwrap.dedent(body)]


def finished(home: Path, body: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        script(home, body), check=False, capture_output=True, text=True, timeout=60
    )


def contents(home: Path) -> list[str]:
    with MemOS(home) as memos:
        return [message.content for message in memos.get_messages("alice")]


def test_eight_threads(tmp_path: Path):
    with MemOS(tmp_path) as memos:

        def work(mine: int) -> None:
            for at in range(25):
                memos.add_message("alice", role="user", content=f"thread {mine} says {at}")
                assert memos.recall("alice", f"thread {mine}", top_k=3)

        threads = [threading.Thread(target=work, args=(at,)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = [message.content for message in memos.get_messages("alice")]
        assert sorted(told) == sorted(f"thread {m} says {at}" for m in range(8) for at in range(25))
        assert memos.doctor(repair=False).differences == ()


def test_inside_a_running_loop_it_says_what_to_use(tmp_path: Path):
    memos = MemOS(tmp_path)

    async def wrong() -> None:
        memos.recall("alice", "anything")

    with pytest.raises(UsageError, match="AsyncMemOS"):
        asyncio.run(wrong())
    memos.close()


def test_after_close_it_says_so(tmp_path: Path):
    memos = MemOS(tmp_path)
    memos.close()
    memos.close()
    with pytest.raises(UsageError, match="closed"):
        memos.get_messages("alice")


def test_two_on_one_home(tmp_path: Path):
    with MemOS(tmp_path) as one, MemOS(tmp_path) as other:
        one.add_message("alice", role="user", content="from one")
        assert [message.content for message in other.get_messages("alice")] == ["from one"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_begins_anew_and_both_go_on(tmp_path: Path):
    body = """
    import os
    memos.add_message("alice", role="user", content="before")
    child = os.fork()
    who = "parent" if child else "child"
    for at in range(20):
        memos.add_message("alice", role="user", content=f"{who} {at}")
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        ids = [message.id for message in memos.get_messages("alice")]
        assert len(set(ids)) == 41, len(ids)
    """
    done = finished(tmp_path, body)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(contents(tmp_path)) == 41


def test_leaving_without_close_is_clean(tmp_path: Path):
    body = """
    memos.add_message("alice", role="user", content="and then I left")
    memos.recall("alice", "left")
    """
    done = finished(tmp_path, body)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert contents(tmp_path) == ["and then I left"]


def test_ctrl_c_ends_it_and_loses_nothing_acknowledged(tmp_path: Path):
    body = """
    try:
        for at in range(10**9):
            memos.add_message("alice", role="user", content=f"message {at}")
            memos.recall("alice", "message") if at % 50 == 0 else None
            print(at, flush=True)
    except KeyboardInterrupt:
        sys.exit(3)
    """
    process = subprocess.Popen(
        script(tmp_path, body), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while process.stdout.readline() != "60\n":
        time.sleep(0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (3, "")
    acknowledged = int(([60, *map(int, out.split())])[-1])
    told = contents(tmp_path)
    assert told[: acknowledged + 1] == [f"message {at}" for at in range(acknowledged + 1)]
    assert len(told) <= acknowledged + 2


def test_in_a_notebook(tmp_path: Path):
    manager, client = start_new_kernel()
    try:
        cell = f"""
        from memos import MemOS
        memos = MemOS({str(tmp_path)!r})
        memos.add_message("alice", role="user", content="written in a cell")
        print([hit.memory.content for hit in memos.recall("alice", "cell")])
        """
        printed = []
        client.execute_interactive(
            textwrap.dedent(cell),
            timeout=60,
            output_hook=lambda message: printed.append(message["content"]),
        )
        text = json.dumps(printed, default=str)
        assert "written in a cell" in text, text
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_both_faces_have_the_same_calls():
    for name, method in inspect.getmembers(AsyncMemOS, inspect.iscoroutinefunction):
        if name.startswith("_") or name in ("open", "close"):
            continue
        blocking = getattr(MemOS, name)
        assert inspect.signature(blocking) == inspect.signature(method), name


def test_exports():
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(package.__all__) == {
        "Added", "AsyncMemOS", "Conflict", "Context", "DeadlineExceeded", "Hit", "InvalidInput",
        "Kind", "MemOS", "MemOSError", "Memory", "Message", "MissingDependency", "NotFound",
        "Recall", "StorageError", "UsageError", "__version__",
    }  # fmt: skip
