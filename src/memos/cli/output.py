"""What commands print: JSON for programs, tables and lines for people."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

# Stored text is untrusted: control characters would let it command the terminal, and
# direction overrides let it look like something else. Line feeds and tabs are text.
_UNSAFE = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
} | {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def safe(text: str) -> str:
    """`text` with everything escaped that a terminal would obey."""
    return text.translate(_UNSAFE)


def json_text(value: object) -> str:
    """`value`, results of the API included, as JSON."""
    from memos.model.plain import plain

    return json.dumps(plain(value), ensure_ascii=False, indent=2)


def document(value: object) -> None:
    """Prints one JSON document, in UTF-8 whatever the terminal's encoding is."""
    click.echo(json_text(value).encode("utf-8", "backslashreplace"))


def raw(text: str) -> None:
    """Prints text as it is, into a pipe; made safe on a terminal."""
    click.echo(safe(text) if sys.stdout is not None and sys.stdout.isatty() else text)


def console(*, stderr: bool = False) -> Console:
    """A rich console that takes text as text, not as markup."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def progress() -> Progress:
    """A progress bar on stderr, gone when it is done; nothing where nobody watches."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    target = console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=target,
        transient=True,
        disable=not target.is_terminal,
    )


def plural(count: int, noun: str) -> str:
    """``1 message``, ``2 messages``; nouns in -y become -ies."""
    if count != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun}"
