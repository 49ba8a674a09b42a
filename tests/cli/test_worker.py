"""Workers as people start them: real processes, real signals."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import time

import pytest

from memos.model.task import Lane, Task
from memos.model.time import SystemClock
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.sqlite.database import Database

# A worker with handlers of its own; tasks that run get a second at the end.
SCRIPTED = """
import asyncio, sys, time
from memos.cli import main
from memos.scheduler.worker import Handler, Worker
from memos.system import base

async def run(task):
    if task.subject == "bad":
        raise ValueError("no\\x1b[31mgood")
    if task.subject == "hang":
        time.sleep(600)
    await asyncio.sleep(60 if task.subject == "slow" else 0)

base.handlers = lambda *_: {"work": Handler(run)}
Worker.stop.__defaults__ = (1.0,)
sys.argv = ["memos", *sys.argv[1:]]
main()
"""


@pytest.fixture(autouse=True)
def plain(home, monkeypatch):
    monkeypatch.setenv("MEMOS_EMBEDDER", "none")
    monkeypatch.setenv("MEMOS_SYNC", "normal")


@pytest.fixture
def outbox(home, told):
    """Runs a function of the home's outbox."""
    told("stats")

    def play(work):
        async def session():
            opened = SqliteOutbox(Database(home / "memos.db"), SystemClock())
            await opened.open()
            try:
                return await work(opened)
            finally:
                await opened.close()

        return asyncio.run(session())

    return play


@pytest.fixture
def scripted(start):
    """Starts a worker with handlers of its own."""
    found = []

    def run(*arguments, **options):
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [sys.executable, "-c", SCRIPTED, "worker", *map(str, arguments)]
        found.append(subprocess.Popen(command, **streams, **options))
        return found[-1]

    yield run
    for process in found:
        with process:
            process.kill()


def until(check, seconds=30):
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.1)
    return found


def ended(process, number=signal.SIGTERM):
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err.decode()


def task(subject):
    return Task("work", "default", "user:ann", subject, Lane.LEARN)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_works_until_it_is_told_to_stop(start, told, number):
    process = start("worker", "--json")
    (worker,) = until(lambda: told("top")["workers"])
    assert worker["pid"] == process.pid
    told("add", "--user", "ada", "hello")
    code, out, err = ended(process, number)
    assert code == 0, err
    assert json.loads(out)["owner"] == worker["owner"]
    first, *_, last = err.splitlines()
    assert "started on " in first
    assert "stopped: 0 done, 0 failed" in last
    assert told("top")["workers"] == []
    assert told("search", "--user", "ada", "hello")["hits"]
    assert all(job["next_at"] for job in told("jobs", "list"))


def test_without_jobs_none_is_planned(start, told):
    process = start("worker", "--no-jobs")
    until(lambda: told("top")["workers"])
    assert ended(process)[0] == 0
    assert not any(job["next_at"] for job in told("jobs", "list"))


def test_what_runs_is_given_back_and_what_fails_is_told(scripted, outbox, told):
    process = scripted()
    subjects = ["good", "bad", "slow", "fine"]
    outbox(lambda opened: opened.enqueue([task(subject) for subject in subjects]))
    until(lambda: told("tasks", "show", 4)["state"] == "done" and told("tasks", "show", 3))
    until(lambda: told("tasks", "show", 3)["state"] == "running")
    since = time.monotonic()
    code, _, err = ended(process)
    assert code == 0, err
    assert time.monotonic() - since < 10
    assert "task 2 (work) failed, try 1: ValueError: no\\x1b[31mgood" in err
    assert "stopped: 2 done, 1 failed" in err
    slow = told("tasks", "show", 3)
    assert (slow["state"], slow["task"]["tries"]) == ("waiting", 0)
    assert told("top")["totals"]["done"] == 2


def test_a_second_signal_ends_it_at_once(scripted, outbox, told):
    process = scripted()
    outbox(lambda opened: opened.enqueue([task("slow")]))
    until(lambda: told("tasks", "show", 1)["state"] == "running")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM


def test_it_ends_when_its_supervisor_is_gone(scripted, told):
    reading, writing = os.pipe()
    process = scripted("--pulse", writing, pass_fds=(writing,))
    os.close(writing)
    assert os.read(reading, 1) == b"."
    os.close(reading)
    assert process.wait(20) == 0


def test_it_is_silent_while_it_hangs(scripted, outbox):
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    scripted("--pulse", writing, pass_fds=(writing,))
    os.close(writing)
    until(lambda: select.select([reading], [], [], 0.1)[0])
    outbox(lambda opened: opened.enqueue([task("hang")]))

    def silent():
        time.sleep(2.5)
        try:
            return not os.read(reading, 4096)
        except BlockingIOError:
            return True

    until(silent)
    os.close(reading)


def test_several_are_kept_running(start, told):
    process = start("worker", "--processes", 2, "--json")
    workers = until(lambda: len(found := told("top")["workers"]) == 2 and found)
    pids = {worker["pid"] for worker in workers}
    os.kill(min(pids), signal.SIGKILL)

    def replaced():
        now = {worker["pid"] for worker in told("top")["workers"]}
        return len(now - pids) == 1 and now

    until(replaced)
    code, out, err = ended(process)
    assert code == 0, err
    assert json.loads(out) == {"processes": 2, "restarts": 1}
    assert f"(process {min(pids)}) was ended by signal 9" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--concurrency", "0"],
        ["--processes", "0"],
        ["--hang-after", "1"],
        ["--pulse", "99"],
        ["--pulse", str(2**70)],
        ["nonsense"],
    ],
)
def test_wrong_usage(memos, arguments):
    assert memos("worker", *arguments).exit_code == 2


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")  # noqa: PTH110
def test_an_idle_one_costs_next_to_nothing(start, told):
    process = start("worker")
    until(lambda: told("top")["workers"])
    with open(f"/proc/{process.pid}/stat") as stat:  # noqa: PTH123
        before = stat.read().rpartition(")")[2].split()
    time.sleep(6)
    with open(f"/proc/{process.pid}/stat") as stat:  # noqa: PTH123
        after = stat.read().rpartition(")")[2].split()
    ticks = sum(map(int, after[11:13])) - sum(map(int, before[11:13]))
    assert ticks / os.sysconf("SC_CLK_TCK") / 6 < 0.03
    assert ended(process)[0] == 0
