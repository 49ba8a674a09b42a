import subprocess
import sys

import click
import pytest

from memos import __version__
from memos.cli.app import COMMANDS, cli

HEAVY = ("apsw", "rich", "memos.system", "memos.sync", "Stemmer", "asyncio")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_says_what_the_table_says(name, memos):
    command = cli.get_command(click.Context(cli), name)
    assert command.get_short_help_str(200).rstrip(".") == COMMANDS[name][1].rstrip(".")
    result = memos(name, "--help")
    assert result.exit_code == 0
    assert "--json" in result.stdout or isinstance(command, click.Group)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["nonsense"]])
def test_help_loads_neither_the_engine_nor_rich(arguments):
    code = (
        "import sys\n"
        "from memos.cli.app import cli\n"
        f"try: cli.main({arguments!r}, prog_name='memos')\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("[]\n")


def test_help_lists_every_command_in_80_columns(memos):
    shown = memos("--help").stdout
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    assert max(map(len, shown.splitlines())) <= 80


def test_version(memos):
    assert memos("--version").stdout == f"memos {__version__}\n"


def test_an_unknown_command_is_wrong_usage(memos):
    result = memos("nonsense")
    assert result.exit_code == 2
    assert "No such command" in result.stderr
    assert result.stdout == ""


def test_the_package_gives_its_names_on_demand():
    code = (
        "import sys, memos\n"
        "assert 'apsw' not in sys.modules\n"
        "assert set(memos.__all__) <= set(dir(memos))\n"
        "from memos import *\n"
        "assert MemOS is memos.MemOS and Kind.FACT and __version__\n"
        "try: memos.nonsense\n"
        "except AttributeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "module 'memos' has no attribute 'nonsense'\n"
