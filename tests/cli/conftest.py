import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from memos.cli.app import cli

ENTRY = [sys.executable, "-c", "from memos.cli import main; main()"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith("MEMOS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MEMOS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MEMOS_LEARN", "off")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "home"


@pytest.fixture
def memos(home):
    """Runs a command line in this process."""
    runner = CliRunner()

    def run(*arguments, **options):
        result = runner.invoke(cli, [str(one) for one in arguments], **options)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def told(memos):
    """Runs a command line with --json that has to succeed; what it printed."""

    def run(*arguments, **options):
        result = memos(*arguments, "--json", **options)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def fails(*arguments):
        result = memos(*arguments, "--json")
        assert result.exit_code == 1
        return json.loads(result.stderr)["error"]

    run.fails = fails
    return run


@pytest.fixture
def start(home):
    """Starts `memos` as a process of its own."""

    started = []

    def run(*arguments, **options):
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen([*ENTRY, *map(str, arguments)], **(streams | options)))
        return started[-1]

    yield run
    for process in started:
        with process:  # closes its pipes
            process.kill()
