from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

from memos.cli.top_page import span
from memos.model.task import Lane, Pause, Priority, Task
from memos.model.time import SECOND, SystemClock
from memos.model.work import WorkerReport
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.queues.work_log_sqlite import SqliteWorkLog
from memos.storage.sqlite.database import Database

ENTRY = [sys.executable, "-c", "from memos.cli import main; main()"]


@pytest.fixture
def busy(home, told):
    """A home with tasks, a worker and pauses."""

    async def fill():
        clock = SystemClock()
        database = Database(home / "memos.db")
        outbox, log = SqliteOutbox(database, clock), SqliteWorkLog(database, clock)
        await outbox.open()
        tasks = [
            Task("learn", f"tenant-{n:02}", "user:ada", "s", Lane.LEARN, Priority.BULK)
            for n in range(12)
        ]
        await outbox.enqueue([*tasks, Task("eat", "x\x1b[31m", "user:ada", "s", Lane.LEARN)])
        (taken,) = await outbox.claim("w", 1, 60 * SECOND)
        await outbox.bury(taken, "no")
        await outbox.pause(Pause(None, "learn"))
        await outbox.pause(Pause("acme"))
        await log.report(WorkerReport("box:7:1", 7, "box", clock.now(), 3, {"done": 1234}))
        await outbox.close()

    told("stats")
    asyncio.run(fill())


def test_an_empty_home(memos, told):
    shown = memos("top").stdout
    assert "0 waiting, 0 running, 0 dead; 0 workers" in shown
    assert "no tasks" in shown
    assert "no worker" in shown
    found = told("top", "--once")
    assert (found["queues"], found["workers"], found["dead"]) == ([], [], 0)


def test_a_busy_home(memos, told, busy):
    shown = memos("top", "--once").stdout
    for line in (
        "12 waiting, 0 running, 1 dead, oldest ",
        "1 worker\n",
        "1,234 done, 0 failed",
        "3 more",  # tenants
        "paused: learn of all tenants",
        "paused: everything of tenant acme",
    ):
        assert line in shown
    rows = [line.split() for line in shown.splitlines()]
    assert ["eat", "learn", "normal", "0", "0", "1"] in rows
    assert ["learn", "learn", "bulk", "12", "0", "0"] in [row[:6] for row in rows]
    assert ["box:7:1", "3", "1,234", "0", "0", "0"] in [row[:6] for row in rows]
    assert "\x1b" not in shown
    assert [one["kind"] for one in told("top")["queues"]] == ["eat", "learn"]


def test_prometheus(memos, busy):
    shown = memos("top", "--prometheus").stdout
    assert 'memos_tasks{kind="learn",priority="bulk",state="waiting"} 12\n' in shown
    assert 'memos_tasks_total{outcome="done"} 1234\n' in shown
    assert "memos_workers 1\n" in shown


@pytest.mark.parametrize(
    "arguments", [["--interval", "0"], ["--prometheus", "--json"], ["nonsense"]]
)
def test_wrong_usage(memos, arguments):
    assert memos("top", *arguments).exit_code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_on_a_terminal_it_goes_on_until_it_is_told_to_end(home, busy, number):
    above, below = pty.openpty()
    process = subprocess.Popen(
        [*ENTRY, "top", "--interval", "0.2"], stdout=below, stderr=below, stdin=below,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "40"},
    )  # fmt: skip
    os.close(below)
    seen, end = b"", time.monotonic() + 40
    while seen.count(b"/s)") < 8 and time.monotonic() < end:
        if select.select([above], [], [], 0.5)[0]:
            seen += os.read(above, 65536)
    process.send_signal(number)
    while select.select([above], [], [], 5)[0]:
        try:
            more = os.read(above, 65536)
        except OSError:  # the other end is closed
            break
        seen += more
    assert process.wait(20) == 0
    os.close(above)
    assert b"1,234 done (0.0/s)" in seen
    assert b"\x1b[?1049l" in seen  # the screen is what it was
    assert b"Traceback" not in seen


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (7200, "2 h"), (86_400 * 3 + 5, "3 d")],
)
def test_spans(seconds, text):
    assert span(seconds) == text
