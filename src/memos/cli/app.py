"""The root command: loads a command when it is called, and turns errors into exit codes.

0 is success, 1 an error of ours or a reader that went away, 2 wrong usage, 130 Ctrl-C.
"""

# ruff: noqa: ANN401 - signatures are click's
from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from memos.cli import INTERRUPTED
from memos.errors import MemOSError

FAILED = 1

# Short help stands here because reading it from the commands would import them all.
SECTIONS = {
    "See it work": {
        "demo": ("memos.cli.demo.command:demo", "Show memos at work, offline, in seconds."),
    },
    "Write": {
        "add": ("memos.cli.write:add", "Remember one message, or one thing known."),
        "import": ("memos.cli.imports:import_", "Remember the conversations in files."),
        "update": ("memos.cli.write:update", "Write the next version of a memory."),
        "feedback": ("memos.cli.feedback:feedback", "Correct what is remembered, or rate it."),
        "revert": ("memos.cli.feedback:revert", "Take the last change of a memory back."),
        "forget": ("memos.cli.forget:forget", "Make memories or messages invisible."),
    },
    "Read": {
        "search": ("memos.cli.read:search", "Find the memories that answer a question."),
        "context": ("memos.cli.read:context", "Print a block of memories for a prompt."),
        "profile": ("memos.cli.pages:profile", "Print what is known of a user, on one page."),
        "messages": ("memos.cli.read:messages", "List what was said, verbatim."),
        "list": ("memos.cli.read:list_", "List memories, the newest first."),
        "history": ("memos.cli.read:history", "Tell what happened to a memory."),
        "replay": ("memos.cli.replay:replay", "Run a recall again, and show what changed."),
    },
    "Look after it": {
        "cubes": ("memos.cli.cubes:cubes", "List, create and share cubes."),
        "stats": ("memos.cli.care:stats", "Count what is stored and what waits."),
        "tasks": ("memos.cli.tasks:tasks", "Watch, cancel, pause and replay background work."),
        "top": ("memos.cli.top:top", "Watch tasks, tenants and workers of a home."),
        "worker": ("memos.cli.worker:worker", "Do the background work of a home."),
        "jobs": ("memos.cli.jobs:jobs", "List and run what is done on a schedule."),
        "serve": ("memos.server.command:serve", "Serve a home over HTTP."),
        "tenants": ("memos.cli.tenants:tenants", "Create and list tenants, and set their quotas."),
        "users": ("memos.cli.users:users", "List the users of a tenant."),
        "keys": ("memos.cli.keys:keys", "Create, list, rotate and revoke API keys."),
        "reembed": ("memos.cli.models:reembed", "Bring all memories to the embedder that is set."),
        "doctor": ("memos.cli.care:doctor", "Compare every index with the records, and repair it."),
        "audit": ("memos.cli.audit:audit", "Examine how good what is stored is."),
        "settings": ("memos.cli.care:settings", "List the settings, their variables and values."),
        "bench": ("memos.bench.cli:bench", "Measure recall, writing and waiting."),
    },
}
COMMANDS = {name: told for section in SECTIONS.values() for name, told in section.items()}


class Root(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which the help shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Imports the command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        # By name: `memos.bench` lies above this floor and plugs itself in.
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """By section, without importing anything."""
        widest = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(name.ljust(widest), told) for name, (_, told) in commands.items()]
                )

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,
    ) -> Any:
        """Runs a command line; exits unless ``standalone_mode=False``."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        arguments = list(sys.argv[1:] if args is None else args)
        _forgive(sys.stdout)
        _forgive(sys.stderr)
        sys.exit(self._run(arguments, prog_name, complete_var, **extra))

    def _run(
        self, arguments: list[str], prog_name: str | None, complete_var: str | None, **extra: Any
    ) -> int:
        try:
            code = super().main(arguments, prog_name, complete_var, standalone_mode=False, **extra)
            if sys.stdout is not None:
                sys.stdout.flush()  # now, where a closed pipe can still be handled
            return code if isinstance(code, int) else 0
        except click.Abort:
            return INTERRUPTED
        except MemOSError as error:
            _report(error, arguments)
            return FAILED
        except click.ClickException as error:
            _report(error, arguments)
            return error.exit_code
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EIO):
                raise
            _abandon_stdout()
            if error.errno != errno.EPIPE:
                click.echo(f"memos: stdout: {error.strerror}", err=True)
            return FAILED


def _report(error: MemOSError | click.ClickException, arguments: list[str]) -> None:
    """One line, or one JSON document, on stderr."""
    if "--json" in arguments[: _options_end(arguments)]:
        from memos.cli.output import json_text

        text = json_text({"error": _error_fields(error)})
        click.echo(text.encode("utf-8", "backslashreplace"), err=True)
    elif isinstance(error, click.ClickException):
        error.show()
    else:
        click.echo(f"memos: {' '.join(str(error).split())}", err=True)


def _options_end(arguments: list[str]) -> int:
    return arguments.index("--") if "--" in arguments else len(arguments)


def _error_fields(error: MemOSError | click.ClickException) -> dict[str, Any]:
    if isinstance(error, click.ClickException):
        return {"type": "usage", "message": error.format_message()}
    return {"type": type(error).__name__, "message": str(error), **vars(error)}


def _forgive(stream: object) -> None:
    """What the terminal's encoding cannot show is escaped instead of ending the program."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _abandon_stdout() -> None:
    """Nobody reads it any more: without this Python would complain once more on exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every command takes --home FOLDER (MEMOS_HOME, else ~/.memos) and --json; those for "
    "one user --user ID (MEMOS_USER). Exit status: 0 success, 1 an error, 2 wrong usage.",
)
@click.version_option(package_name="memos-engine", message="memos %(version)s")
def cli() -> None:
    """A memory operating system for LLM agents."""
