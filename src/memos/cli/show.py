"""What was read, drawn for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from memos.cli.output import safe

if TYPE_CHECKING:
    from rich.console import Console

    from memos.model.changes import HistoryEntry
    from memos.model.memory import Memory
    from memos.model.message import Message
    from memos.model.recall import Recall
    from memos.model.time import Instant

NOTHING = "nothing found"


def minute(moment: Instant) -> str:
    """Date and time to the minute, UTC."""
    return moment.iso()[:16].replace("T", " ")


def hits(console: Console, found: Recall) -> None:
    """Hits, best first: score, date, speaker, ids, then the text and why it is there."""
    from rich.padding import Padding
    from rich.text import Text

    if not found:
        console.print(NOTHING)
    for rank, hit in enumerate(found, 1):
        head = Text(f"{rank:>3}  ")
        head.append(f"{hit.score:.2f}", "bold")
        head.append(f"  {minute(hit.memory.when)}  ")
        head.append(safe(speaker(hit.memory)), "cyan")
        head.append(f"  {safe(', '.join(hit.sources))}", "dim")
        console.print(head)
        console.print(Padding(safe(hit.memory.content), (0, 0, 0, 5)))
        console.print(Padding(Text(safe("; ".join(hit.why)), "dim"), (0, 0, 0, 5)))
    degraded(console, found.degraded)


def degraded(console: Console, notes: Sequence[str]) -> None:
    """What was missing or given up, if anything."""
    if notes:
        console.print(f"incomplete: {safe(', '.join(notes))}", style="yellow")


def speaker(memory: Memory) -> str:
    """Who said it, else what it is."""
    if memory.role is None:
        return memory.kind.value
    return memory.name or memory.role


def messages(console: Console, found: Sequence[Message]) -> None:
    """One paragraph a message."""
    from rich.text import Text

    if not found:
        console.print(NOTHING)
    for message in found:
        line = Text(f"{minute(message.said_at)}  ")
        line.append(f"{safe(message.message_id)}  ", "dim")
        line.append(safe(message.name or message.role), "cyan")
        line.append(f": {safe(message.content)}")
        console.print(line)


def memories(console: Console, found: Sequence[Memory]) -> None:
    """One paragraph a memory."""
    from rich.text import Text

    if not found:
        console.print(NOTHING)
    for memory in found:
        line = Text(f"{minute(memory.when)}  ")
        line.append(f"{memory.id}  ", "dim")
        line.append(safe(speaker(memory)), "cyan")
        line.append(f": {safe(memory.content)}")
        console.print(line)


def history(console: Console, found: Sequence[HistoryEntry]) -> None:
    """A table of events."""
    rows = [
        (minute(entry.at), entry.event, str(entry.version), entry.actor, entry.content or "")
        for entry in found
    ]
    table(console, ("when", "event", "version", "by", "text"), rows)


def table(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
) -> None:
    """A plain table; `right` names the columns that are flush right."""
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        options: dict[str, Any] = {"justify": "right", "no_wrap": True} if name in right else {}
        drawn.add_column(name, overflow="fold", **options)
    for row in rows:
        drawn.add_row(*map(safe, row))
    console.print(drawn)
