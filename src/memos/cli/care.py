"""Looking after a home: stats, doctor, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.results import Diagnosis


@click.command()
@options.common
def stats(*, home: options.Home | None, as_json: bool) -> None:
    """Count what is stored and what waits."""
    found = options.run(home, lambda memos: memos.stats(), working=False)
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    backlog = found.backlog
    work = {"waiting": backlog.waiting, "running": backlog.running, "failed": backlog.dead}
    rows = [(name, f"{count:,}") for name, count in found.counts.items()]
    rows += [(f"tasks {state}", f"{count:,}") for state, count in work.items()]
    rows += [(f"{name} today", f"{count:,}") for name, count in sorted(found.model.items())]
    for one in found.generations:
        of = one.model if one.current else f"{one.model}, which is not set"
        rows.append((f"vectors of {of}", f"{one.versions:,}"))
    show.table(output.console(), ("stored", "count"), rows, right=("count",))
    if backlog.oldest is not None:
        click.echo(f"oldest task: {show.minute(backlog.oldest)}")
    if backlog.dead:
        click.echo("what failed for good: see memos tasks dead")


@click.command()
@click.option("--repair/--no-repair", default=True, show_default=True, help="Repair what differs.")
@options.common
def doctor(*, repair: bool, home: options.Home | None, as_json: bool) -> None:
    """Compare every index with the records, and repair it.

    Exit status 1 when something is wrong and was not repaired.
    """
    found = options.run(home, lambda memos: memos.doctor(repair=repair))
    if as_json:
        output.document(found.to_dict())
    else:
        _report(found)
    if not found.healthy:
        click.get_current_context().exit(1)


def _report(found: Diagnosis) -> None:
    click.echo(f"{output.plural(found.cubes, 'cube')}, {output.plural(found.versions, 'version')}")
    for fault in found.records:
        click.echo(output.safe(f"records: {fault}"))
    for one in found.differences:
        counts = {"missing": one.missing, "extra": one.extra, "wrong": one.wrong}
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        state = "repaired" if one.repaired else "not repaired"
        click.echo(output.safe(f"{one.projection} of {one.cube_id}: {told}; {state}"))
    if found.waiting:
        click.echo(f"{output.plural(found.waiting, 'task')} on the way")
    if found.dead:
        click.echo(f"{output.plural(found.dead, 'task')} failed for good; see memos tasks dead")
    if found.healthy:
        click.echo("healthy" if not found.differences else "healthy again")
    else:
        click.echo("not healthy")


@click.command()
@options.common
def settings(*, home: options.Home | None, as_json: bool) -> None:
    """List the settings, their variables and values."""
    from dataclasses import fields

    from memos.settings import PREFIX, Settings

    loaded = Settings.load(home=home)
    found = [
        {
            "name": field.name,
            "variable": PREFIX + field.name.upper(),
            "value": value if isinstance(value := getattr(loaded, field.name), int) else str(value),
            "default": field.default if isinstance(field.default, int) else str(field.default),
            "help": field.metadata["help"],
        }
        for field in fields(Settings)
    ]
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    shown = ("name", "variable", "value", "help")
    rows = [tuple(str(one[name]) for name in shown) for one in found]
    show.table(output.console(), ("setting", "variable", "value", "what it is"), rows)
