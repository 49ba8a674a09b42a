"""What the demo draws."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from memos.cli import show
from memos.cli.demo.corpus import SOURCES
from memos.cli.demo.script import WITHIN, Outcome, Summary
from memos.cli.output import safe
from memos.model.recall import Hit

SHOWN = 3  # hits of each question
INDENT = 4
CATEGORIES = {
    "single-hop": "one fact",
    "multi-hop": "two facts",
    "temporal": "a date",
    "list": "a list",
    "preference": "a preference",
    "instruction": "a standing order",
    "update": "an update",
    "ordering": "an order of events",
    "assistant-said": "said by the assistant",
    "unanswerable": "never told",
}


def opening(console: Console, messages: int, seconds: float) -> None:
    """What was read, and how to read the page."""
    mark = _mark(console)
    console.print(Text("memos demo", "bold"))
    for source in SOURCES:
        console.print(f"  {source.user:<8} {source.told}")
    console.print(
        f"Read {messages:,} messages in {seconds:.2f} s, {messages / seconds:,.0f} a second: each "
        "one on disk and searchable.\nNo model, no network. Below, the best "
        f"{SHOWN} of {WITHIN} hits for each question; {mark} marks the messages that\n"
        "hold the answer, as the corpus says: memos does not know them."
    )


def question(console: Console, number: int, outcome: Outcome) -> None:
    """One panel: the question, its best hits, where the evidence came."""
    asked = Text(safe(outcome.question.query), "bold")
    if outcome.english:
        asked.append(f"\n({outcome.english})", "not bold dim")
    parts: list[RenderableType] = [asked]
    for hit in outcome.found[:SHOWN]:
        parts += _hit(console, outcome, hit)
    category = CATEGORIES.get(outcome.question.category, outcome.question.category)
    console.print(
        Panel(
            Group(*parts),
            title=Text(f"{number}  {outcome.source.user}: {category}"),
            title_align="left",
            subtitle=Text(f"{_verdict(outcome)}, {outcome.seconds * 1000:.0f} ms"),
            subtitle_align="right",
            border_style="dim",
        )
    )


def _hit(console: Console, outcome: Outcome, hit: Hit) -> list[RenderableType]:
    proves = any(message_id in outcome.question.evidence for message_id in hit.sources)
    mark = _mark(console) if proves else " " * len(_mark(console))
    head = Text.assemble(
        (f"{mark} ", "bold green"),
        (f"{hit.score:.2f}", "bold"),
        f"  {hit.memory.when.iso()[:10]}  ",
        (safe(show.speaker(hit.memory)), "cyan"),
        f"  {safe(', '.join(hit.sources))}",
    )
    said = Text(_cut(console, safe(hit.memory.content), 5 if proves else 2))
    why = Text(safe("; ".join(hit.why)), "dim")
    return [head, *(Padding(text, (0, 0, 0, INDENT)) for text in (said, why))]


def _cut(console: Console, text: str, most: int) -> str:
    """At most `most` lines of the panel's width."""
    flat = Text(" ".join(text.split()))
    lines = flat.wrap(console, max(20, console.width - 4 - INDENT))
    if len(lines) <= most:
        return flat.plain
    return "\n".join(line.plain for line in lines[:most]).rstrip() + _dots(console)


def _verdict(outcome: Outcome) -> str:
    if not outcome.question.evidence:
        return "nobody says it, so no hit can be right"
    places = [
        f"{safe(message_id)} {f'at rank {rank}' if rank else f'not within {WITHIN}'}"
        for message_id, rank in outcome.ranks.items()
    ]
    return ", ".join(places)


def summary(console: Console, rows: Sequence[Summary], seconds: float) -> None:
    """The table at the end."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("questions")
    for name in ("asked", "first hit", f"in {WITHIN}", f"all in {WITHIN}", "top score", "ms"):
        table.add_column(name, justify="right")
    for row in rows:
        shares = ("-" if one is None else f"{one:.0f} %" for one in _shares(row))
        table.add_row(
            row.label,
            str(row.questions),
            *shares,
            f"{row.best_score:.2f}",
            f"{row.milliseconds:.0f}",
        )
    console.print()
    console.print(table)
    console.print(
        Text(
            f"\nfirst hit, in {WITHIN}: evidence is the best hit, or one of the best {WITHIN}; all "
            f"in {WITHIN}: every message\nthat the answer needs. Score and ms are medians. "
            f"The demo took {seconds:.1f} s.",
            "dim",
        )
    )


def _shares(row: Summary) -> tuple[float | None, ...]:
    return row.first, row.within, row.complete


def closing(console: Console, home: str | None) -> None:
    """What to try next."""
    kept = home or "memos-demo"
    console.print(Text("\nTry next", "bold"))
    if home is None:
        console.print(f"  memos demo --quiet --keep {kept}", soft_wrap=True)
    for line in (
        f'memos search --home {kept} --user davor --explain "Which run hurt my leg?"',
        f'memos context --home {kept} --user davor "Plan my training for next week"',
        'memos add --user me --kind preference "I like short answers"',
        'memos search --user me "How do I like answers?"',
    ):
        console.print(f"  {line}", soft_wrap=True)


def _mark(console: Console) -> str:
    return "✓" if console.encoding.startswith("utf") else "*"


def _dots(console: Console) -> str:
    return " …" if console.encoding.startswith("utf") else " ..."
