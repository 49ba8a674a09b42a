"""The audit log: who did what, and whether it is still what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.deeds import AuditEntry, ChainReport


@click.command()
@click.option("--tenant", metavar="NAME", help="Only what was done in this tenant.")
@click.option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    metavar="NUMBER",
    help="Begin behind the entry with this number.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="Most entries.",
)
@options.common
def log(
    *, tenant: str | None, after: int, limit: int, home: options.Home | None, as_json: bool
) -> None:
    """List what was done, oldest first."""
    found = options.run(
        home,
        lambda memos: memos.audit_log(tenant=tenant, after=after, limit=limit),
        working=False,
    )
    if as_json:
        output.document(found)
        return
    for one in found:
        click.echo(output.safe(_line(one)))
    if not found:
        click.echo("nothing was done")


@click.command()
@click.option("--seen", metavar="DIGEST", help="The `last` of an earlier report, kept elsewhere.")
@options.common
def verify(*, seen: str | None, home: options.Home | None, as_json: bool) -> None:
    """Check that no entry was changed, removed or cut off; exit status 1 if one was."""
    report = options.run(home, lambda memos: memos.verify_audit(seen=seen), working=False)
    if as_json:
        output.document(report)
    else:
        _tell(report)
    if not report.ok:
        click.get_current_context().exit(1)


def _line(entry: AuditEntry) -> str:
    deed = entry.deed
    when = entry.at.iso()
    return (
        f"{entry.number}  {when}  {deed.tenant}  {deed.actor}  {deed.action}  {deed.subject}  "
        f"{deed.outcome}"
    )


def _tell(report: ChainReport) -> None:
    for number, problem in report.broken:
        click.echo(f"entry {number} {problem}" if number else problem)
    count = output.plural(report.entries, "entry")
    click.echo(f"{'whole' if report.ok else 'broken'}: {count}, last {report.last}")
