"""A bar chart of `memos bench compare`, as SVG that needs nothing to be shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from memos.errors import InvalidInput

FIGURE, INTERVAL = "R@10", "R@10 95%"
WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 640, 110, 60, 44, 34, 20  # pixels
COLOURS = {"memos": "#2563eb"}
OTHERS, LINES, TEXT = "#94a3b8", "#e2e8f0", "#1e293b"


def read(path: Path) -> dict[str, Any]:
    """A result of `compare`; raises InvalidInput for any other file."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(str(path), "no JSON that can be read", "a result") from error
    if not isinstance(found, dict) or found.get("benchmark") != "compare":
        raise InvalidInput(str(path), "another file", "a result of memos bench compare")
    return found


def draw(data: Mapping[str, Any]) -> str:
    """Bars of R@10 by system, the best on top, with the 95 % intervals as whiskers."""
    systems = sorted(data["systems"].items(), key=lambda pair: -pair[1][FIGURE])
    bottom = TOP + ROW * len(systems)
    height = bottom + (58 if data["missing"] else 40)
    questions = f"{data['questions']} questions over {data['messages']} messages"
    parts = [_text(LEFT, 24, f"R@10 in per cent, {questions}", size=14)]
    for tick in range(0, 101, 20):
        parts += [
            f'<path d="M{_x(tick)} {TOP - 6}V{bottom}" stroke="{LINES}"/>',
            _text(_x(tick), bottom + 16, str(tick), anchor="middle"),
        ]
    for at, (name, one) in enumerate(systems):
        parts += _bar(TOP + ROW * at, name, one)
    parts.append(_text(LEFT, bottom + 34, f"same vectors for all: {data['embedder']}"))
    if data["missing"]:
        parts.append(_text(LEFT, bottom + 52, f"not installed: {', '.join(data['missing'])}"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="system-ui, sans-serif">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _bar(top: int, name: str, one: Mapping[str, Any]) -> list[str]:
    value, (low, high) = one[FIGURE], one[INTERVAL]
    middle = top + BAR / 2
    return [
        _text(LEFT - 10, middle + 4, name, anchor="end", size=13),
        f'<path d="M{LEFT} {top}H{_x(value)}v{BAR}H{LEFT}z" fill="{COLOURS.get(name, OTHERS)}"/>',
        f'<path d="M{_x(low)} {middle}H{_x(high)}" stroke="{TEXT}"/>',
        _text(WIDTH - RIGHT + 14, middle + 4, f"{value:.1f}", size=13),
    ]


def _x(per_cent: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * per_cent / 100, 1)


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 11) -> str:
    """Text at its base line."""
    style = f'text-anchor="{anchor}" font-size="{size}" fill="{TEXT}"'
    return f'<text x="{x}" y="{y}" {style}>{escape(text)}</text>'
