"""How fast messages become durable, beside what the disk itself does.

The bare rate is that of appending 4 KiB to a file and waiting for ``fdatasync``: what the
cheapest durable write costs on this machine. Everything is measured in one run, the disk
before and after each figure, because shared machines drift.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

from memos.sync import MemOS

PAGE = b"\0" * 4096
THREADS = 8
BATCH = 100
SENTENCE = (
    "I finally booked the {n} o'clock train to Porto for the weekend, and Marta said she "
    "would meet us at the station with the keys to the flat."
)


def run(seconds: float = 3.0, where: Path | None = None) -> dict[str, Any]:
    """Rates per second, each measured for `seconds`, in a temporary folder under `where`."""
    with tempfile.TemporaryDirectory(dir=where) as folder:
        root = Path(folder)
        single = _beside(root, seconds, lambda: _adds(root / "single", seconds, threads=1))
        many = _beside(root, seconds, lambda: _adds(root / "many", seconds, threads=THREADS))
        batches = _batches(root / "batches", seconds)
        normal = _adds(root / "normal", seconds, threads=1, sync="normal")
    return {
        "fdatasync_per_s": round(mean((single["disk"], many["disk"]))),
        "single_adds_per_s": round(single["rate"]),
        "single_share_of_fdatasync": round(single["rate"] / single["disk"], 3),
        f"adds_from_{THREADS}_threads_per_s": round(many["rate"]),
        f"share_of_fdatasync_from_{THREADS}_threads": round(many["rate"] / many["disk"], 3),
        f"messages_per_s_in_batches_of_{BATCH}": round(batches),
        "single_adds_per_s_sync_normal": round(normal),
    }


def disk_rate(folder: Path, seconds: float) -> float:
    """Appends of 4 KiB with fdatasync, per second."""
    handle = os.open(folder / "bare", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        done, end = 0, time.perf_counter() + seconds
        began = time.perf_counter()
        while time.perf_counter() < end:
            os.write(handle, PAGE)
            os.fdatasync(handle)
            done += 1
        return done / (time.perf_counter() - began)
    finally:
        os.close(handle)


def _beside(folder: Path, seconds: float, measure: Callable[[], float]) -> dict[str, float]:
    before = disk_rate(folder, seconds / 2)
    rate = measure()
    return {"rate": rate, "disk": mean((before, disk_rate(folder, seconds / 2)))}


def _adds(home: Path, seconds: float, threads: int, sync: str = "full") -> float:
    """Single adds a second by so many threads, one user each."""
    with MemOS(home, sync=sync) as memos:
        memos.add_message("warm", role="user", content="hello")
        counts = [0] * threads
        end = time.perf_counter() + seconds

        def work(mine: int) -> None:
            while time.perf_counter() < end:
                text = SENTENCE.format(n=counts[mine])
                memos.add_message(f"user{mine}", role="user", content=text, name="Ruth")
                counts[mine] += 1

        began = time.perf_counter()
        workers = [threading.Thread(target=work, args=(at,)) for at in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return sum(counts) / (time.perf_counter() - began)


def _batches(home: Path, seconds: float) -> float:
    """Messages a second in batches."""
    with MemOS(home) as memos:
        done, end = 0, time.perf_counter() + seconds
        began = time.perf_counter()
        while time.perf_counter() < end:
            batch = [
                {"role": "user", "name": "Ruth", "content": SENTENCE.format(n=done + at)}
                for at in range(BATCH)
            ]
            memos.add_messages("ruth", batch)
            done += BATCH
        return done / (time.perf_counter() - began)
