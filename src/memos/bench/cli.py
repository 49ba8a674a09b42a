"""`memos bench`: the measurements behind the figures that the project publishes."""

# ruff: noqa: PLC0415 - a command loads what it runs, so that its help answers at once
from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memos.cli import output

if TYPE_CHECKING:
    from rich.console import Console

RANKED = ("R@1", "R@5", "R@10", "all@10", "nDCG@10", "MRR")
INTERVAL = "R@10 95%"
QUOTED = 512  # tokens of the context whose recall is shown, if it was measured


@click.group()
def bench() -> None:
    """Measure recall and writing."""


def _results(command: Any) -> Any:  # noqa: ANN401 - a decorator of click functions
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    out = click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the figures there too, as JSON.",
    )
    return out(as_json(command))


@bench.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@click.option(
    "--budget",
    "budgets",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="TOKENS",
    help="Size of contexts to measure; repeatable.",
)
@_results
def recall(
    *, paths: tuple[Path, ...], budgets: tuple[int, ...], out: Path | None, as_json: bool
) -> None:
    """Measure whether the evidence for questions is found.

    PATH is a case ({"id", "messages", "questions"}) or a folder of cases. Each case is added to a
    fresh home; each question is asked once, with no other hint.
    """
    from memos.bench.recall import BUDGETS, run
    from memos.errors import InvalidInput

    _writable(out)
    found = run(paths, budgets or BUDGETS, say=lambda line: click.echo(line, err=True))
    if not found["questions"]:
        raise InvalidInput("PATH", "no question with evidence", "cases with questions")
    data = _document("recall", found)
    _save(out, data)
    if as_json:
        output.document(data)
    else:
        _recall_table(output.console(), data)


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
    from memos.bench.write import run
    from memos.cli import show

    _writable(out)
    data = _document("write", run(seconds))
    _save(out, data)
    if as_json:
        output.document(data)
        return
    rows = list(_flat({name: value for name, value in data.items() if name != "machine"}))
    show.table(output.console(), ("figure", "value"), rows, right=("value",))
    _say_machine(output.console(), data)


def _document(benchmark: str, found: Mapping[str, Any]) -> dict[str, Any]:
    from memos.bench.machine import machine

    return {"benchmark": benchmark, "machine": machine(), **found}


def _writable(out: Path | None) -> None:
    """Said before minutes of work, not after them."""
    if out is not None and not out.parent.is_dir():
        raise click.BadParameter(f"no folder {out.parent}", param_hint="'--out'")


def _save(out: Path | None, data: Mapping[str, Any]) -> None:
    if out is not None:
        out.write_text(output.json_text(data) + "\n", "utf-8")


def _recall_table(console: Console, data: Mapping[str, Any]) -> None:
    from memos.cli import show

    quoted = _quoted(data["all"])
    columns = ("category", "n", *RANKED, quoted, INTERVAL)
    rows = [
        (label, str(one["n"]), *(f"{one[name]:.1f}" for name in (*RANKED, quoted)), _span(one))
        for label, one in [*data["categories"].items(), ("all", data["all"])]
    ]
    shown = tuple(name.replace(" 95%", "\n95 %") for name in columns)
    show.table(console, shown, rows, right=shown[1:])
    auc = data["abstention_auc"]
    console.print(
        f"\n{data['questions']} questions with evidence, {data['unanswerable']} without; "
        f"abstention AUC {'-' if auc is None else auc}; "
        f"CPU {data['cpu_ms_p50']} ms a recall (median)"
    )
    _say_machine(console, data)


def _quoted(figures: Mapping[str, Any]) -> str:
    """The column for contexts: at `QUOTED` tokens, else at the largest budget measured."""
    budgets = [int(name[2:-1]) for name in figures if name.startswith("R@") and name.endswith("t")]
    return f"R@{QUOTED if QUOTED in budgets else max(budgets)}t"


def _span(figures: Mapping[str, Any]) -> str:
    low, high = figures[INTERVAL]
    return f"{low:.0f}-{high:.0f}"


def _flat(value: object, path: str = "") -> list[tuple[str, str]]:
    """Nested figures as rows."""
    if isinstance(value, Mapping):
        return [
            row for name, item in value.items() for row in _flat(item, f"{path} {name}".strip())
        ]
    return [(path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))]


def _say_machine(console: Console, data: Mapping[str, Any]) -> None:
    told = data["machine"]
    console.print(
        f"memos {told['memos']} ({told['revision'] or 'installed'}), {told['python']}, "
        f"SQLite {told['sqlite']}, {told['cpu']}, {told['cores']} cores, {told['date']}"
    )
