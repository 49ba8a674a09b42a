from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest

from memos import MemOS
from memos.testing.results import report

# Lives through the whole test and answers each line (a query) with what it recalls.
READER = """
import json, sys
from memos import MemOS

with MemOS(sys.argv[1]) as memos:
    for line in sys.stdin:
        asked = json.loads(line)
        found = memos.recall("ann", asked["query"], top_k=3)
        last = memos.get_messages("ann", limit=1)
        print(json.dumps({
            "contents": [hit.memory.content for hit in found],
            # Vectors come behind the writes; until then words decide, and the answer says so.
            "degraded": [one for one in found.degraded if not one.startswith("meaning:")],
            "last": last[0].message_id if last else None,
        }), flush=True)
"""

# Adds to the cube that the other one writes too, and reads each back at once.
WRITER = """
import json, sys
from memos import MemOS
from memos.storage.sqlite import database

database.CHECKPOINT_PAGES = 100
home, name, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
seqs, stale = [], 0
with MemOS(home) as memos:
    print("ready", flush=True)
    sys.stdin.readline()
    for at in range(number):
        text = f"{name} {at}: Alice takes the train to Oslo"
        added = memos.add_message("ann", role="user", content=text, message_id=f"{name}-{at}")
        seqs.append(added.seq)
        stale += memos.get_memory("ann", added.memory_ids[0]).content != text
        newest = memos.get_messages("ann", limit=1000)
        stale += f"{name}-{at}" not in [message.message_id for message in newest]
        stale += any(one.seq < two.seq for one, two in zip(newest[1:], newest))
print(json.dumps({"seqs": seqs, "stale": stale}))
"""


@contextmanager
def child(script: str, *args: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", script, *map(str, args)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as made:
        try:
            yield made
        finally:
            made.kill()


def ask(reader: subprocess.Popen[str], query: str) -> dict[str, object]:
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write(json.dumps({"query": query}) + "\n")
    reader.stdin.flush()
    return json.loads(reader.stdout.readline())


def read_your_writes(home: Path, number: int) -> dict[str, object]:
    """Adds here and recalls over there, right after each acknowledgement."""
    fresh = missing = degraded = 0
    took = []
    with MemOS(home) as memos, child(READER, home) as reader:
        ask(reader, "anything")
        for at in range(number):
            text = f"The parcel number{at} lies in the shed of neighbour{at}."
            memos.add_message("ann", role="user", content=text, message_id=f"m{at}")
            begun = time.perf_counter()
            answer = ask(reader, f"where is parcel number{at}?")
            took.append(time.perf_counter() - begun)
            fresh += answer["last"] == f"m{at}"
            missing += text not in answer["contents"]
            degraded += bool(answer["degraded"])
    return {
        "writes": number,
        "newest message seen": fresh,
        "not recalled": missing,
        "degraded": degraded,
        "recall p50 ms": round(1000 * median(took), 1),
        "recall worst ms": round(1000 * max(took), 1),
    }


def write_together(home: Path, number: int) -> dict[str, object]:
    """Two writers of one cube at the same time, from before the database exists."""
    begun = time.perf_counter()
    with child(WRITER, home, "a", number) as one, child(WRITER, home, "b", number) as two:
        for writer in (one, two):
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n", "a writer failed; see its error above"
        said = []
        for writer in (one, two):
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in (one, two):
            assert writer.stdout is not None
            said.append(json.loads(writer.stdout.readline() or "{}"))
    assert all(said), "a writer failed; see its error above"
    seqs = [seq for one in said for seq in one["seqs"]]
    rising = all(one["seqs"] == sorted(one["seqs"]) for one in said)
    crossed = sum(a["seqs"][0] < seq < a["seqs"][-1] for a in said for seq in seqs) > len(seqs)
    with MemOS(home) as memos:
        stored = [message.message_id for message in memos.get_messages("ann", limit=10_000)]
        diagnosis = memos.doctor(repair=False)
    return {
        "writes": 2 * number,
        "stored": len(stored),
        "doubled": len(stored) - len(set(stored)),
        "stale reads": sum(one["stale"] for one in said),
        "seqs without gaps": sorted(seqs) == list(range(1, 2 * number + 1)) and rising,
        "at the same time": crossed,
        "doctor": [*diagnosis.records, *map(str, diagnosis.differences)],
        "seconds": round(time.perf_counter() - begun, 1),
    }


def check_reads(figures: dict[str, object], number: int) -> None:
    assert figures["newest message seen"] == number
    assert figures["not recalled"] == 0
    assert figures["degraded"] == 0


def check_writes(figures: dict[str, object], number: int) -> None:
    assert figures["stored"] == 2 * number
    assert [figures[name] for name in ("doubled", "stale reads")] == [0, 0]
    assert figures["doctor"] == []
    assert figures["seqs without gaps"]
    assert figures["at the same time"]


def test_a_process_recalls_what_another_was_told(tmp_path: Path):
    check_reads(read_your_writes(tmp_path, 100), 100)


def test_two_processes_write_one_cube(tmp_path: Path):
    check_writes(write_together(tmp_path, 150), 150)


@pytest.mark.soak
def test_soak_two_processes(tmp_path: Path):
    reads = read_your_writes(tmp_path / "reads", 1000)
    writes = write_together(tmp_path / "writes", 2000)
    figures = {"read your writes": reads, "two writers": writes}
    print(report("two-processes", figures, os.environ.get("MEMOS_RESULTS")))
    check_reads(reads, 1000)
    check_writes(writes, 2000)
