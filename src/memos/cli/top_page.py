"""A report about work, drawn for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from memos.cli.output import plural, safe
from memos.model.work import OUTCOMES

if TYPE_CHECKING:
    from memos.model.time import Instant
    from memos.model.work import WorkReport

NUMBERS = ("waiting", "running", "dead", "oldest", *OUTCOMES, "seen")  # columns flush right
MOST_TENANTS = 10  # those with most work; the others are summed up in a line


def frame(report: WorkReport, last: WorkReport | None = None) -> RenderableType:
    """One page; rates are those since the report `last`."""
    parts: list[RenderableType] = [_head(report, last), ""]
    parts += [_queues(report), ""]
    if report.tenants:
        parts += [_tenants(report), ""]
    parts.append(_workers(report))
    for pause in report.pauses:
        whose = "all tenants" if pause.tenant is None else f"tenant {pause.tenant}"
        what = "everything" if pause.kind is None else pause.kind
        parts.append(Text(safe(f"paused: {what} of {whose}"), "yellow"))
    return Group(*parts)


def _head(report: WorkReport, last: WorkReport | None) -> Text:
    """What is summed over all."""
    waiting = sum(one.waiting for one in report.tenants)
    running = sum(one.running for one in report.tenants)
    head = Text(f"{report.taken_at.iso()[:19].replace('T', ' ')}  ")
    head.append(f"{waiting:,} waiting, {running:,} running, {report.dead:,} dead", "bold")
    if report.oldest_age:
        head.append(f", oldest {span(report.oldest_age)}")
    head.append(f"; {plural(len(report.workers), 'worker')}")
    if report.run_queue is not None:
        head.append(f", {report.run_queue:,} in the run-queue")
    told = [f"{report.totals.get(one, 0):,} {one}{_rate(report, last, one)}" for one in OUTCOMES]
    return head.append(f"\n{', '.join(told)}")


def _rate(report: WorkReport, last: WorkReport | None, outcome: str) -> str:
    passed = report.age(last.taken_at) if last is not None else 0.0
    if last is None or not passed:
        return ""
    more = report.totals.get(outcome, 0) - last.totals.get(outcome, 0)
    return f" ({more / passed:,.1f}/s)"


def _queues(report: WorkReport) -> Table:
    rows = [
        (one.kind, one.lane.value, one.priority.name.lower(), f"{one.waiting:,}",
         f"{one.running:,}", f"{one.dead:,}", _age(report, one.oldest))
        for one in report.queues
    ]  # fmt: skip
    columns = ("kind", "lane", "class", "waiting", "running", "dead", "oldest")
    return _table(columns, rows or [("no tasks", *[""] * 6)])


def _tenants(report: WorkReport) -> Table:
    busiest = sorted(
        report.tenants, key=lambda one: (-one.waiting - one.running, -one.dead, one.tenant)
    )
    rows: list[Sequence[str]] = [
        (one.tenant, f"{one.waiting:,}", f"{one.running:,}", f"{one.dead:,}",
         _age(report, one.oldest))
        for one in busiest[:MOST_TENANTS]
    ]  # fmt: skip
    others = busiest[MOST_TENANTS:]
    if others:
        sums = [sum(getattr(one, name) for one in others) for name in NUMBERS[:3]]
        rows.append((f"{len(others):,} more", *[f"{one:,}" for one in sums], ""))
    return _table(("tenant", "waiting", "running", "dead", "oldest"), rows)


def _workers(report: WorkReport) -> Table:
    rows = [
        (one.owner, f"{one.running:,}", *[f"{one.counts.get(name, 0):,}" for name in OUTCOMES],
         f"{span(report.age(one.seen_at))} ago")
        for one in report.workers
    ]  # fmt: skip
    return _table(("worker", "running", *OUTCOMES, "seen"), rows or [("no worker", *[""] * 6)])


def _age(report: WorkReport, moment: Instant | None) -> str:
    return "" if moment is None else span(report.age(moment))


def span(seconds: float) -> str:
    """A length of time in its largest unit, rounded down: ``59 s``, ``3 min``, ``2 d``."""
    whole = int(seconds)
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        drawn.add_column(
            name, justify="right" if name in NUMBERS else "left", overflow="fold",
            no_wrap=name in NUMBERS,
        )  # fmt: skip
    for row in rows:
        drawn.add_row(*map(safe, row))
    return drawn
