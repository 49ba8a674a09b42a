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
from jupyter_client.blocking import BlockingKernelClient
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


def test_a_parent_that_closes_takes_nothing_from_its_child(tmp_path: Path):
    body = """
    import os
    memos.add_message("alice", role="user", content="before")
    up, down = os.pipe(), os.pipe()
    child = os.fork()
    say = lambda text: memos.add_message("alice", role="user", content=text)
    if child:
        os.read(up[0], 1)
        say("parent")
        memos.close()
        os.write(down[1], b"x")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    else:
        say("child, before the parent closes")
        os.write(up[1], b"x")
        os.read(down[0], 1)
        say("child, after that")
    """
    done = finished(tmp_path, body)
    assert (done.returncode, done.stderr) == (0, "")
    assert contents(tmp_path) == [
        "before", "child, before the parent closes", "parent", "child, after that",
    ]  # fmt: skip


def test_a_fork_amid_the_calls_of_other_threads(tmp_path: Path):
    body = """
    import os, threading
    over, count = threading.Event(), [0] * 4

    def work(mine):
        while not over.is_set():
            memos.add_message("alice", role="user", content=f"thread {mine} {count[mine]}")
            count[mine] += 1
            assert memos.recall("alice", "thread", top_k=1)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for at in range(3):
        while min(count) < 3 * (at + 1):
            pass
        child = os.fork()
        if not child:
            for n in range(5):
                memos.add_message("alice", role="user", content=f"child {at} {n}")
            memos.close()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    over.set()
    for thread in threads:
        thread.join()
    stored = memos.get_messages("alice", limit=10_000)
    assert len({message.id for message in stored}) == len(stored) == sum(count) + 15
    assert memos.doctor(repair=False).healthy
    """
    done = finished(tmp_path, body)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_relative_home_stays_where_it_was(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    body = """
    import os
    os.chdir(sys.argv[1])
    memos = MemOS("home")
    memos.add_message("alice", role="user", content="parent")
    os.chdir("elsewhere")
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    memos.add_message("alice", role="user", content="parent again" if child else "child")
    """
    done = subprocess.run(
        [*script(tmp_path / "other", body), str(tmp_path)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert contents(tmp_path / "home") == ["parent", "child", "parent again"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_calls_that_a_close_cuts_off_end_with_an_error(tmp_path: Path):
    memos = MemOS(tmp_path, sync="normal")
    memos.create_cube("alice", "shared")
    begun, ended = threading.Barrier(7), []

    def work(call) -> None:
        call()
        begun.wait()
        try:
            while True:
                call()
        except UsageError as error:
            ended.append(str(error))

    calls = [
        lambda: memos.recall("alice", "tea"),
        lambda: memos.context("alice", "tea"),
        lambda: memos.add_message("alice", role="user", content="tea"),
        lambda: memos.add_message("alice", role="user", content="tea", cube_id="shared"),
        lambda: memos.store("alice", "fact", "tea"),
        memos.drain,
    ]
    threads = [threading.Thread(target=work, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    begun.wait()
    memos.close()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    assert len(ended) == len(calls)
    assert all("closed" in one or "not open" in one for one in ended)


def test_leaving_while_threads_write_is_clean(tmp_path: Path):
    body = """
    import threading
    count = [0] * 3

    def work(mine):
        try:
            while True:
                memos.add_message("alice", role="user", content=f"{mine} {count[mine]}")
                memos.recall("alice", "tea")
                count[mine] += 1
        except RuntimeError:  # a UsageError is one
            pass

    for at in range(3):
        threading.Thread(target=work, args=(at,), daemon=True).start()
    while min(count) < 5:
        pass
    print(count)
    """
    done = finished(tmp_path, body)
    assert (done.returncode, done.stderr) == (0, "")
    told = contents(tmp_path)
    for mine, acknowledged in enumerate(json.loads(done.stdout)):
        assert {f"{mine} {at}" for at in range(acknowledged)} <= set(told)


def test_leaving_without_close_is_clean(tmp_path: Path):
    body = """
    memos.add_message("alice", role="user", content="and then I left")
    memos.recall("alice", "left")
    """
    done = finished(tmp_path, body)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert contents(tmp_path) == ["and then I left"]


def test_threads_that_outlive_the_main_one_go_on(tmp_path: Path):
    body = """
    import threading

    def agent():
        threading.main_thread().join()
        for at in range(3):
            memos.add_message("alice", role="user", content=f"message {at}")
            print(len(memos.recall("alice", "message")), memos.drain(10).open)

    threading.Thread(target=agent).start()
    """
    done = finished(tmp_path, body)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["1 0", "2 0", "3 0"]


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
    cells = [
        f"""
        from memos import AsyncMemOS, MemOS
        memos = MemOS({str(tmp_path)!r})
        memos.add_message("alice", role="user", content="written in a cell")
        """,
        """
        print([hit.memory.content for hit in memos.recall("alice", "cell")])
        memos.drain()
        """,
        f"""
        async with AsyncMemOS({str(tmp_path)!r}) as other:
            await other.add_message("alice", role="user", content="awaited in a cell")
        print(len(memos.get_messages("alice")), "messages")
        """,
    ]
    manager, client = start_new_kernel()
    try:
        printed = [run_cell(client, textwrap.dedent(cell)) for cell in cells]
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    assert printed == ["", "['written in a cell']\n", "2 messages\n"]
    assert contents(tmp_path) == ["written in a cell", "awaited in a cell"]


def run_cell(client: BlockingKernelClient, cell: str) -> str:
    """What the cell printed; no error and no other result."""
    told = []
    reply = client.execute_interactive(cell, timeout=60, output_hook=told.append)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(one["content"].get("text", "") for one in told)


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
