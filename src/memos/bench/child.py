"""Processes of their own for `memos bench latency`.

    python -m memos.bench.child ask HOME USER
    python -m memos.bench.child write HOME USER RATE

`ask` opens the home and asks the questions that its input holds, a JSON list; one JSON line after
the first answer, one after the last. `write` adds RATE messages a second, says ``ready`` after the
first, and when its input ends how many there were.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from memos.sync import MemOS

STATUS = Path("/proc/self/status")
SEED = 1  # other texts than those that the home was filled with


def ask(home: str, user_id: str) -> None:
    """Asks one or more questions; the seconds count from here, after the imports."""
    asked = json.load(sys.stdin)
    began = time.perf_counter()
    with MemOS(home) as memos:
        memos.recall(user_id, asked[0])
        _say({"open_to_first_answer_s": round(time.perf_counter() - began, 3)})
        for question in asked[1:]:
            memos.recall(user_id, question)
        _say({"resident_mb": _status("VmRSS"), "peak_mb": _status("VmHWM")})


def write(home: str, user_id: str, rate: float) -> None:
    """Adds single messages at an even pace; one that is late is not skipped."""
    from memos.bench.texts import texts  # noqa: PLC0415 - `ask` measures memory without the corpus

    over = threading.Event()
    with MemOS(home) as memos:
        threading.Thread(target=_until_closed, args=(over,), daemon=True).start()
        began = time.perf_counter()
        for written, text in enumerate(texts(SEED)):
            if over.wait(max(0.0, began + written / rate - time.perf_counter())):
                break
            memos.add_message(user_id, role="user", content=text)
            if not written:
                print("ready", flush=True)
        took = time.perf_counter() - began
        _say({"written": written, "written_per_s": round(written / took, 1)})


def _until_closed(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


def _status(name: str) -> float | None:
    """A figure of this process in MB (10**6 bytes); None where the system tells none."""
    try:
        lines = STATUS.read_text("ascii").splitlines()
    except OSError:
        return None
    found = (line.split() for line in lines if line.startswith(f"{name}:"))
    return next((round(int(words[1]) * 1024 / 1e6, 1) for words in found), None)


def _say(told: dict[str, float | None]) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    job, folder, name, *rest = sys.argv[1:]
    if job == "ask":
        ask(folder, name)
    else:
        write(folder, name, float(rest[0]))
