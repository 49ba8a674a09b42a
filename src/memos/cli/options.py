"""Options that commands share, and the engine that they open."""

# ruff: noqa: ANN401 - click hands over what it parsed
from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from memos.client import AsyncClient
    from memos.system import AsyncMemOS

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


Home = Path | str
"""Where memories are: a folder, or the URL of a server."""


class HomeType(click.Path):
    """A folder, or the URL of a server."""

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A URL stays a string."""
        return value if is_url(value) else super().convert(value, param, ctx)


def is_url(home: object) -> bool:
    """Whether memories are at a server."""
    return isinstance(home, str) and home.startswith(("http://", "https://"))


def common(command: F) -> F:
    """``--home`` and ``--json``, as `home` and `as_json`."""
    home = click.option(
        "--home",
        type=HomeType(),
        envvar="MEMOS_HOME",
        show_envvar=True,
        metavar="FOLDER|URL",
        help="Where the memories are; ~/.memos if not given. A server wants MEMOS_API_KEY.",
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    return home(as_json(command))


def user(command: F) -> F:
    """``--user`` and ``--agent``, at least one of them, as the mapping `who`."""

    @functools.wraps(command)
    def call(*, user_id: str | None, agent_id: str | None, **rest: Any) -> Any:
        if user_id is None and agent_id is None:
            raise click.UsageError(
                "Missing option '--user' (or MEMOS_USER, or '--agent').",
                click.get_current_context(),
            )
        return command(who={"user_id": user_id, "agent_id": agent_id}, **rest)

    agent = click.option("--agent", "agent_id", metavar="ID", help="Agent that takes part.")
    user_ = click.option(
        "--user",
        "user_id",
        envvar="MEMOS_USER",
        show_envvar=True,
        metavar="ID",
        help="Whose memory it is.",
    )
    return cast("F", user_(agent(call)))


def caller(command: F) -> F:
    """`user` with ``--cube``."""

    @functools.wraps(command)
    def call(*, who: dict[str, Any], cube_id: str | None, **rest: Any) -> Any:
        return command(who={**who, "cube_id": cube_id}, **rest)

    cube = click.option("--cube", "cube_id", metavar="ID", help="Another cube than the personal.")
    return user(cast("F", cube(call)))


wait = click.option(
    "--no-wait", is_flag=True, help="Leave background work to a later command or a server."
)


class JsonObject(click.ParamType[dict[str, Any]]):
    """A JSON object as an argument."""

    name = "json"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, Any]:
        """The mapping that the text stands for."""
        if isinstance(value, dict):
            return value
        try:
            found = json.loads(value)
        except (ValueError, RecursionError) as error:
            self.fail(f"not JSON: {error}", param, ctx)
        if not isinstance(found, dict):
            self.fail('not a JSON object, such as {"key": "value"}', param, ctx)
        return found


def run(
    home: Home | None,
    work: Callable[[AsyncMemOS], Awaitable[T]],
    *,
    working: bool = True,
    **settings: Any,
) -> T:
    """Opens the engine, does the work, closes; with background work unless not `working`.

    Where `home` is a URL, a client of the server takes the place of the engine, and `settings`
    are the server's own. Prompts and standard input come before it: an event loop keeps Ctrl-C
    from what blocks.
    """
    from memos.errors import StorageError
    from memos.system import AsyncMemOS

    async def session() -> T:
        if isinstance(home, str):
            async with _client(home) as client:
                return await work(cast("AsyncMemOS", client))
        memos = AsyncMemOS(home, **settings)
        try:
            await memos.open(working=working)
        except OSError as error:
            raise StorageError(f"home: {error.strerror}: {error.filename}") from error
        async with memos:
            return await work(memos)

    return asyncio.run(session())


def _client(url: str) -> AsyncClient:
    from memos.client import AsyncClient
    from memos.errors import UsageError

    class Remote(AsyncClient):
        def __getattr__(self, name: str) -> Any:
            raise UsageError(f"--home: a server does not offer what this takes ({name})")

    return Remote(url)
