"""Correcting what is remembered, and taking it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.results import FeedbackResult


@click.command()
@click.argument("text", required=False)
@options.caller
@click.option("--memory", "memory_ids", multiple=True, metavar="ID", help="About it. Repeatable.")
@click.option(
    "--receipt",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="About the recall of this receipt.",
)
@click.option("--up", "rating", flag_value="up", help="It was good.")
@click.option("--down", "rating", flag_value="down", help="It was no good.")
@click.option("--conversation", "conversation_id", metavar="ID", help="Where it was said.")
@options.common
def feedback(
    *,
    text: str | None,
    memory_ids: tuple[str, ...],
    receipt: Any,  # noqa: ANN401 - a file, as click opens it
    rating: str | None,
    conversation_id: str | None,
    who: dict[str, Any],
    home: options.Home | None,
    as_json: bool,
) -> None:
    """Correct what is remembered, or rate it.

    TEXT is a remark such as "no, my sister lives in Porto, not Lisbon" or "that's wrong". What
    it puts an end to stays in the history; `memos revert` takes it back.
    """
    told = None if receipt is None else _read(receipt)
    done = options.run(
        home,
        lambda memos: memos.feedback(
            text=text,
            memory_ids=list(memory_ids) or None,
            receipt=told,
            rating=rating,
            conversation_id=conversation_id,
            **who,
        ),
    )
    _show(done, as_json=as_json)


@click.command()
@click.argument("memory_id")
@options.caller
@click.option("--version", type=click.IntRange(1), metavar="N", help="Go back to this version.")
@options.common
def revert(
    *,
    memory_id: str,
    version: int | None,
    who: dict[str, Any],
    home: options.Home | None,
    as_json: bool,
) -> None:
    """Take the last change of a memory back.

    With --version, go back to one of its versions.
    """
    fields = {"memory_id": memory_id, "version": version, **who}
    done = options.run(home, lambda memos: memos.revert(**fields))
    _show(done, as_json=as_json)


def _read(file: Any) -> dict[str, Any]:  # noqa: ANN401 - a file, as click opens it
    try:
        found = json.load(file)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="'--receipt'") from error
    if not isinstance(found, dict):
        raise click.BadParameter("not a JSON object.", param_hint="'--receipt'")
    return found


def _show(done: FeedbackResult, *, as_json: bool) -> None:
    if as_json:
        output.document(done)
        return
    told = {
        "no longer so": done.ended, "new": done.created, "changed": done.changed,
        "rated": done.rated,
    }  # fmt: skip
    lines = [f"{what}: {', '.join(ids)}" for what, ids in told.items() if ids]
    click.echo("\n".join(lines) or "nothing changed")
