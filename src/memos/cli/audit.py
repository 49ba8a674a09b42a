"""Examining how good what is stored is, in a home or in a file from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from memos.cli import options, output
from memos.cli.auditlog import log, verify

if TYPE_CHECKING:
    from memos.model.audit import AuditExample, AuditReport, AuditSection


@click.group(invoke_without_command=True)
@click.option("--user", "user_id", metavar="ID", help="Only what this user reads; else all.")
@click.option(
    "--dump",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Look at the memories in a file instead; nothing is written.",
)
@click.option(
    "--examples", default=3, show_default=True, metavar="N", help="Of each sort, at most."
)
@click.option(
    "--stale-days",
    default=90,
    show_default=True,
    metavar="D",
    help="After how many days a memory is stale that was never recalled.",
)
@options.common
@click.pass_context
def audit(
    context: click.Context,
    *,
    user_id: str | None,
    dump: Path | None,
    examples: int,
    stale_days: int,
    home: options.Home | None,
    as_json: bool,
) -> None:
    """Examine how good what is stored is.

    Counts junk, repetitions, contradictions, what is stale, secrets and personal identifiers, and
    memories that their sources do not support, with examples. It changes nothing.

    FILE is JSON or JSON lines from another memory system: a list of objects with a text (memory,
    content or text), or an object with such a list (results, as mem0's get_all gives it).
    """
    if context.invoked_subcommand is not None:
        return
    if dump is None:
        found = options.run(
            home,
            lambda memos: memos.audit(user_id, examples=examples, stale_days=stale_days),
            working=False,
        )
    else:
        from memos.ingest.audit.dump import audit_dump

        found = audit_dump(dump, examples=examples, stale_days=stale_days, user_id=user_id)
    if as_json:
        output.document(found)
    else:
        _report(found)


audit.add_command(log)
audit.add_command(verify)


def _report(found: AuditReport) -> None:
    from memos.cli import show

    looked = f"looked at {found.looked_at:,}"
    if found.messages:
        looked += f", of which {output.plural(found.messages, 'message')}"
    click.echo(f"{looked}: something is wrong with {found.flagged:,} ({found.share:.1%})")
    rows = [row for section in found.sections for row in _rows(section, found.looked_at)]
    show.table(output.console(), ("found", "count", "share"), rows, right=("count", "share"))
    for section in found.sections:
        for row in section.rows:
            if row.examples:
                click.echo(f"\n{section.name}: {row.reason}")
            for example in row.examples:
                click.echo(output.safe(_line(example)))


def _rows(section: AuditSection, looked_at: int) -> Iterator[tuple[str, str, str]]:
    """The section and those of its reasons of which there is something."""
    if section.unknown and section.unknown == looked_at and not section.count:
        yield section.name, "not known", ""
        return
    yield section.name, f"{section.count:,}", f"{section.share:.1%}"
    for row in section.rows:
        if row.count:
            yield f"  {row.reason}", f"{row.count:,}", f"{row.share:.1%}"
    if section.unknown:
        yield "  not known", f"{section.unknown:,}", ""


def _line(example: AuditExample) -> str:
    who = example.id if example.user_id is None else f"{example.id} of {example.user_id}"
    line = f"  {who}: {example.text}"
    if example.other_id is None:
        return line
    return f"{line}\n    {example.other_id}: {example.other_text}"
