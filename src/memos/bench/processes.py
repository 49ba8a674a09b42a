"""Other processes of a benchmark: `memos.bench.child`, started and talked to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def start(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A process of `memos.bench.child`; its input ends with the block, and then it does."""
    command = [sys.executable, "-m", "memos.bench.child", *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as made:  # noqa: S603 - ours
        yield made


def tell(child: subprocess.Popen[str], text: str) -> None:
    """All that a process is told."""
    if child.stdin is not None:
        child.stdin.write(text)
        child.stdin.close()


def line(child: subprocess.Popen[str]) -> str:
    """The next line that a process says; raises CalledProcessError when it has died."""
    said = child.stdout.readline() if child.stdout else ""
    if not said:
        raise subprocess.CalledProcessError(child.wait(), child.args)
    return said
