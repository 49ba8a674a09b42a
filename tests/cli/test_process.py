"""What only a real process shows: signals, pipes, encodings."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time

import pytest

ENTRY = [sys.executable, "-c", "from memos.cli import main; main()"]


def finish(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_exit_codes(start):
    assert finish(start("--help"))[0] == 0
    assert finish(start("add", "--user", "ada", ""))[0] == 1
    assert finish(start("nonsense"))[0] == 2


def test_ctrl_c_is_quiet(start, home):
    reading, writing = os.pipe()
    process = start("add", "--user", "ada", "-", stdin=reading)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    code, out, err = finish(process)
    os.close(writing)
    assert (code, out, err.strip()) == (130, b"", b"")


def test_ctrl_c_while_the_engine_works(home):
    code = (
        "import asyncio, sys, memos.cli, memos.system\n"
        "async def stats(self):\n"
        "    print('working', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "memos.system.AsyncMemOS.stats = stats\n"
        "sys.argv = ['memos', 'stats']\n"
        "memos.cli.main()\n"
    )
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **streams) as process:
        assert process.stdout.readline() == b"working\n"
        process.send_signal(signal.SIGINT)
        code, out, err = finish(process)
    assert (code, out, err.strip()) == (130, b"", b"")


@pytest.mark.parametrize("arguments", [["--help"], ["settings"], ["settings", "--json"], ["demo"]])
def test_a_closed_pipe_is_quiet(start, arguments):
    process = start(*arguments)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_device_is_told(start):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        code, _, err = finish(start("settings", stdout=full))
    assert code == 1
    assert err.startswith(b"memos: stdout: ")


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "0<&-"])
@pytest.mark.parametrize("arguments", [["add", "hello"], ["--help"]], ids=lambda one: one[0])
def test_closed_streams(home, monkeypatch, arguments, closed):
    monkeypatch.setenv("MEMOS_USER", "ada")
    done = subprocess.run(  # noqa: S602 - the shell closes the stream
        f"{shlex.join([*ENTRY, *arguments])} {closed}", shell=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_lacks_characters(start, encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    code, out, _ = finish(start("add", "--user", "ada", "中文 é", "--json", env=environment))
    assert code == 0
    assert json.loads(out)["seq"] == 1
    code, out, err = finish(start("messages", "--user", "ada", env=environment))
    assert (code, err) == (0, b"")
    assert b"\\u4e2d" in out
    code, out, _ = finish(start("messages", "--user", "ada", "--json", env=environment))
    assert json.loads(out.decode("utf-8"))[0]["content"] == "中文 é"


def test_arguments_that_are_no_text(start):
    code, _, err = finish(start("add", "--user", "ada", os.fsdecode(b"\xff")))
    assert code == 1
    assert err.startswith(b"memos: content: ")
    code, _, err = finish(start("import", "--user", "ada", os.fsdecode(b"\xff.json"), "--json"))
    assert code == 1
    assert json.loads(err)["error"]["type"] == "InvalidInput"


def test_an_unexpected_error_keeps_its_traceback(home):
    code = (
        "import memos.settings, memos.cli\n"
        "def broken(*a, **k): raise ZeroDivisionError('oops')\n"
        "memos.settings.Settings.load = broken\n"
        "import sys; sys.argv = ['memos', 'settings']\n"
        "memos.cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError: oops" in done.stderr
