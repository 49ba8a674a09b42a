"""Forgetting."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.results import Forgotten
    from memos.system import AsyncMemOS


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
    home: options.Home | None,
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

    async def work(memos: AsyncMemOS) -> Forgotten:
        gone = await memos.forget(
            memory_id=list(memory_ids) or None,
            message_id=list(message_ids) or None,
            conversation_id=conversation_id,
            **who,
        )
        await memos.drain()
        return gone

    gone = options.run(home, work)
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
