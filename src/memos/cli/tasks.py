"""Background work that failed for good: list it, try it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from memos.cli import options, output
from memos.cli.write import say_backlog, settle

if TYPE_CHECKING:
    from memos.model.results import DeadLetter
    from memos.model.task import Backlog
    from memos.system import AsyncMemOS


@click.group()
def tasks() -> None:
    """List and replay background work that failed."""


@tasks.command()
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="Most tasks.",
)
@options.common
def dead(*, limit: int, home: Path | None, as_json: bool) -> None:
    """List what failed for good, oldest first, with its last error."""
    found = options.run(home, lambda memos: memos.dead_letters(limit=limit))
    if as_json:
        output.document(found)
    elif found:
        _tell(found)
    else:
        click.echo("nothing failed for good")


@tasks.command()
@click.argument("task_ids", nargs=-1, type=int, metavar="[TASK_ID]...")
@options.wait
@options.common
def replay(*, task_ids: Sequence[int], no_wait: bool, home: Path | None, as_json: bool) -> None:
    """Try again what failed for good: the tasks named, or all of them."""

    async def work(memos: AsyncMemOS) -> tuple[int, Backlog]:
        replayed = await memos.replay_dead(list(task_ids) or None)
        return replayed, await settle(memos, no_wait=no_wait)

    replayed, backlog = options.run(home, work)
    if as_json:
        output.document({"replayed": replayed, "backlog": backlog})
        return
    click.echo(f"replayed: {output.plural(replayed, 'task')}")
    say_backlog(backlog)


def _tell(found: Sequence[DeadLetter]) -> None:
    """Two lines a task."""
    from memos.cli import show

    for one in found:
        since = f", since {show.minute(one.enqueued_at)}" if one.enqueued_at is not None else ""
        tries = output.plural(one.tries, "try")
        click.echo(output.safe(f"{one.id}  {one.kind}  {one.cube_id}  {one.subject}"))
        click.echo(output.safe(f"    {tries}{since}: {' '.join((one.error or '').split())}"))
