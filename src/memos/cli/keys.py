"""API keys: make, list, rotate, revoke."""

# ruff: noqa: ANN401 - click hands over what it parsed
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.key import ApiKey, NewKey

RIGHTS = ("read", "write", "admin", "operator")
DAY = 86_400  # seconds


@click.group()
def keys() -> None:
    """Create, list, rotate and revoke API keys."""


@keys.command()
@click.option("--tenant", metavar="NAME", help="Whose memories it opens; MEMOS_TENANT if not.")
@click.option("--name", default="key", show_default=True, help="For people to read.")
@click.option(
    "--right",
    "rights",
    type=click.Choice(RIGHTS),
    multiple=True,
    default=("read", "write"),
    help="What it opens; repeatable; read and write if not given.",
)
@click.option("--user", "user_id", metavar="ID", help="The only user for whom it acts.")
@click.option("--agent", "agent_id", metavar="ID", help="The only agent for whom it acts.")
@click.option("--cube", "cube_id", metavar="ID", help="The only cube that it opens.")
@click.option("--rate", type=int, metavar="N", help="Most calls a minute.")
@click.option("--expires-at", metavar="TIME", help="When it ends.")
@click.option("--expires-in", type=float, metavar="S", help="The same, in seconds from now.")
@options.common
def create(*, home: options.Home | None, as_json: bool, **given: Any) -> None:
    """Make a key, and print it, this once."""
    made = options.run(home, lambda memos: memos.create_key(**given), working=False)
    _show(made, as_json=as_json)


@keys.command("list")
@click.option("--tenant", metavar="NAME", help="Only the keys of this tenant.")
@options.common
def list_(*, tenant: str | None, home: options.Home | None, as_json: bool) -> None:
    """List keys, also those that have ended; their secrets nobody knows."""
    found = options.run(home, lambda memos: memos.keys(tenant), working=False)
    if as_json:
        output.document(found)
    elif found:
        _table(found)
    else:
        click.echo("no keys")


@keys.command()
@click.argument("key_id")
@click.option(
    "--overlap",
    type=float,
    default=DAY,
    show_default=True,
    metavar="S",
    help="Seconds for which the old key is still valid.",
)
@options.common
def rotate(*, key_id: str, overlap: float, home: options.Home | None, as_json: bool) -> None:
    """Make a key like KEY_ID, which then ends, and print the new one, this once."""
    made = options.run(home, lambda memos: memos.rotate_key(key_id, overlap=overlap), working=False)
    _show(made, as_json=as_json)


@keys.command()
@click.argument("key_id")
@options.common
def revoke(*, key_id: str, home: options.Home | None, as_json: bool) -> None:
    """End the key KEY_ID at once and for good."""
    ended = options.run(home, lambda memos: memos.revoke_key(key_id), working=False)
    if as_json:
        output.document(ended)
    else:
        click.echo(output.safe(f"revoked: key {ended.id}, {ended.name}"))


def _show(made: NewKey, *, as_json: bool) -> None:
    """The one place where a key is shown."""
    if as_json:
        output.document({"key": made.key, "secret": made.secret})
        return
    key = made.key
    click.echo(output.safe(f"created: key {key.id}, {key.name}, of tenant {key.tenant}"))
    click.echo("keep it now, it is not shown again:", err=True)
    click.echo(made.secret)


def _table(found: Sequence[ApiKey]) -> None:
    from memos.cli import show
    from memos.model.time import SystemClock

    now = SystemClock().now()
    columns = ("id", "tenant", "name", "rights", "only", "rate", "state")
    rows = [
        (
            output.safe(key.id),
            output.safe(key.tenant),
            output.safe(key.name),
            " ".join(sorted(right.value for right in key.rights)),
            output.safe(_bounds(key)),
            "-" if key.rate is None else str(key.rate),
            _state(key, valid=key.valid(now)),
        )
        for key in found
    ]
    show.table(output.console(), columns, rows)


def _bounds(key: ApiKey) -> str:
    bounds = {"user": key.user_id, "agent": key.agent_id, "cube": key.cube_id}
    return " ".join(f"{kind}:{one}" for kind, one in bounds.items() if one is not None) or "-"


def _state(key: ApiKey, *, valid: bool) -> str:
    from memos.cli import show

    if key.revoked_at is not None:
        return f"revoked {show.minute(key.revoked_at)}"
    if key.expires_at is not None:
        return f"{'until' if valid else 'expired'} {show.minute(key.expires_at)}"
    return "valid"
