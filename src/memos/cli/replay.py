"""Replaying: what would change an answer."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.memory import Memory
    from memos.model.replay import Replay
    from memos.system import AsyncMemOS


@click.command()
@click.argument("receipt", metavar="RECEIPT")
@options.caller
@click.option(
    "--without", multiple=True, metavar="ID", help="Leave out this memory or message; repeatable."
)
@click.option("--at", type=int, metavar="SEQ", help="As the cube stood at this commit.")
@click.option(
    "--weights", metavar="FILE", help="Another table of weights, from `memos bench fit --out`."
)
@options.common
def replay(
    *,
    receipt: str,
    who: dict[str, Any],
    without: tuple[str, ...],
    at: int | None,
    weights: str | None,
    home: options.Home | None,
    as_json: bool,
) -> None:
    """Run a recall again, and show what changed.

    RECEIPT is a file from --save-receipt, or what `memos search --json` or `memos context
    --json` printed; "-" reads it from standard input.
    """
    found = _document("RECEIPT", receipt)
    told = found.get("receipt", found) if isinstance(found, dict) else found
    table = None if weights is None else _document("--weights", weights)

    async def work(memos: AsyncMemOS) -> tuple[Replay, dict[str, Memory]]:
        made = await memos.replay(
            receipt=told, without=list(without) or None, at=at, weights=table, **who
        )
        return made, await _texts(memos, made, who)

    made, memories = options.run(home, work)
    if as_json:
        output.document(made.to_dict())
        return
    from memos.cli import why

    asked = [f"without {id}" for id in without]
    asked += [] if at is None else [f"at commit {at}"]
    asked += [] if weights is None else [f"with {weights}"]
    why.replay(output.console(), made, asked, memories)


async def _texts(memos: AsyncMemOS, made: Replay, who: dict[str, Any]) -> dict[str, Memory]:
    """The memories of the page: hits, and what left as far as the caller may still see it."""
    from memos.errors import InvalidInput, NotFound

    known = {hit.memory.id: hit.memory for hit in made.recall}
    for move in made.left:
        with suppress(NotFound, InvalidInput):  # the ids are what somebody's file says
            known[move.memory_id] = await memos.get_memory(memory_id=move.memory_id, **who)
    return known


def _document(field: str, path: str) -> Any:  # noqa: ANN401 - any JSON
    """What a file, or standard input for ``-``, holds as JSON."""
    from memos.errors import InvalidInput

    try:
        data = sys.stdin.buffer.read() if path == "-" and sys.stdin else Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        got = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"{field}: {path}", got, "a readable file") from error
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise InvalidInput(f"{field}: {path}", "something that is not JSON", "JSON") from error
