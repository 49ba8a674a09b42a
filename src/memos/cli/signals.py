"""Signals that ask a process to end, for commands that go on until then."""

from __future__ import annotations

import asyncio
import signal

ENDING = (signal.SIGTERM, signal.SIGINT)


def told_to_end() -> asyncio.Event:
    """Set by the first such signal to the running loop; the second one ends the process at once."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()

    def hear() -> None:
        told.set()
        for one in ENDING:
            loop.remove_signal_handler(one)

    for one in ENDING:
        loop.add_signal_handler(one, hear)
    return told
