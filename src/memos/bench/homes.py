"""Homes filled with synthetic texts, kept where asked and filled only once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from memos.bench.texts import texts
from memos.errors import InvalidInput, MessageExists
from memos.sync import MemOS

BATCH = 500  # texts that one call adds
REPORT = 20  # batches between two lines of progress

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Home:
    """A closed home: of each of `users` users, `user(0)` onwards, it holds `each` memories."""

    folder: Path
    users: int
    each: int
    text_bytes: int

    @property
    def memories(self) -> int:
        """All of them."""
        return self.users * self.each

    def disk_bytes(self) -> int:
        """Sizes of all its files."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


def user(number: int) -> str:
    """Whose memories these are."""
    return f"user{number}"


@contextmanager
def workshop(folder: Path | None) -> Iterator[Path]:
    """`folder`, which is kept, or one for the time being."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with TemporaryDirectory(ignore_cleanup_errors=True) as made:
        yield Path(made)


def fill(root: Path, users: int, each: int, say: Say) -> Home:
    """A home below `root`, filled as far as it is not yet, with nothing left to embed.

    Raises InvalidInput when it holds something else, such as the texts of another version.
    """
    folder = root / f"{users}x{each}"
    made = list(islice(texts(), users * each))
    with MemOS(folder) as memos:
        there = memos.stats().counts["messages"]
        if there > len(made):
            raise InvalidInput("home", f"{there} messages in {folder}", f"{len(made)} or none")
        try:
            for number in range(max(0, there - 1) // each, users):
                mine = made[number * each : (number + 1) * each]
                _add(memos, user(number), mine, max(0, there - number * each), say)
        except MessageExists as error:
            raise InvalidInput(
                "home", f"other texts in {folder}", "those of this version"
            ) from error
        memos.drain()
    return Home(folder, users, each, sum(len(text.encode()) for text in made))


def _add(memos: MemOS, user_id: str, mine: list[str], there: int, say: Say) -> None:
    """Adds the batches that are not there; the last one that is, again: it tells other texts."""
    first = max(0, there // BATCH - 1) * BATCH
    for start in range(first, len(mine), BATCH):
        batch = [
            {"role": "user", "content": text, "message_id": str(at)}
            for at, text in enumerate(mine[start : start + BATCH], start)
        ]
        memos.add_messages(user_id, batch)
        memos.drain()
        if start // BATCH % REPORT == REPORT - 1:
            say(f"{user_id}: {start + len(batch)} of {len(mine)} texts")
