"""Writing: add, update, forget."""

# ruff: noqa: ANN401 - click hands over what it parsed
from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.task import Backlog
    from memos.sync import MemOS

ROLES = ("user", "assistant", "system", "tool")
_ONLY_MESSAGES = {"role": "--role", "name": "--name", "conversation_id": "--conversation",
                  "message_id": "--message-id"}  # fmt: skip


@click.command()
@click.argument("text")
@options.caller
@click.option("--role", type=click.Choice(ROLES), help="Who speaks; user if not given.")
@click.option("--name", help="Name of the one who speaks.")
@click.option("--conversation", "conversation_id", metavar="ID", help="Thread it belongs to.")
@click.option("--message-id", metavar="ID", help="Your id; adding it again changes nothing.")
@click.option("--timestamp", metavar="TIME", help="When it was said, ISO 8601; now if not given.")
@click.option("--metadata", type=options.JsonObject(), metavar="JSON", help="Your own fields.")
@click.option("--kind", help="Store something known: fact, preference, instruction, profile, ...")
@options.wait
@options.common
def add(
    *,
    text: str,
    who: dict[str, Any],
    kind: str | None,
    no_wait: bool,
    home: Path | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Remember one message, or one thing known.

    TEXT is what was said; with --kind, what is known. "-" reads it from standard input.
    """
    told = [option for field, option in _ONLY_MESSAGES.items() if fields[field] is not None]
    if kind is not None and told:
        raise click.UsageError(f"{', '.join(told)} goes with a message, not with --kind.")
    content = read_stdin() if text == "-" else text
    with options.opened(home) as memos:
        if kind is None:
            made: Any = memos.add_message(
                content=content, **{**fields, "role": fields["role"] or "user"}, **who
            )
            line = f"{'already there' if made.repeated else 'added'}: message {made.message_id}"
            ids = made.memory_ids
        else:
            known = {name: fields[name] for name in ("timestamp", "metadata")}
            made = memos.store(kind=kind, text=content, **known, **who)
            line, ids = f"stored: {made.kind.value} in {made.cube_id}", (made.id,)
        backlog = settle(memos, no_wait=no_wait)
    if as_json:
        output.document({**made.to_dict(), "backlog": backlog})
        return
    click.echo(output.safe(f"{line}, {'memory' if len(ids) == 1 else 'memories'} {', '.join(ids)}"))
    say_backlog(backlog)


@click.command()
@click.argument("memory_id")
@click.argument("text")
@options.caller
@click.option("--version", type=int, metavar="N", help="Only if this is the current version.")
@options.wait
@options.common
def update(
    *,
    memory_id: str,
    text: str,
    who: dict[str, Any],
    version: int | None,
    no_wait: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Write the next version of a memory.

    The old version stays for `--known-at`. TEXT "-" reads standard input.
    """
    content = read_stdin() if text == "-" else text
    with options.opened(home) as memos:
        made = memos.update_memory(memory_id=memory_id, text=content, version=version, **who)
        backlog = settle(memos, no_wait=no_wait)
    if as_json:
        output.document({**made.to_dict(), "backlog": backlog})
        return
    click.echo(f"updated: memory {made.id} is at version {made.version}")
    say_backlog(backlog)


@click.command()
@click.argument("memory_ids", nargs=-1, metavar="[MEMORY_ID]...")
@options.caller
@click.option("--message-id", "message_ids", multiple=True, metavar="ID", help="Repeatable.")
@click.option("--conversation", "conversation_id", metavar="ID", help="Of --message-id, or all.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.common
def forget(
    *,
    memory_ids: tuple[str, ...],
    message_ids: tuple[str, ...],
    conversation_id: str | None,
    who: dict[str, Any],
    yes: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Make memories or messages invisible.

    Names memories, or messages (with the conversation they are in, if they are in one), or a
    whole conversation by --conversation alone. What was derived from them is no longer recalled
    either. Asks first on a terminal.
    """
    if not (memory_ids or message_ids or conversation_id):
        raise click.UsageError("Name a MEMORY_ID, --message-id or --conversation.")
    what = _described(memory_ids, message_ids, conversation_id)
    if not yes and _on_terminal() and not click.confirm(f"Forget {what}?", err=True):
        click.echo("nothing forgotten", err=True)
        click.get_current_context().exit(1)
    with options.opened(home) as memos:
        gone = memos.forget(
            memory_id=list(memory_ids) or None,
            message_id=list(message_ids) or None,
            conversation_id=conversation_id,
            **who,
        )
        memos.drain()
    if as_json:
        output.document(gone)
        return
    parts = [output.plural(len(gone.memory_ids), "memory")] if gone.memory_ids else []
    parts += [output.plural(len(gone.message_ids), "message")] if gone.message_ids else []
    tainted = f", with {len(gone.tainted)} derived from it" if gone.tainted else ""
    click.echo(f"forgotten: {' and '.join(parts)}{tainted}")


def _described(
    memory_ids: tuple[str, ...], message_ids: tuple[str, ...], conversation_id: str | None
) -> str:
    parts = [f"memory {', '.join(memory_ids)}"] if memory_ids else []
    if message_ids:
        thread = f" of conversation {conversation_id}" if conversation_id else ""
        parts.append(f"message {', '.join(message_ids)}{thread}")
    elif conversation_id:
        parts.append(f"the whole conversation {conversation_id}")
    return output.safe(" and ".join(parts))


def _on_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def read_stdin() -> str:
    """All of standard input, without line ends at the end."""
    from memos.errors import InvalidInput

    if sys.stdin is None:
        raise InvalidInput("TEXT", "no standard input", "text on standard input")
    try:
        return sys.stdin.buffer.read().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidInput("TEXT", "bytes that are not UTF-8", "UTF-8 on stdin") from error


def settle(memos: MemOS, *, no_wait: bool) -> Backlog:
    """Does the background work now, because no daemon will; or counts it."""
    return memos.stats().backlog if no_wait else memos.drain()


def say_backlog(backlog: Backlog) -> None:
    """What is left to do, if anything is."""
    if backlog.open:
        click.echo(f"waiting: {output.plural(backlog.open, 'task')}")
    if backlog.dead:
        failed = output.plural(backlog.dead, "task")
        click.echo(f"memos: {failed} failed for good; see memos stats", err=True)
