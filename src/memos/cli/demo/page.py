"""What the demo draws."""

from __future__ import annotations

import shlex
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
    """What was read."""
    console.print(Text("memos demo", "bold"))
    for source in SOURCES:
        console.print(f"  {source.user:<8} {source.told}")
    console.print(
        f"Read {messages:,} messages in {seconds:.2f} s, {messages / seconds:,.0f} a second: "
        "each one on disk and searchable, without a model and without a network.\n"
    )


def legend(console: Console) -> None:
    """How to read the panels."""
    console.print(
        f"The best {SHOWN} hits for each question: score, date, speaker, message id (why it was "
        f"found). {_mark(console)} marks the evidence, the messages that hold the answer; memos "
        "is not told which they are.\n"
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
        (f"  ({safe('; '.join(hit.why))})", "dim"),
        overflow="ellipsis" if _has_marks(console) else "crop",
        no_wrap=True,
    )
    said = _cut(console, safe(hit.memory.content), 5 if proves else 1)
    return [head, Padding(said, (0, 0, 0, INDENT))]


def _cut(console: Console, text: str, most: int) -> Text:
    """At most `most` lines of the panel's width."""
    width = max(20, console.width - 4 - INDENT)
    flat = Text(" ".join(text.split()))
    lines = flat.wrap(console, width)
    if len(lines) <= most:
        return flat
    dots = "…" if _has_marks(console) else "..."
    last = lines[most - 1]
    last.rstrip()
    last.truncate(width - len(dots))
    last.append(dots)
    return Text("\n").join(lines[:most])


def _verdict(outcome: Outcome) -> str:
    if not outcome.question.evidence:
        return "nobody says it: no hit can be right"
    found = sorted(rank for rank in outcome.ranks.values() if rank)
    if not found:
        return f"evidence not within {WITHIN}"
    missing = len(outcome.ranks) - len(found)
    places = f"evidence at rank {', '.join(map(str, found))}"
    return f"{places}; {missing} more not within {WITHIN}" if missing else places


def summary(console: Console, rows: Sequence[Summary], took: float) -> None:
    """The table at the end; the last two rows are all that have an answer, all that have none."""
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
    told, untold = rows[-2:]
    notes = [
        f"\nFirst hit, in {WITHIN}: the best hit, or one of the best {WITHIN}, is evidence.",
        f"All in {WITHIN}: every message that the answer needs is. Top score and ms are medians.",
        f"The questions shown were chosen because they read well. {took:.1f} s in all.",
    ]
    if untold.best_score >= told.best_score:
        notes.append("The score does not tell yet that a question has no answer in memory.")
    console.print(Text(" ".join(notes), "dim"))


def _shares(row: Summary) -> tuple[float | None, ...]:
    return row.first, row.within, row.complete


def closing(console: Console, home: str | None) -> None:
    """What to try next."""
    kept = shlex.quote(home or "memos-demo")
    lines = [] if home else [f"memos demo --quiet --keep {kept}"]
    lines += [
        f'memos search --home {kept} --user davor --explain "How do I like my SQL written?"',
        f'memos context --home {kept} --user davor "What can I buy against ticks?"',
        'memos add --user me --kind preference "I like short answers"',
        'memos search --user me "How do I like answers?"',
    ]
    console.print(Text("\nTry next", "bold"))
    for line in lines:
        console.print(f"  {line}", soft_wrap=True)


def _has_marks(console: Console) -> bool:
    return console.encoding.startswith("utf")


def _mark(console: Console) -> str:
    return "✓" if _has_marks(console) else "*"
