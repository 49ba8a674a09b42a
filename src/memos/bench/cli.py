"""`memos bench`: the measurements behind the figures that the project publishes."""

# ruff: noqa: PLC0415 - a command loads what it runs, so that its help answers at once
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memos.cli import output

if TYPE_CHECKING:
    from rich.console import Console

PARTS = ("search", "fresh", "disk", "writer", "users", "ingest")  # as in memos.bench.latency


@click.group()
def bench() -> None:
    """Measure recall, writing and waiting."""


def _results(command: Any) -> Any:  # noqa: ANN401 - a decorator of click functions
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    out = click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the figures there too, as JSON.",
    )
    return out(as_json(command))


def _cases(command: Any) -> Any:  # noqa: ANN401 - a decorator of click functions
    paths = click.argument(
        "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
    )
    return paths(command)


@bench.command()
@_cases
@click.option(
    "--budget",
    "budgets",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="TOKENS",
    help="Size of contexts to measure; repeatable.",
)
@click.option(
    "--padding",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Put all cases into one cube, and fill it up with messages of these.",
)
@click.option(
    "--size",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    help="Memories in a cube that is filled up.",
)
@_results
def recall(
    *,
    paths: tuple[Path, ...],
    budgets: tuple[int, ...],
    padding: tuple[Path, ...],
    size: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure whether the evidence for questions is found.

    PATH is a case ({"id", "messages", "questions"}) or a folder of cases. Each case is added to a
    fresh home; each question is asked once, with no other hint.
    """
    from memos.bench import tables
    from memos.bench.recall import BUDGETS, Crowd, run
    from memos.errors import InvalidInput

    _writable(out)
    crowd = Crowd(padding, size) if padding else None
    found = run(paths, budgets or BUDGETS, say=_say, crowd=crowd)
    if not found["questions"]:
        raise InvalidInput("PATH", "no question with evidence", "cases with questions")
    _finish("recall", found, out, tables.recall, as_json=as_json)


@bench.command()
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=3.0,
    show_default=True,
    help="How long to measure each figure.",
)
@_results
def write(*, seconds: float, out: Path | None, as_json: bool) -> None:
    """Measure how fast messages become durable."""
    from memos.bench import tables
    from memos.bench.write import run

    _writable(out)
    _finish("write", run(seconds), out, tables.plain, as_json=as_json)


@bench.command()
@click.option(
    "--count",
    type=click.IntRange(min=1),
    default=20_000,
    show_default=True,
    help="Tasks for the rate.",
)
@click.option(
    "--flood",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    help="Tasks of one tenant while another is measured.",
)
@click.option("--queue", metavar="URL", help="Measure a run-queue too, such as redis://HOST.")
@_results
def tasks(*, count: int, flood: int, queue: str | None, out: Path | None, as_json: bool) -> None:
    """Measure how fast background work is done, and how fairly."""
    from memos.bench import tables
    from memos.bench.tasks import run
    from memos.settings import refuse_password

    _writable(out)
    if queue is not None:
        refuse_password("queue", queue)
    _finish("tasks", run(count, flood, queue), out, tables.plain, as_json=as_json)


@bench.command()
@_cases
@_results
def activation(*, paths: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Measure how much of what is asked for next is in the working set.

    PATH is a case ({"id", "messages", "questions"}) or a folder of cases, told turn by turn.
    """
    from memos.bench import tables
    from memos.bench.activation import run
    from memos.errors import InvalidInput

    _writable(out)
    found = run(paths, say=_say)
    if not found["questions"]:
        raise InvalidInput("PATH", "no question with evidence", "cases with questions")
    _finish("activation", found, out, tables.plain, as_json=as_json)


@bench.command()
@_cases
@_results
def learn(*, paths: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Measure what is learned from messages without a model.

    PATH is a file of labelled messages ({"messages": [{"text", "said_at", "items"}]}), or a folder
    of such files, named messages-LANGUAGE-WRITER.json. Nothing is stored.
    """
    from memos.bench import tables
    from memos.bench.learning import run
    from memos.errors import InvalidInput

    _writable(out)
    found = run(paths)
    if not found["messages"]:
        raise InvalidInput(
            "PATH", "no labelled message", "files named messages-LANGUAGE-WRITER.json"
        )
    _finish("learn", found, out, tables.learn, as_json=as_json)


@bench.command()
@_cases
@_results
def merge(*, paths: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Measure how what is newly said is held against what is known.

    PATH is a file of labelled pairs ({"pairs": [{"id", "old", "new", "relation"}]}), or a folder of
    such files, named pairs-LANGUAGE.json. Half of them, by a hash of the id, are for development.
    """
    from memos.bench import tables
    from memos.bench.merging import run
    from memos.errors import InvalidInput

    _writable(out)
    found = run(paths)
    if not found["pairs"]:
        raise InvalidInput("PATH", "no labelled pair", "files named pairs-LANGUAGE.json")
    _finish("merge", found, out, tables.merge, as_json=as_json)


def _sizes(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(one) for one in text.split(","))
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a list of numbers") from error
    if min(sizes) < 1:
        raise click.BadParameter("each has to be 1 or more")
    return sizes


@bench.command()
@click.option(
    "--sizes",
    default="10000",
    show_default=True,
    callback=_sizes,
    metavar="N,...",
    help="Memories in one cube, one home for each number.",
)
@click.option(
    "--part",
    "parts",
    type=click.Choice(PARTS),
    multiple=True,
    help="Measure only this; repeatable.",
)
@click.option(
    "--queries",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Questions for each figure.",
)
@click.option(
    "--users",
    type=click.IntRange(min=2),
    default=1000,
    show_default=True,
    help="Users with 100 memories each, beside one alone.",
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Keep the filled homes here, and use those that are there.",
)
@_results
def latency(
    *,
    sizes: tuple[int, ...],
    parts: tuple[str, ...],
    queries: int,
    users: int,
    home: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure what searching costs, in time, memory and disk.

    search: CPU and wall ms at each effort. fresh: a new process until its first answer, and its
    memory. disk: bytes beyond the text. writer: searches while another process writes 100 a second.
    users: many users beside one. ingest: beside the bare embedder. Every memory is embedded first,
    at about 5 ms of CPU each; --users 1000 takes 100,000 of them.
    """
    from memos.bench import tables
    from memos.bench.latency import Plan, run

    _writable(out)
    plan = Plan(sizes=sizes, parts=parts or PARTS, queries=queries, users=users)
    _finish("latency", run(plan, home, say=_say), out, tables.plain, as_json=as_json)


@bench.command()
@_cases
@_results
def compare(*, paths: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Measure recall beside other memory systems.

    PATH is a case or a folder of cases, as for `recall`. mem0, LangGraph and Chroma get the same
    vectors; pip install 'memos-engine[bench-peers]' brings them, best into an environment of their
    own. One that is not installed is named as missing. Nothing is sent anywhere.
    """
    from memos.bench import tables
    from memos.bench.compare import run
    from memos.errors import InvalidInput

    _writable(out)
    found = run(paths, say=_say)
    if not found["questions"]:
        raise InvalidInput("PATH", "no question with evidence", "cases with questions")
    _finish("compare", found, out, tables.compare, as_json=as_json)


@bench.command()
@_cases
@click.option("--policy", default="linear", metavar="NAME", help="Names the table in receipts.")
@click.option(
    "--crossed",
    is_flag=True,
    help="Measure instead, on each case with a table that is fitted on the others.",
)
@_results
def fit(
    *, paths: tuple[Path, ...], policy: str, crossed: bool, out: Path | None, as_json: bool
) -> None:
    """Fit the ranker's weights on cases, and write the table.

    PATH is a case or a folder of cases, as for `recall`. With --out the table goes to a file: that
    of memos itself is memos/retrieval/weights.json. --crossed prints R@10 and abstention AUC for
    each set of signals instead.
    """
    from memos.bench import fit as fitting
    from memos.bench import tables

    _writable(out)
    samples = fitting.collect(paths, _say, {})
    if crossed:
        found = {"signals": fitting.crossed(samples)}
        _finish("fit --crossed", found, out, tables.plain, as_json=as_json)
        return
    table = json.dumps(fitting.fit(samples, policy), indent=1) + "\n"
    if out is not None:
        out.write_text(table, "utf-8")
    if as_json or out is None:
        click.echo(table, nl=False)


@bench.command()
@click.argument("result", type=click.Path(path_type=Path), metavar="RESULT.json")
@click.argument("target", required=False, type=click.Path(dir_okay=False, path_type=Path))
def chart(*, result: Path, target: Path | None) -> None:
    """Draw what `compare` found, as SVG.

    TARGET is the file to write, RESULT.svg if not given.
    """
    from memos.bench.chart import draw, read

    target = target or result.with_suffix(".svg")
    _writable(target)
    target.write_text(draw(read(result)), "utf-8")
    click.echo(f"wrote {target}", err=True)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _finish(
    benchmark: str,
    found: Mapping[str, Any],
    out: Path | None,
    table: Callable[[Console, Mapping[str, Any]], None],
    *,
    as_json: bool,
) -> None:
    """Saves the figures, and prints them."""
    from memos.bench.machine import machine

    data = {"benchmark": benchmark, "machine": machine(), **found}
    if out is not None:
        out.write_text(output.json_text(data) + "\n", "utf-8")
    if as_json:
        output.document(data)
    else:
        table(output.console(), data)


def _writable(out: Path | None) -> None:
    """Said before minutes of work, not after them."""
    if out is not None and not out.parent.is_dir():
        raise click.BadParameter(f"no folder {out.parent}", param_hint="'--out'")
