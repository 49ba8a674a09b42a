"""Reading: search, context, messages, list, history."""

# ruff: noqa: ANN401 - click hands over what it parsed
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.model.recall import Receipt

EFFORTS = ("fast", "normal", "deep")


def _moments(command: Any) -> Any:
    as_of = click.option("--as-of", metavar="TIME", help="What was true then, ISO 8601.")
    known_at = click.option("--known-at", metavar="TIME", help="What was known then.")
    return as_of(known_at(command))


def _narrowing(command: Any) -> Any:
    kinds = click.option("--kind", "kinds", multiple=True, help="Only this kind; repeatable.")
    thread = click.option(
        "--conversation", "conversation_id", metavar="ID", help="Only this conversation."
    )
    chosen = click.option(
        "--filter", type=options.JsonObject(), metavar="JSON", help='Such as {"name": "Ada"}.'
    )
    effort = click.option(
        "--effort",
        type=click.Choice(EFFORTS),
        default="normal",
        show_default=True,
        help="How closely to look.",
    )
    deadline = click.option("--deadline-ms", type=int, metavar="N", help="Answer within N ms.")
    return kinds(thread(chosen(_moments(effort(deadline(command))))))


save = click.option(
    "--save-receipt",
    "kept",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the receipt there, for `memos replay`.",
)


def _save(kept: Path | None, receipt: Receipt) -> None:
    if kept is None:
        return
    from memos.errors import StorageError

    try:
        kept.write_text(output.json_text(receipt) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(f"--save-receipt: {error.strerror}: {kept}") from error


@click.command()
@click.argument("query")
@options.caller
@click.option("--top-k", type=int, default=10, show_default=True, metavar="N", help="Most hits.")
@_narrowing
@click.option("--explain", is_flag=True, help="Tell how each candidate came to its score.")
@save
@options.common
def search(
    *,
    query: str,
    who: dict[str, Any],
    kinds: tuple[str, ...],
    explain: bool,
    kept: Path | None,
    home: options.Home | None,
    as_json: bool,
    **narrowing: Any,
) -> None:
    """Find the memories that answer a question."""
    narrowing |= {"kinds": list(kinds) or None, "explain": explain}
    found = options.run(home, lambda memos: memos.recall(query=query, **narrowing, **who))
    _save(kept, found.receipt)
    if as_json:
        output.document(found.to_dict())
        return
    from memos.cli import show

    show.hits(output.console(), found)
    if explain:
        from memos.cli import why

        why.receipt(output.console(), found.receipt)


@click.command()
@click.argument("query")
@options.caller
@click.option("--max-tokens", type=int, metavar="N", help="Budget of the block.")
@_narrowing
@save
@options.common
def context(
    *,
    query: str,
    who: dict[str, Any],
    max_tokens: int | None,
    kinds: tuple[str, ...],
    kept: Path | None,
    home: options.Home | None,
    as_json: bool,
    **narrowing: Any,
) -> None:
    """Print a block of memories for a prompt."""
    narrowing["kinds"] = list(kinds) or None
    if max_tokens is not None:
        narrowing["max_tokens"] = max_tokens
    made = options.run(home, lambda memos: memos.context(query=query, **narrowing, **who))
    _save(kept, made.receipt)
    if as_json:
        output.document({**made.to_dict(), "text": made.text})
    else:
        output.raw(made.text)


@click.command()
@options.caller
@click.option("--conversation", "conversation_id", metavar="ID", help="Only this conversation.")
@click.option(
    "--limit", type=int, default=50, show_default=True, metavar="N", help="The last N messages."
)
@click.option("--before", metavar="ID", help="The page before the message with this `id`.")
@_moments
@options.common
def messages(
    *, who: dict[str, Any], home: options.Home | None, as_json: bool, **fields: Any
) -> None:
    """List what was said, verbatim."""
    found = options.run(home, lambda memos: memos.get_messages(**fields, **who))
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    show.messages(output.console(), found)


@click.command("list")
@options.caller
@click.option("--kind", "kinds", multiple=True, help="Only this kind; repeatable.")
@click.option("--conversation", "conversation_id", metavar="ID", help="Only this conversation.")
@click.option(
    "--filter", type=options.JsonObject(), metavar="JSON", help='Such as {"name": "Ada"}.'
)
@click.option(
    "--limit", type=int, default=50, show_default=True, metavar="N", help="N memories at most."
)
@click.option("--before", metavar="ID", help="The page after the memory with this id.")
@_moments
@options.common
def list_(
    *,
    who: dict[str, Any],
    kinds: tuple[str, ...],
    home: options.Home | None,
    as_json: bool,
    **narrowing: Any,
) -> None:
    """List memories, the newest first."""
    narrowing["kinds"] = list(kinds) or None
    found = options.run(home, lambda memos: memos.memories(**narrowing, **who))
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    show.memories(output.console(), found)
    if len(found) == narrowing["limit"]:
        click.echo(f"for more: --before {found[-1].id}", err=True)


@click.command()
@click.argument("memory_id")
@options.caller
@options.common
def history(
    *, memory_id: str, who: dict[str, Any], home: options.Home | None, as_json: bool
) -> None:
    """Tell what happened to a memory."""
    found = options.run(home, lambda memos: memos.history(memory_id=memory_id, **who))
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    show.history(output.console(), found)
