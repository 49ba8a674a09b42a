"""The command `memos serve`: it stands here because the command line does not know servers."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path

import click

from memos.errors import InvalidInput, MissingDependency
from memos.model.key import ApiKey, Right
from memos.model.time import SystemClock
from memos.settings import Settings
from memos.system import AsyncMemOS

PATIENCE = 10  # seconds that requests under way have when the server stops


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8765,
    show_default=True,
    metavar="N",
    help="0: any that is free.",
)
@click.option(
    "--open", "open_", is_flag=True, help="Let everybody in without a key; on loopback only."
)
@click.option(
    "--workers",
    type=click.IntRange(0, 4096),
    default=64,
    show_default=True,
    metavar="N",
    help="Tasks at once inside the server; 0: `memos worker` does them.",
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="MEMOS_HOME",
    show_envvar=True,
    metavar="FOLDER",
    help="Where the memories are; ~/.memos if not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def serve(
    *, host: str, port: int, open_: bool, workers: int, home: Path | None, as_json: bool
) -> None:
    """Serve a home over HTTP.

    Where there is no key yet, and nobody else can listen, the first one is made and printed, once.
    """
    chosen = Settings.load(home=home)
    if open_ and not _is_loopback(host):
        raise InvalidInput("--open", "an address that others reach", "a loopback address")
    try:
        from memos.server.running import run  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingDependency("memos serve", "server") from error
    memos = AsyncMemOS(chosen.folder)

    async def told(url: str) -> None:
        key = None if open_ else await _first_key(memos, host)
        click.echo(json.dumps({"url": url, "key": key}) if as_json else _greeting(url, key, open_))

    run(memos, host, port, open_as=_everybody(chosen) if open_ else None, workers=workers,
        patience=PATIENCE, told=told)  # fmt: skip


async def _first_key(memos: AsyncMemOS, host: str) -> str | None:
    if not _is_loopback(host) or await memos.keys():
        return None
    rights = ["read", "write", "admin", "operator"]
    return (await memos.create_key(name="first", rights=rights)).secret


def _greeting(url: str, key: str | None, open_: bool) -> str:  # noqa: FBT001 - of two lines
    lines = [f"memos serves at {url} (API: {url}/docs)"]
    if open_:
        lines.append("without keys: everybody on this machine may do everything")
    if key is not None:
        lines.append(f"the first key, which is not shown again: {key}")
    return "\n".join(lines)


def _everybody(settings: Settings) -> ApiKey:
    return ApiKey("open", settings.tenant, "open", frozenset(Right), SystemClock().now(), "home")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
