"""The command `memos demo`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memos.cli import output

if TYPE_CHECKING:
    from memos.cli.demo.corpus import Source
    from memos.cli.demo.script import Outcome
    from memos.ingest.cases import Case, Question
    from memos.sync import MemOS


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
    console = output.console()
    talks = not (quiet or as_json)
    cases = script.cases()
    messages = sum(len(case.messages) for case in cases.values())
    with _home(keep) as home, _engine(home) as memos:
        with output.progress() as progress:
            bar = progress.add_task("reading", total=messages)
            seconds = script.read(memos, cases, lambda count: progress.advance(bar, count))
        if not as_json:
            page.opening(console, messages, seconds)
        if talks:
            page.legend(console)
        shown = []
        for number, (source, question, english) in enumerate(script.picked(cases), 1):
            shown.append(script.ask(memos, source, question, english))
            if talks:
                page.question(console, number, shown[-1])
        rest = _ask_rest(memos, cases, shown)
    rows = [script.summary(label, some) for label, some in _groups(shown, shown + rest).items()]
    took = time.perf_counter() - began
    if as_json:
        output.document(
            {
                "messages": messages,
                "messages_per_second": round(messages / seconds),
                "seconds": round(took, 2),
                "shown": [outcome.to_dict() for outcome in shown],
                "summary": [asdict(row) for row in rows],
            }
        )
        return
    page.summary(console, rows, took)
    page.closing(console, None if keep is None else str(keep))


def _ask_rest(memos: MemOS, cases: dict[str, Case], shown: list[Outcome]) -> list[Outcome]:
    from memos.cli.demo import script
    from memos.cli.demo.corpus import SOURCES

    done = {(outcome.source.file, outcome.question.id) for outcome in shown}
    left: list[tuple[Source, Question]] = [
        (source, question)
        for source in SOURCES
        for question in cases[source.file].questions
        if (source.file, question.id) not in done
    ]
    with output.progress() as progress:
        bar = progress.add_task("asking all the others", total=len(left))
        outcomes = []
        for source, question in left:
            outcomes.append(script.ask(memos, source, question))
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


def _engine(home: Path) -> MemOS:
    """Embedded whatever the environment says: a demo has no business in a real store."""
    from memos.settings import Settings
    from memos.sync import MemOS

    defaults: dict[str, Any] = {
        field.name: field.default for field in fields(Settings) if field.name != "home"
    }
    return MemOS(home, **defaults)
