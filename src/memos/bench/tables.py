"""What the benchmarks found, drawn for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memos.cli import show

if TYPE_CHECKING:
    from rich.console import Console

RANKED = ("R@1", "R@5", "R@10", "all@10", "nDCG@10", "MRR")
INTERVAL = "R@10 95%"
QUOTED = 512  # tokens of the context whose recall is shown, if it was measured
COMPARED = ("R@1", "R@5", "R@10", INTERVAL, "nDCG@10", "ms_p50", "cpu_ms_p50", "adding_s")


def recall(console: Console, data: Mapping[str, Any]) -> None:
    """A row for each category, and one for all."""
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


def compare(console: Console, data: Mapping[str, Any]) -> None:
    """A row for each system; those that could not be asked below."""
    columns = ("system", "R@1", "R@5", "R@10", "R@10\n95 %", "nDCG@10", "ms", "CPU ms", "adding s")
    rows = [
        (name, *(_span(one) if what == INTERVAL else f"{one[what]:.1f}" for what in COMPARED))
        for name, one in data["systems"].items()
    ]
    show.table(console, columns, rows, right=columns[1:])
    console.print(
        f"\n{data['questions']} questions over {data['messages']} messages, "
        f"vectors of {data['embedder']}"
    )
    for name, why in data["missing"].items():
        console.print(f"missing: {name} ({why})", style="yellow")
    _say_machine(console, data)


def learn(console: Console, data: Mapping[str, Any]) -> None:
    """A row for each file, language and kind, and one for all."""
    columns = ("", "claims", "items", "prec.", "recall", "F1", "attr.", "dates", "junk")
    groups = [*data["files"].items(), *data["languages"].items(), *data["kinds"].items()]
    rows = [
        (label, *("-" if value is None else str(value) for value in one.values()))
        for label, one in [*groups, ("all", data["all"])]
    ]
    show.table(console, columns, rows, right=columns[1:])
    _say_machine(console, data)


def merge(console: Console, data: Mapping[str, Any]) -> None:
    """A row for each file; then for each half what was judged as what, and the curve."""
    for half, measured in data["halves"].items():
        columns = (
            half,
            "pairs",
            "accuracy",
            "merging\nprecision",
            "recall",
            "contradiction\nprecision",
            "recall",
        )
        rows = [
            (
                f"{name}, {how}",
                *map(
                    _figure,
                    (
                        one["pairs"],
                        one["accuracy"],
                        *one["merging"].values(),
                        *one["contradiction"].values(),
                    ),
                ),
            )
            for how, files in measured.items()
            for name, one in files.items()
        ]
        show.table(console, columns, rows, right=columns[1:])
        for how, files in measured.items():
            table, curve = files["all"]["confusion"], files["all"]["curve"]
            labels = (f"{half}, {how}", *(f"as {label}" for label in table))
            counts = [(label, *map(str, found.values())) for label, found in table.items()]
            show.table(console, labels, counts, right=labels[1:])
            points = ("merge from", "precision", "recall")
            rows = [
                (
                    f"{at['threshold']:.2f}{' (shipped)' if at['shipped'] else ''}",
                    _figure(at["precision"]),
                    _figure(at["recall"]),
                )
                for at in curve
            ]
            show.table(console, points, rows, right=points[1:])
    _say_machine(console, data)


def plain(console: Console, data: Mapping[str, Any]) -> None:
    """A row for each figure."""
    rows = _flat({name: value for name, value in data.items() if name != "machine"})
    show.table(console, ("figure", "value"), rows, right=("value",))
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


def _figure(value: float | None) -> str:
    return "-" if value is None else str(value)


def _say_machine(console: Console, data: Mapping[str, Any]) -> None:
    told = data["machine"]
    console.print(
        f"memos {told['memos']} ({told['revision'] or 'installed'}), {told['python']}, "
        f"SQLite {told['sqlite']}, {told['cpu']}, {told['cores']} cores, {told['date']}"
    )
