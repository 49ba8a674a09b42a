"""Importing conversations from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output
from memos.cli.write import say_backlog, settle

if TYPE_CHECKING:
    from memos.memories.drafts import Desk
    from memos.memories.scopes import Caller
    from memos.model.task import Backlog
    from memos.settings import Settings
    from memos.system import AsyncMemOS

Batch = Sequence[Mapping[str, Any]]
Names = dict[tuple[object, object], tuple[str, tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file in which every message can be added."""

    path: Path
    messages: Batch


@click.command("import")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@options.caller
@click.option("--conversation", "conversation_id", metavar="ID", help="For messages without one.")
@options.wait
@options.common
def import_(
    *,
    paths: tuple[Path, ...],
    who: dict[str, Any],
    conversation_id: str | None,
    no_wait: bool,
    home: options.Home | None,
    as_json: bool,
) -> None:
    """Remember the conversations in files.

    PATH is a .jsonl file with one message a line, a .json file with a list of messages or a case
    ({"messages": [...]}), or a folder of .json files. Messages have the fields role, content and,
    if you like, name, conversation_id, message_id, timestamp, metadata, visibility, app_id.

    All files are checked before anything is written.
    """
    from memos.settings import Settings

    settings = Settings.load(home=None if options.is_url(home) else home)
    files = list(_checked(settings, paths, who))

    most = settings.max_batch

    async def work(memos: AsyncMemOS) -> tuple[int, int, Backlog | None]:
        counts = await _write(memos, files, most, {**who, "conversation_id": conversation_id})
        return *counts, await settle(memos, no_wait=no_wait)

    new, there, backlog = options.run(home, work)
    nameless = sum(one.get("message_id") is None for file in files for one in file.messages)
    if as_json:
        output.document(
            {
                "files": [str(file.path) for file in files],
                "new": new,
                "already_there": there,
                "without_message_id": nameless,
                "backlog": backlog,
            }
        )
        return
    click.echo(f"{output.plural(new, 'new message')}, {there:,} already there")
    if nameless:
        click.echo(f"{nameless:,} without message_id: importing them again would add them again")
    say_backlog(backlog)


def _checked(
    settings: Settings, paths: Sequence[Path], who: Mapping[str, Any]
) -> Iterator[Checked]:
    """Reads and checks all files; raises InvalidInput that names file, place and field."""
    from memos.ingest.cases import case_files, read_case
    from memos.memories.drafts import Desk

    desk = Desk(settings)
    caller = desk.caller(**who)
    names: Names = {}
    for path in case_files(paths):
        case = read_case(path)
        for place, message in zip(_places(path, len(case.messages)), case.messages, strict=True):
            _check(desk, caller, f"{path}: {place}", message, names)
        yield Checked(path, case.messages)


def _places(path: Path, count: int) -> list[str]:
    """How errors call the messages of a file."""
    if path.suffix != ".jsonl":
        return [f"messages[{at}]" for at in range(count)]
    lines = path.read_text("utf-8").splitlines()
    return [f"line {number}" for number, line in enumerate(lines, 1) if line.strip()]


def _check(
    desk: Desk, caller: Caller, place: str, message: Mapping[str, Any], names: Names
) -> None:
    from memos.errors import InvalidInput

    try:
        desk.drafts(caller, [message], {})
    except InvalidInput as error:
        field = error.field.replace("messages[0].", f"{place}: ", 1)
        raise InvalidInput(field, error.got, error.allowed) from error
    if message.get("message_id") is None:
        return
    said = tuple(message.get(field) for field in ("role", "name", "content"))
    name = (message.get("conversation_id"), message["message_id"])
    first, before = names.setdefault(name, (place, said))
    if before != said:
        raise InvalidInput(
            f"{place}: message_id",
            f"{message['message_id']!r}, which {first} has with other content",
            "one content for one id in a conversation",
        )


async def _write(
    memos: AsyncMemOS, files: Sequence[Checked], most: int, fields: Mapping[str, Any]
) -> tuple[int, int]:
    """How many messages were new, and how many already there.

    A file is one transaction unless it is longer than `most`, the longest batch.
    """
    from memos.errors import Conflict

    new = there = 0
    with output.progress() as progress:
        bar = progress.add_task("importing", total=sum(len(file.messages) for file in files))
        for file in files:
            for start in range(0, len(file.messages), most):
                batch = file.messages[start : start + most]
                try:
                    added = await memos.add_messages(messages=batch, **fields)
                except Conflict as error:
                    text = f"{file.path}: {error}; {start:,} messages of this file were written"
                    raise Conflict(text) from error
                repeated = sum(one.repeated for one in added)
                new, there = new + len(added) - repeated, there + repeated
                progress.advance(bar, len(added))
    return new, there
