"""Bringing memories to another model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.results import Reembedded, ReembedStep
    from memos.system import AsyncMemOS


@click.command()
@click.option("--keep", is_flag=True, help="Keep the vectors of other embedders.")
@options.common
def reembed(*, keep: bool, home: options.Home | None, as_json: bool) -> None:
    """Bring all memories to the embedder that is set.

    What lacks a vector of it gets one, then the vectors of other embedders are dropped. Others may
    read and write meanwhile. After an interruption the next call goes on where this one stopped.
    Exit status 1 when something still has a vector of another embedder alone.
    """
    found = options.run(home, lambda memos: _reembed(memos, keep=keep))
    if as_json:
        output.document(found)
    else:
        _report(found)
    if found.incomplete:
        click.get_current_context().exit(1)


async def _reembed(memos: AsyncMemOS, *, keep: bool) -> Reembedded:
    with output.progress() as progress:
        bar = progress.add_task("embedding", total=None)

        def told(step: ReembedStep) -> None:
            cube = f"{output.safe(step.cube_id)} ({step.cube:,} of {step.cubes:,})"
            progress.update(bar, description=cube, completed=step.embedded, total=step.missing)

        return await memos.reembed(keep=keep, progress=told)


def _report(found: Reembedded) -> None:
    cubes, embedded = output.plural(found.cubes, "cube"), output.plural(found.embedded, "version")
    dropped = output.plural(found.dropped, "vector")
    click.echo(output.safe(f"{cubes}: {embedded} embedded by {found.model}, {dropped} dropped"))
    for cube_id in found.incomplete:
        click.echo(output.safe(f"incomplete: {cube_id} has vectors of another embedder alone"))
