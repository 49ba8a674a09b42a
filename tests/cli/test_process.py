"""What only a real process shows: signals, pipes, encodings."""

import json
import os
import signal
import subprocess
import time

import pytest


def finish(process, input=None):
    out, err = process.communicate(input, timeout=60)
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


def test_ctrl_c_while_the_engine_works(start):
    process = start("demo", "--json")
    time.sleep(1.5)
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


def test_closed_streams(start):
    line = ("add", "--user", "ada", "hello")
    for closed in ("1>&-", "2>&-"):
        done = subprocess.run(  # noqa: S602
            f"{subprocess.list2cmdline(start(*line).args)} {closed}", shell=True, check=False
        )
        assert done.returncode == 0


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
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError: oops" in done.stderr
