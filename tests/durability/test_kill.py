from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from memos import AsyncMemOS
from memos.errors import NotFound
from memos.testing.killloop import Killed, KillLoop, read_lines
from memos.testing.results import report

BATCH = 5

# Says what it has done, and before forgetting that it is going to: a death between the two
# leaves a message that may be there or not.
CHILD = f"""
import os, random, sys
from memos import MemOS
from memos.storage.sqlite import database

database.CHECKPOINT_PAGES = 100
home, acks = sys.argv[1:]
log = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
say = lambda *words: os.write(log, (" ".join(map(str, words)) + "\\n").encode())
run = f"{{os.getpid()}}.{{random.randrange(10**9)}}"
text = lambda name: f"{{name.replace('.', 'x')}}: Alice takes the train to Oslo on Tuesday"
memos = MemOS(home)
known, facts, n = [], [], 0
while True:
    n += 1
    dice = random.random()
    if dice < 0.5:
        name = f"{{run}}.{{n}}"
        memos.add_message("ann", role="user", content=text(name), message_id=name)
        say("said", name)
        known.append(name)
    elif dice < 0.7:
        names = [f"{{run}}.{{n}}.{{at}}" for at in range({BATCH})]
        memos.add_messages("ann", [
            {{"role": "user", "content": text(name), "message_id": name}} for name in names
        ])
        say("said", *names)
    elif dice < 0.8:
        facts.append(memos.store("ann", "fact", text(f"fact {{run}} {{n}}")))
        say("fact", facts[-1].id, 1)
    elif dice < 0.9 and facts:
        at = random.randrange(len(facts))
        facts[at] = memos.update_memory("ann", facts[at].id, text(f"fact {{run}} {{n}}"))
        say("fact", facts[at].id, facts[at].version)
    elif known:
        name = known.pop()
        say("forgetting", name)
        memos.forget("ann", message_id=name)
        say("forgot", name)
"""


@dataclass(slots=True)
class Promised:
    """What the children's lines say."""

    said: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    facts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def by(cls, lines: list[str]) -> Promised:
        made = cls()
        for line in lines:
            verb, *rest = line.split()
            if verb == "said":
                made.said.update(rest)
            elif verb == "fact":
                made.facts[rest[0]] = max(int(rest[1]), made.facts.get(rest[0], 0))
            else:
                (made.leaving if verb == "forgetting" else made.gone).update(rest)
        return made


async def there(memos: AsyncMemOS) -> Counter[str]:
    found, before = Counter[str](), None
    while page := await memos.get_messages("ann", limit=1000, before=before):
        found.update(message.message_id for message in page)
        before = page[0].id
    return found


async def examine(home: Path, promised: Promised) -> dict[str, int]:
    """Counts what is wrong with `home`, in a new process's view of it."""
    async with AsyncMemOS(home) as memos:
        found = await there(memos)
        batches = Counter(name.rpartition(".")[0] for name in found if name.count(".") == 3)
        diagnosis = await memos.doctor(repair=False)
        names = Random(1).sample(sorted(promised.said - promised.leaving), 30)
        words = [name.replace(".", "x") for name in names]  # each in one message only
        recalled = [await memos.recall("ann", word, top_k=5) for word in words]
        return {
            "acked": len(promised.said) + len(promised.gone) + sum(promised.facts.values()),
            "lost": len(promised.said - promised.leaving - found.keys()),
            "back again": len(promised.gone & found.keys()),
            "doubled": sum(number > 1 for number in found.values()),
            "half batches": sum(number != BATCH for number in batches.values()),
            "facts lost": sum([await lost(memos, *fact) for fact in promised.facts.items()]),
            "not recalled": sum(
                not any(hit.memory.content.startswith(f"{word}:") for hit in hits)
                for word, hits in zip(words, recalled, strict=True)
            ),
            "doctor": len(diagnosis.differences) + len(diagnosis.records),
        }


async def lost(memos: AsyncMemOS, memory_id: str, version: int) -> bool:
    try:
        return (await memos.get_memory("ann", memory_id)).version < version
    except NotFound:
        return True


def kill_and_examine(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kills one writer over and over while another one writes on, and at last that one too."""
    home, acks, beside = folder / "home", folder / "acks", folder / "beside"
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", CHILD, str(home)]
    with subprocess.Popen([*command, str(beside)]) as other:
        killed: Killed = KillLoop([*command, str(acks)], acks, seed).run(kills)
        assert other.poll() is None, "the writer beside has ended"
        other.kill()
    promised = Promised.by([*killed.lines, *read_lines(beside)])
    figures = asyncio.run(examine(home, promised))
    return {"kills": killed.kills, "died before a line": killed.silent, **figures}


def wrong(figures: dict[str, int]) -> dict[str, int]:
    fine = ("kills", "died before a line", "acked")
    return {name: number for name, number in figures.items() if number and name not in fine}


def test_twenty_kills_lose_nothing(tmp_path: Path):
    figures = kill_and_examine(tmp_path, 20, seed=5)
    assert wrong(figures) == {}
    assert figures["acked"] > 500


@pytest.mark.soak
def test_soak_kills(tmp_path: Path):
    begun = time.monotonic()
    rounds = [kill_and_examine(tmp_path / str(at), 50, seed=at) for at in range(4)]
    figures = {name: sum(one[name] for one in rounds) for name in rounds[0]}
    seconds = round(time.monotonic() - begun, 1)
    print(report("kills", {**figures, "seconds": seconds}, os.environ.get("MEMOS_RESULTS")))
    assert wrong(figures) == {}
    assert figures["kills"] == 200
