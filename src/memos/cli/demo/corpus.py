"""Where the corpus is: in the package when installed, in the repository when run from there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from memos.errors import NotFound

PACKAGE = Path(__file__).parents[2]  # memos
PLACES = (PACKAGE / "cli" / "corpus", PACKAGE.parents[1] / "benchmarks" / "corpus")


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus, and the user under whom the demo keeps it."""

    file: str
    user: str
    told: str


SOURCES = (
    Source("en-friends", "bronagh", "two old friends chat for seven months"),
    Source("en-assistant", "davor", "a developer and his assistant, seven months"),
    Source("zh-assistant", "linxiao", "a data engineer and her assistant, six months, in Chinese"),
)


def find(name: str) -> Path:
    """The file called `name`; raises NotFound."""
    for folder in PLACES:
        path = folder / f"{name}.json"
        if path.is_file():
            return path
    raise NotFound("corpus file", f"{name}.json")
