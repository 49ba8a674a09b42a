"""What is going on in a home: a page that keeps itself up to date."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.work import WorkReport
    from memos.system import AsyncMemOS


@click.command()
@click.option(
    "--interval",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    show_default=True,
    metavar="S",
    help="Seconds between two looks.",
)
@click.option("--once", is_flag=True, help="Print one frame; so if nobody watches.")
@click.option("--prometheus", is_flag=True, help="Print the report as Prometheus reads it.")
@options.common
def top(
    *, interval: float, once: bool, prometheus: bool, home: options.Home | None, as_json: bool
) -> None:
    """Watch tasks, tenants and workers of a home."""
    if prometheus and as_json:
        raise click.UsageError("Either --prometheus or --json.")
    if prometheus:
        output.raw(options.run(home, lambda memos: memos.metrics(), working=False).rstrip("\n"))
    elif as_json:
        output.document(options.run(home, lambda memos: memos.work_report(), working=False))
    elif once or sys.stdout is None or not sys.stdout.isatty():
        _print(options.run(home, lambda memos: memos.work_report(), working=False))
    else:
        options.run(home, lambda memos: _watch(memos, interval), working=False)


def _print(report: WorkReport) -> None:
    from memos.cli import top_page

    output.console().print(top_page.frame(report))


async def _watch(memos: AsyncMemOS, interval: float) -> None:
    """Draws a frame every `interval` seconds until Ctrl-C."""
    import asyncio
    import contextlib

    from rich.live import Live

    from memos.cli import top_page
    from memos.cli.signals import told_to_end

    told = told_to_end()
    last = await memos.work_report()
    with Live(
        top_page.frame(last), console=output.console(), screen=True, auto_refresh=False
    ) as live:
        live.refresh()
        while not told.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(told.wait(), interval)
                return
            report = await memos.work_report()
            live.update(top_page.frame(report, last), refresh=True)
            last = report
