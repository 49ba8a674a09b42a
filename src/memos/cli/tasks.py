"""Background work: look at it, cancel it, hold it back, try again what failed for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from memos.cli import options, output
from memos.cli.write import say_backlog, settle

if TYPE_CHECKING:
    from memos.model.results import DeadLetter
    from memos.model.task import Backlog, Pause
    from memos.model.work import TaskStanding
    from memos.system import AsyncMemOS


@click.group()
def tasks() -> None:
    """Watch, cancel, pause and replay background work."""


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
def dead(*, limit: int, home: options.Home | None, as_json: bool) -> None:
    """List what failed for good, oldest first, with its last error."""
    found = options.run(home, lambda memos: memos.dead_letters(limit=limit), working=False)
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
def replay(
    *, task_ids: Sequence[int], no_wait: bool, home: options.Home | None, as_json: bool
) -> None:
    """Try again what failed for good: the tasks named, or all of them."""

    async def work(memos: AsyncMemOS) -> tuple[int, Backlog | None]:
        replayed = await memos.replay_dead(list(task_ids) or None)
        return replayed, await settle(memos, no_wait=no_wait)

    replayed, backlog = options.run(home, work)
    if as_json:
        output.document({"replayed": replayed, "backlog": backlog})
        return
    click.echo(f"replayed: {output.plural(replayed, 'task')}")
    say_backlog(backlog)


@tasks.command()
@click.argument("task_id", type=int)
@options.common
def show(*, task_id: int, home: options.Home | None, as_json: bool) -> None:
    """Tell where the task TASK_ID stands."""
    found = options.run(home, lambda memos: memos.task(task_id), working=False)
    if as_json:
        output.document(found)
        return
    for line in _standing(found):
        click.echo(output.safe(line))


@tasks.command()
@click.argument("task_ids", nargs=-1, type=int, required=True, metavar="TASK_ID...")
@click.option("--reason", default="cancelled", show_default=True, help="Kept as their error.")
@options.common
def cancel(
    *, task_ids: Sequence[int], reason: str, home: options.Home | None, as_json: bool
) -> None:
    """Put tasks aside, running ones too; `memos tasks replay` brings them back."""
    count = options.run(home, lambda memos: memos.cancel_tasks(list(task_ids), reason))
    if as_json:
        output.document({"cancelled": count})
    else:
        click.echo(f"cancelled: {output.plural(count, 'task')}")


_kind = click.option("--kind", help="Only tasks of this kind.")


@tasks.command()
@_kind
@options.common
def pause(*, kind: str | None, home: options.Home | None, as_json: bool) -> None:
    """Let no more tasks be begun; what runs goes on."""

    async def work(memos: AsyncMemOS) -> list[Pause]:
        await memos.pause(kind)
        return await memos.pauses()

    _tell_pauses(options.run(home, work), as_json=as_json)


@tasks.command()
@_kind
@options.common
def resume(*, kind: str | None, home: options.Home | None, as_json: bool) -> None:
    """End the pause that was made with the same --kind, or without one."""

    async def work(memos: AsyncMemOS) -> tuple[bool, list[Pause]]:
        return await memos.resume(kind), await memos.pauses()

    ended, left = options.run(home, work)
    if not as_json and not ended:
        click.echo("it was not paused")
    _tell_pauses(left, as_json=as_json)


def _tell_pauses(found: Sequence[Pause], *, as_json: bool) -> None:
    """What is paused now."""
    if as_json:
        output.document({"pauses": found})
        return
    for one in found:
        click.echo(output.safe(f"paused: {'everything' if one.kind is None else one.kind}"))
    if not found:
        click.echo("nothing is paused")


def _standing(found: TaskStanding) -> Iterator[str]:
    from memos.cli import show as draw

    task = found.task
    if task is None:
        yield f"{found.id}  done"
        return
    sort = f"{task.kind}  {task.cube_id}  {task.subject}"
    yield f"{task.id}  {found.state.value}  {sort}"
    since = "" if task.enqueued_at is None else f", since {draw.minute(task.enqueued_at)}"
    yield f"    {task.priority.name.lower()}, {output.plural(task.tries, 'try')}{since}"
    if task.owner is not None:
        yield f"    run by {task.owner}"
    if task.error:
        yield f"    last error: {' '.join(task.error.split())}"


def _tell(found: Sequence[DeadLetter]) -> None:
    """Two lines a task."""
    from memos.cli import show

    for one in found:
        since = f", since {show.minute(one.enqueued_at)}" if one.enqueued_at is not None else ""
        tries = output.plural(one.tries, "try")
        click.echo(output.safe(f"{one.id}  {one.kind}  {one.cube_id}  {one.subject}"))
        click.echo(output.safe(f"    {tries}{since}: {' '.join((one.error or '').split())}"))
