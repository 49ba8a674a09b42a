"""A supervisor over tiny children, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

SUPERVISOR = """
import json, logging, sys
from memos.cli import supervisor
logging.basicConfig(level=logging.INFO, format="%(message)s")
scripts, delays = json.loads(sys.argv[1]), json.loads(sys.argv[2])
supervisor.FIRST_DELAY, supervisor.LONGEST_DELAY, supervisor.SOUND = delays
turn = iter(scripts)
def command(pulse):
    return [sys.executable, "-c", next(turn, scripts[-1]), str(pulse)]
above = supervisor.Supervisor(command, int(sys.argv[3]), hang_after=1.5, stop_within=3)
above.run()
print("restarts", above.restarts)
"""
HEAD = "import os, signal, sys, time\npulse = int(sys.argv[1])\nos.write(1, b'child\\n')\n"
FINE = HEAD + (
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
    "while True: os.write(pulse, b'.'); time.sleep(0.2)\n"
)
EXITS = HEAD + "sys.exit(7)\n"
HANGS = HEAD + "import re\nos.write(pulse, b'.')\nre.match('(a+)+$', 'a' * 64 + 'b')\n"
DEAF = HEAD + (
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.write(1, b'deaf\\n')\n"
    "while True: os.write(pulse, b'.'); time.sleep(0.2)\n"
)


@contextmanager
def supervised(*scripts, count=1, delays=(0.1, 0.3, 60)):
    arguments = [json.dumps(scripts), json.dumps(delays), str(count)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SUPERVISOR, *arguments], **streams) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process, number=signal.SIGTERM):
    """(exit status, the last line of stdout, stderr, seconds) after a signal."""
    since = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out.splitlines()[-1], err, time.monotonic() - since


def wait_for(process, *lines):
    assert [process.stdout.readline().strip() for _ in lines] == list(lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sound_children_are_left_alone_and_end_with_it(number):
    with supervised(FINE, count=3) as process:
        wait_for(process, *["child"] * 3)
        time.sleep(2.5)  # longer than silence is borne
        code, last, err, seconds = ended(process, number)
    assert (code, last) == (0, "restarts 0")
    assert "silent" not in err
    assert seconds < 2.5


def test_one_that_ends_is_started_again_with_growing_delay():
    with supervised(EXITS, EXITS, EXITS, EXITS, FINE) as process:
        wait_for(process, *["child"] * 5)
        code, last, err, _ = ended(process)
    assert (code, last) == (0, "restarts 4")
    told = [line for line in err.splitlines() if "exit status 7" in line]
    assert [line.rpartition(" starts in ")[2] for line in told] == [
        "0.1 s", "0.2 s", "0.3 s", "0.3 s",
    ]  # fmt: skip


def test_one_that_hangs_is_killed_and_replaced():
    with supervised(HANGS, FINE) as process:
        since = time.monotonic()
        wait_for(process, "child", "child")
        assert 1.5 < time.monotonic() - since < 10
        code, last, err, _ = ended(process)
    assert (code, last) == (0, "restarts 1")
    assert "worker 1 has been silent for " in err
    assert "was ended by signal 9" in err


def test_others_work_on_while_one_hangs():
    with supervised(FINE, HANGS, FINE, count=2) as process:
        wait_for(process, *["child"] * 3)
        assert ended(process)[:2] == (0, "restarts 1")


def test_who_does_not_end_in_time_is_killed():
    with supervised(DEAF) as process:
        wait_for(process, "child", "deaf")
        code, last, err, seconds = ended(process)
    assert (code, last) == (0, "restarts 0")
    assert "did not end and is killed" in err
    assert 3 <= seconds < 10


def test_nobody_is_blamed_for_silence_while_all_were_stopped():
    with supervised(FINE) as process:
        wait_for(process, "child")
        time.sleep(0.5)
        process.send_signal(signal.SIGSTOP)
        time.sleep(2)
        process.send_signal(signal.SIGCONT)
        time.sleep(1)
        assert ended(process)[:2] == (0, "restarts 0")


def test_it_leaves_no_descriptor_behind():
    code = (
        "import os, sys\n"
        "from memos.cli.supervisor import Child\n"
        "before = len(os.listdir('/proc/self/fd'))\n"
        "child = Child(1)\n"
        "for _ in range(5):\n"
        "    child.start(lambda pulse: [sys.executable, '-c', ''])\n"
        "    child.process.wait(); child.listen(); child.end(0.0)\n"
        "try: child.start(lambda pulse: ['/nowhere'])\n"
        "except FileNotFoundError: pass\n"
        "print(len(os.listdir('/proc/self/fd')) - before)\n"
    )
    if not os.path.exists("/proc/self/fd"):  # noqa: PTH110
        pytest.skip("needs /proc")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
