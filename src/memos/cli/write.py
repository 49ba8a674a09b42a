"""Writing: add, update."""

# ruff: noqa: ANN401 - click hands over what it parsed
from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.memory import Memory
    from memos.model.message import Added
    from memos.model.task import Backlog
    from memos.system import AsyncMemOS

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
    home: options.Home | None,
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
    known = {name: fields[name] for name in ("timestamp", "metadata")}
    message = {**fields, "role": fields["role"] or "user"}

    async def work(memos: AsyncMemOS) -> tuple[Added | Memory, Backlog | None]:
        made = (
            await memos.add_message(content=content, **message, **who)
            if kind is None
            else await memos.store(kind=kind, text=content, **known, **who)
        )
        return made, await settle(memos, no_wait=no_wait)

    made, backlog = options.run(home, work)
    if as_json:
        output.document({**made.to_dict(), "backlog": backlog})
        return
    click.echo(output.safe(_told(made)))
    say_backlog(backlog)


def _told(made: Added | Memory) -> str:
    from memos.model.memory import Memory

    if isinstance(made, Memory):
        return f"stored: {made.kind.value} in {made.cube_id}, memory {made.id}"
    noun = "memory" if len(made.memory_ids) == 1 else "memories"
    if made.forgotten:
        return f"forgotten before, and stays so: message {made.message_id}, nothing was added"
    state = "already there" if made.repeated else "added"
    return f"{state}: message {made.message_id}, {noun} {', '.join(made.memory_ids)}"


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
    home: options.Home | None,
    as_json: bool,
) -> None:
    """Write the next version of a memory.

    The old version stays for `--known-at`. TEXT "-" reads standard input.
    """
    content = read_stdin() if text == "-" else text

    async def work(memos: AsyncMemOS) -> tuple[Memory, Backlog | None]:
        made = await memos.update_memory(memory_id=memory_id, text=content, version=version, **who)
        return made, await settle(memos, no_wait=no_wait)

    made, backlog = options.run(home, work)
    if as_json:
        output.document({**made.to_dict(), "backlog": backlog})
        return
    click.echo(f"updated: memory {made.id} is at version {made.version}")
    say_backlog(backlog)


def read_stdin() -> str:
    """All of standard input, without line ends at the end."""
    from memos.errors import InvalidInput

    if sys.stdin is None:
        raise InvalidInput("TEXT", "no standard input", "text on standard input")
    try:
        return sys.stdin.buffer.read().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidInput("TEXT", "bytes that are not UTF-8", "UTF-8 on stdin") from error


async def settle(memos: AsyncMemOS, *, no_wait: bool) -> Backlog | None:
    """Does the background work now, because no daemon will; or counts it. A server does its own."""
    if not hasattr(type(memos), "start_working"):
        return None
    return (await memos.stats()).backlog if no_wait else await memos.drain()


def say_backlog(backlog: Backlog | None) -> None:
    """What is left to do, if anything is."""
    if backlog is None:
        return
    if backlog.open:
        click.echo(f"waiting: {output.plural(backlog.open, 'task')}")
    if backlog.dead:
        failed = output.plural(backlog.dead, "task")
        click.echo(f"memos: {failed} failed for good; see memos tasks dead", err=True)
