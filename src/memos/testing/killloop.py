"""Kills a process that writes, again and again, and keeps what it had acknowledged.

The child appends one line to its file after each acknowledgement, with `os.write`, so that
the line outlives the process. Whatever whole line stands in the file was promised.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

PATIENCE = 60.0  # seconds until a child that acknowledges nothing is given up
EARLY = 0.25  # share of children that are killed while they start
STARTING = 0.6  # seconds within which those are killed
LONGEST = 0.3  # seconds between a child's first line and its death


@dataclass(frozen=True, slots=True)
class Killed:
    """What is left of all children."""

    lines: tuple[str, ...]  # whole lines, in order
    kills: int
    silent: int  # children that died before their first line


class KillLoop:
    """Runs `command` until its death, `kills` times; the child writes lines to `acks`.

    The moments follow from `seed`, as far as a scheduler lets them.
    """

    def __init__(self, command: Sequence[str], acks: Path, seed: int = 0) -> None:
        self._command = list(command)
        self._acks = acks
        self._random = Random(seed)

    def run(self, kills: int) -> Killed:
        """All of it; raises AssertionError when a child ends by itself or hangs."""
        silent = 0
        self._acks.touch()
        for _ in range(kills):
            before = self._acks.stat().st_size
            self._live_and_die()
            self._mend()
            silent += self._acks.stat().st_size == before
        return Killed(tuple(read_lines(self._acks)), kills, silent)

    def _live_and_die(self) -> None:
        with subprocess.Popen(self._command, stderr=subprocess.PIPE) as child:  # noqa: S603 - ours
            try:
                if self._random.random() < EARLY:
                    time.sleep(self._random.uniform(0, STARTING))
                else:
                    self._await_line(child)
                    time.sleep(self._random.uniform(0, LONGEST))
                ended = child.poll()
            finally:
                child.kill()
            said = child.communicate()[1].decode(errors="replace")
        assert ended is None, f"the child ended by itself with {ended}: {said[-2000:]}"

    def _mend(self) -> None:
        """Drops a line that death has cut, which a page boundary in a write allows."""
        whole = self._acks.read_bytes().rfind(b"\n") + 1
        os.truncate(self._acks, whole)

    def _await_line(self, child: subprocess.Popen[bytes]) -> None:
        before, end = self._acks.stat().st_size, time.monotonic() + PATIENCE
        while self._acks.stat().st_size == before and child.poll() is None:
            assert time.monotonic() < end, f"nothing was acknowledged in {PATIENCE} s"
            time.sleep(0.002)


def read_lines(path: Path) -> list[str]:
    """The whole lines of a file; one that death has cut is left out."""
    text = path.read_text("utf-8")
    return text[: text.rfind("\n") + 1].splitlines()
