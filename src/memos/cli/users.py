"""Users: who has memories here."""

from __future__ import annotations

import click

from memos.cli import options, output


@click.group()
def users() -> None:
    """List the users of a tenant."""


@users.command("list")
@click.option(
    "--limit", type=int, default=100, show_default=True, metavar="N", help="N users at most."
)
@click.option("--after", metavar="ID", help="The page after this user.")
@options.common
def list_(*, limit: int, after: str | None, home: options.Home | None, as_json: bool) -> None:
    """List the users who have written or shared something, by id."""
    found = options.run(home, lambda memos: memos.users(limit=limit, after=after), working=False)
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    columns = ("user", "since", "messages", "memories")
    rows = [
        (
            output.safe(one.user_id),
            show.minute(one.created_at),
            f"{one.messages:,}",
            f"{one.memories:,}",
        )
        for one in found
    ]
    show.table(output.console(), columns, rows, right=columns[2:])
    if len(found) == limit:
        click.echo(f"for more: --after {output.safe(found[-1].user_id)}", err=True)
