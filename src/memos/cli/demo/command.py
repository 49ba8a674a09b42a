"""The command `memos demo`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memos.cli import options, output

if TYPE_CHECKING:
    from memos.cli.demo.script import Outcome
    from memos.ingest.cases import Case
    from memos.system import AsyncMemOS


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demo found out."""

    messages: int
    reading: float  # seconds
    shown: list[Outcome]
    rest: list[Outcome]


@click.command()
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Keep the memories here, in a new or empty folder.",
)
@click.option("--quiet", is_flag=True, help="Only the summary.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def demo(*, keep: Path | None, quiet: bool, as_json: bool) -> None:
    """Show memos at work, offline, in seconds.

    Reads three conversations, asks a dozen questions and shows what was found, why, and whether
    it was right. Then asks all the questions of the corpus and says how that went.
    """
    from memos.cli.demo import page, script

    began = time.perf_counter()
    with _home(keep) as home:
        done = options.run(
            home,
            lambda memos: _play(memos, opens=not as_json, talks=not (quiet or as_json)),
            **_embedded(),
        )
    groups = _groups(done.shown, done.shown + done.rest)
    rows = [script.summary(label, some) for label, some in groups.items()]
    took = time.perf_counter() - began
    if as_json:
        output.document(
            {
                "messages": done.messages,
                "messages_per_second": round(done.messages / done.reading),
                "seconds": round(took, 2),
                "shown": [outcome.to_dict() for outcome in done.shown],
                "summary": [asdict(row) for row in rows],
            }
        )
        return
    page.summary(output.console(), rows, took)
    page.closing(output.console(), None if keep is None else str(keep))


async def _play(memos: AsyncMemOS, *, opens: bool, talks: bool) -> Shown:
    """Reads and asks; draws as it goes, because that is what somebody watches."""
    from memos.cli.demo import page, script

    console = output.console()
    cases = script.cases()
    messages = sum(len(case.messages) for case in cases.values())
    with output.progress() as progress:
        bar = progress.add_task("reading", total=messages)
        seconds = await script.read(memos, cases, lambda count: progress.advance(bar, count))
    if opens:
        page.opening(console, messages, seconds)
    if talks:
        page.legend(console)
    shown = []
    for number, (source, question, english) in enumerate(script.picked(cases), 1):
        shown.append(await script.ask(memos, source, question, english))
        if talks:
            page.question(console, number, shown[-1])
    return Shown(messages, seconds, shown, await _ask_rest(memos, cases, shown))


async def _ask_rest(
    memos: AsyncMemOS, cases: dict[str, Case], shown: list[Outcome]
) -> list[Outcome]:
    from memos.cli.demo import script
    from memos.cli.demo.corpus import SOURCES

    done = {(outcome.source.file, outcome.question.id) for outcome in shown}
    left = [
        (source, question)
        for source in SOURCES
        for question in cases[source.file].questions
        if (source.file, question.id) not in done
    ]
    outcomes = []
    with output.progress() as progress:
        bar = progress.add_task("asking all the others", total=len(left))
        for source, question in left:
            outcomes.append(await script.ask(memos, source, question))
            progress.advance(bar)
    return outcomes


def _groups(shown: list[Outcome], everything: list[Outcome]) -> dict[str, list[Outcome]]:
    """The rows of the summary: an unanswerable question has no evidence to find."""
    from memos.cli.demo.corpus import SOURCES

    told = [outcome for outcome in everything if outcome.question.evidence]
    rows = {"shown, answerable": [one for one in shown if one.question.evidence]}
    for source in SOURCES:
        rows[f"all of {source.user}"] = [one for one in told if one.source == source]
    rows["all"] = told
    rows["all unanswerable"] = [one for one in everything if not one.question.evidence]
    return rows


@contextmanager
def _home(keep: Path | None) -> Iterator[Path]:
    from memos.errors import InvalidInput

    if keep is not None:
        if keep.exists() and any(keep.iterdir()):
            raise InvalidInput("--keep", f"{keep}, which is not empty", "a new or empty folder")
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="memos-demo-") as folder:
        yield Path(folder)


def _embedded() -> dict[str, Any]:
    """The defaults, whatever the environment says: a demo has no business in a real store."""
    from memos.settings import Settings

    return {field.name: field.default for field in fields(Settings) if field.name != "home"}
