"""The command line: `memos`, one file per command group."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C ended


def main() -> None:
    """Runs `memos` with the arguments of the process, and exits."""
    try:
        from memos.cli.app import cli

        cli.main(prog_name="memos")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
