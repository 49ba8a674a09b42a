"""Tenants: make them, list them, give them quotas."""

# ruff: noqa: ANN401 - click hands over what it parsed
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.key import Tenant


@click.group()
def tenants() -> None:
    """Create and list tenants, and set their quotas."""


def _quota(command: Any) -> Any:
    number = click.IntRange(min=0)
    memories = click.option("--memories", type=number, metavar="N", help="Most memories.")
    size = click.option(
        "--bytes", type=number, metavar="N", help="Most text of messages and memories."
    )
    calls = click.option(
        "--model-calls", type=number, metavar="N", help="Most calls of models a day."
    )
    return memories(size(calls(command)))


@tenants.command()
@click.argument("name")
@_quota
@options.common
def create(*, name: str, home: options.Home | None, as_json: bool, **amounts: Any) -> None:
    """Make the tenant NAME; a quota that is not given is no limit."""
    made = options.run(home, lambda memos: memos.create_tenant(name, **amounts), working=False)
    _tell("created", made, as_json=as_json)


@tenants.command("list")
@options.common
def list_(*, home: options.Home | None, as_json: bool) -> None:
    """List the tenants and their quotas."""
    found = options.run(home, lambda memos: memos.tenants(), working=False)
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    columns = ("tenant", "since", "memories", "bytes", "model calls")
    rows = [(output.safe(one.name), show.minute(one.created_at), *_amounts(one)) for one in found]
    show.table(output.console(), columns, rows, right=columns[2:])


@tenants.command()
@click.argument("name")
@_quota
@options.common
def quota(*, name: str, home: options.Home | None, as_json: bool, **amounts: Any) -> None:
    """Give the tenant NAME another quota, as a whole: what is not given has no limit."""
    made = options.run(home, lambda memos: memos.set_quota(name, **amounts), working=False)
    _tell("quota", made, as_json=as_json)


def _tell(what: str, tenant: Tenant, *, as_json: bool) -> None:
    if as_json:
        output.document(tenant)
        return
    memories, size, calls = _amounts(tenant)
    told = f"memories {memories}, bytes {size}, model calls {calls}"
    click.echo(output.safe(f"{what}: tenant {tenant.name}; {told}"))


def _amounts(tenant: Tenant) -> tuple[str, str, str]:
    quota = tenant.quota
    memories, size, calls = (
        "no limit" if one is None else f"{one:,}"
        for one in (quota.memories, quota.bytes, quota.model_calls)
    )
    return memories, size, calls
