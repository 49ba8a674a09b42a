"""Cubes: list, create, share, unshare."""

# ruff: noqa: ANN401 - click hands over what it parsed
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.cube import Cube

ROLES = ("reader", "writer", "admin")


@click.group()
def cubes() -> None:
    """List, create and share cubes."""


@cubes.command("list")
@options.user
@options.common
def list_(*, who: dict[str, Any], home: options.Home | None, as_json: bool) -> None:
    """List the cubes that you own or that are shared with you."""
    found = options.run(home, lambda memos: memos.cubes(**who))
    if as_json:
        output.document(found)
    elif found:
        _table(found)
    else:
        click.echo("no cubes yet: a personal one exists from the first message on")


@cubes.command()
@click.argument("cube_id")
@options.user
@click.option("--name", help="For people to read; the id if not given.")
@options.common
def create(
    *, cube_id: str, who: dict[str, Any], name: str | None, home: options.Home | None, as_json: bool
) -> None:
    """Make a cube that you own."""
    made = options.run(home, lambda memos: memos.create_cube(cube_id=cube_id, name=name, **who))
    if as_json:
        output.document(made)
    else:
        click.echo(output.safe(f"created: cube {made.cube_id}"))


def _receiver(command: Any) -> Any:
    to_user = click.option("--to-user", metavar="ID", help="User who gets the role.")
    to_agent = click.option("--to-agent", metavar="ID", help="Agent who gets the role.")
    return to_user(to_agent(command))


@cubes.command()
@options.caller
@_receiver
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="reader",
    show_default=True,
    help="What they may do.",
)
@options.common
def share(*, who: dict[str, Any], home: options.Home | None, as_json: bool, **fields: Any) -> None:
    """Let a user or an agent into a cube; without --cube it is your personal one."""
    cube = options.run(home, lambda memos: memos.share(**fields, **who))
    if as_json:
        output.document(cube)
    else:
        _table([cube])


@cubes.command()
@options.caller
@_receiver
@options.common
def unshare(
    *, who: dict[str, Any], home: options.Home | None, as_json: bool, **fields: Any
) -> None:
    """Take a role away, from now on."""
    removed = options.run(home, lambda memos: memos.unshare(**fields, **who))
    if as_json:
        output.document({"removed": removed})
    else:
        click.echo("no longer shared" if removed else "it was not shared")


def _table(found: Sequence[Cube]) -> None:
    from memos.cli import show

    rows = [
        (
            cube.cube_id,
            cube.name,
            cube.owner,
            str(cube.seq),
            ", ".join(f"{grant.principal} ({grant.role.value})" for grant in cube.grants),
        )
        for cube in found
    ]
    columns = ("cube", "name", "owner", "commits", "shared with")
    show.table(output.console(), columns, rows, right=("commits",))
