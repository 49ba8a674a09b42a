"""Jobs, which are done on a schedule: list them, run one by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.job import Decision, JobResult, JobState
    from memos.system import AsyncMemOS

UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@click.group()
def jobs() -> None:
    """List and run what is done on a schedule."""


@jobs.command(name="list")
@options.common
def list_(*, home: options.Home | None, as_json: bool) -> None:
    """List the jobs: when each runs, who runs it now, and how it went the last time."""
    found = options.run(home, lambda memos: memos.jobs(), working=False)
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    columns = ("job", "what it does", "every", "last run", "next run")
    show.table(output.console(), columns, [_row(one) for one in found])


@jobs.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@options.common
def run(*, name: str, dry_run: bool, home: options.Home | None, as_json: bool) -> None:
    """Run the job NAME now, due or not, and say what it does.

    Its budget may end it; the next run goes on from there. Exit status 1 when it failed.
    """
    decisions: list[Decision] = []

    def told(decision: Decision) -> None:
        if as_json:
            decisions.append(decision)
        else:
            reason = f": {decision.reason}" if decision.reason else ""
            click.echo(output.safe(f"{decision.action} {decision.subject}{reason}"))

    async def work(memos: AsyncMemOS) -> JobResult:
        names = [state.name for state in await memos.jobs()]
        if name not in names:
            raise click.BadParameter(
                f"{output.safe(name)!r} is no job; there are: {', '.join(names)}.",
                click.get_current_context(),
                param_hint="'NAME'",
            )
        return await memos.run_job(name, dry_run=dry_run, progress=told)

    result = options.run(home, work)
    if as_json:
        whole = {**result.to_dict(), "decisions": decisions}  # all of them
        output.document({"job": name, "dry_run": dry_run, "result": whole})
    else:
        _report(name, result, dry_run=dry_run)
    if result.error is not None:
        click.get_current_context().exit(1)


def _report(name: str, result: JobResult, *, dry_run: bool) -> None:
    items = output.plural(result.items, "item")
    money = f", ${result.money:,.2f}" if result.money else ""
    ending = ", nothing was done" if dry_run else ""
    click.echo(output.safe(f"{name}: {items}{money}{ending}; {_outcome(result)}"))


def _outcome(result: JobResult) -> str:
    if result.error is not None:
        return f"failed: {' '.join(result.error.split())}"
    return "finished" if result.finished else "ended before it was through, to be continued"


def _row(state: JobState) -> tuple[str, str, str, str, str]:
    from memos.cli import show

    last = "-"
    if state.last is not None:
        last = f"{show.minute(state.last.ended_at)} {_outcome(state.last)}"
    upcoming = "-" if state.next_at is None else show.minute(state.next_at)
    if state.running:
        upcoming = f"running by {state.owner}"
    return state.name, state.help, _span(state.every), last, upcoming


def _span(seconds: float) -> str:
    """The largest unit that measures it without a rest."""
    whole = round(seconds)
    size, unit = next(one for one in UNITS if whole % one[0] == 0)
    return output.plural(whole // size, unit)
