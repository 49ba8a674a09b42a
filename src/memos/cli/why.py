"""Why an answer is what it is, drawn for people: a receipt, and a replay held against one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from memos.cli.output import plural, safe
from memos.cli.show import minute

if TYPE_CHECKING:
    from rich.console import Console

    from memos.model.memory import Memory
    from memos.model.recall import Evidence, Receipt
    from memos.model.replay import Move, Position, Replay

SHOWN = 8  # contributions of a candidate, the biggest
CHANGED = 4  # differences of a hit, the biggest
INDENT = 5


def receipt(console: Console, told: Receipt) -> None:
    """What each step did, then each candidate with what weighed most in its sum."""
    _plan(console, told)
    _legs(console, told)
    _head(console, "policy", f"{told.policy}, effort {told.effort.value}, weights {told.weights}")
    _head(console, "embedding", told.generation or "none: words only")
    _head(console, "cubes", ", ".join(f"{cube} at {told.seqs[cube]}" for cube in told.cubes))
    found = ", ".join(f"{name} {value:.2f}" for name, value in told.signals.items())
    _head(console, "confidence", f"{told.confidence:.2f}: {found or 'nothing was found'}")
    _head(console, "candidates", f"{told.candidates}, best first")
    for rank, one in enumerate(told.evidence, 1):
        _candidate(console, rank, one)


def _plan(console: Console, told: Receipt) -> None:
    _head(console, "\nplan", "")
    for name, value in told.plan.items():
        _line(console, f"{name}: {_listed(value)}", 2)


def _legs(console: Console, told: Receipt) -> None:
    _head(console, "legs", ", ".join(f"{leg} {count}" for leg, count in told.legs.items()))
    if told.degraded:
        _line(console, f"late or failed: {', '.join(told.degraded)}", 2, "yellow")


def _candidate(console: Console, rank: int, one: Evidence) -> None:
    legs = ", ".join(f"{leg} #{at}" for leg, at in one.legs.items())
    console.print(f"{rank:>3}  {one.score:.2f}  {one.memory_id} v{one.version}  {safe(legs)}")
    first = dict(islice(one.contributions.items(), SHOWN))
    parts = [f"{name} {part:+.2f} ({one.features[name]:.2f})" for name, part in first.items()]
    total = sum(one.contributions.values())
    rest = total - sum(first.values())
    if len(one.contributions) > len(first):
        parts.append(f"{len(one.contributions) - len(first)} smaller {rest:+.2f}")
    _line(console, f"{total:.2f} = {', '.join(parts) or 'nothing'}", INDENT, "dim")


def replay(
    console: Console, found: Replay, asked: Sequence[str], memories: Mapping[str, Memory]
) -> None:
    """What changed and why; `asked` are the changes asked for, `memories` those that show."""
    then, without = found.receipt, frozenset(found.recall.receipt.narrowed.without)
    console.print(f"{safe(then.query)}\nasked {minute(then.asked_at)}; replayed {_told(asked)}")
    if found.conditions:
        _head(console, "\nnot as it was then", "")
    for condition in found.conditions:
        _line(console, condition, 2)
    if found.same:
        console.print(f"\nthe same answer: {plural(len(found.recall), 'hit')}")
        return
    for title, moves in (("left", found.left), ("entered", found.entered), ("moved", found.moved)):
        if moves:
            _head(console, f"\n{title}", str(len(moves)))
        for move in moves:
            _move(console, move, memories.get(move.memory_id), without)
    sure, was = found.recall.confidence, then.confidence
    console.print(f"\nconfidence {was:.2f} -> {sure:.2f}")


def _told(asked: Sequence[str]) -> str:
    return safe(", ".join(asked)) if asked else "as it is now"


def _move(console: Console, move: Move, memory: Memory | None, without: frozenset[str]) -> None:
    from rich.text import Text

    line = Text(f"{_position(move.was)} -> {_position(move.now)}  ")
    text = "(not there any more)" if memory is None else memory.content
    line.append(" ".join(safe(text).split()))
    line.truncate(console.width, overflow="ellipsis")
    console.print(line)
    named = set() if memory is None else without & {memory.id, *memory.sources}
    why = "left out" if named else _why(move)
    _line(console, f"{move.memory_id}  {why}", INDENT, "dim")


def _position(at: Position | None) -> str:
    return f"{'-':>3}     " if at is None else f"{at.rank:>3} {at.score:.2f}"


def _why(move: Move) -> str:
    if move.now is None:
        return "no candidate now"
    if move.was is None:
        return "no hit then"
    first = islice(move.contributions.items(), CHANGED)
    parts = [f"{name} {change:+.2f}" for name, change in first]
    if move.was.version != move.now.version:
        parts.insert(0, f"version {move.now.version}, then {move.was.version}")
    return ", ".join(parts) or "others moved"


def _head(console: Console, title: str, told: str) -> None:
    from rich.text import Text

    console.print(Text(title, "bold"), *([safe(told)] if told else []))


def _line(console: Console, text: str, indent: int, style: str = "") -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(Text(safe(text), style), (0, 0, 0, indent)))


def _listed(value: object) -> str:
    """A part of the plan: a word, a list, or terms with what each counts."""
    if isinstance(value, Mapping):
        parts = [key if share == 1.0 else f"{key} ({share:g})" for key, share in value.items()]
    elif isinstance(value, (list, tuple)):
        parts = [
            f"{item['text']} ({item['start']} to {item['end']})"
            if isinstance(item, Mapping)
            else str(item)
            for item in value
        ]
    else:
        parts = [str(value)]
    return ", ".join(parts) or "-"
