"""Reading pages: what is known and was said, put together."""

from __future__ import annotations

from typing import Any

import click

from memos.cli import options, output

OTHERS = ("person", "conversation", "topic")


@click.command()
@options.caller
@click.option("--page", type=click.Choice(OTHERS), help="The pages of this sort instead.")
@options.common
def profile(
    *, page: str | None, who: dict[str, Any], home: options.Home | None, as_json: bool
) -> None:
    """Print what is known of a user, on one page.

    Other pages, of persons, conversations and topics, are made in the background, by the job
    `consolidate`; the profile is brought up to date by this command.
    """
    if page is None:
        made = options.run(home, lambda memos: memos.profile(**who))
        found = [] if made is None else [made]
    else:
        found = options.run(home, lambda memos: memos.pages(page=page, **who))
    if as_json:
        output.document(found)
        return
    from memos.cli import show

    click.echo("\n\n".join(output.safe(one.content) for one in found) or show.NOTHING)
