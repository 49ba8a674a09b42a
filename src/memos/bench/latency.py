"""What searching costs, in one process and in several, and what the memories take up.

Homes are filled with the texts of `memos.bench.texts`, everything embedded before anything is
asked. Questions come from there too and are never repeated, so that nothing answers from a cache
of whole answers. The settings are those of the caller, the shipped ones if nothing is set.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from memos.bench.asking import ask, efforts, times, warm
from memos.bench.homes import Home, Say, fill, user, workshop
from memos.bench.ingestion import ingestion
from memos.bench.processes import line, start, tell
from memos.bench.texts import questions
from memos.errors import InvalidInput
from memos.settings import Settings
from memos.sync import MemOS

BY_SIZE = ("search", "fresh", "disk", "writer")
PARTS = (*BY_SIZE, "users", "ingest")
RATE = 100  # messages a second that the other process writes


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure; `each` and `users` for many users, `texts` for ingestion."""

    sizes: Sequence[int] = (10_000,)
    parts: Sequence[str] = PARTS
    queries: int = 200
    users: int = 1_000
    each: int = 100
    texts: int = 2_000


def run(plan: Plan, home: Path | None = None, say: Say = print) -> dict[str, Any]:
    """Figures by part; `home` keeps the filled homes, for the next run to find them.

    Raises InvalidInput where there is no embedder to compare the ingestion with.
    """
    embedder = Settings.load().embedder
    if embedder == "none" and "ingest" in plan.parts:
        raise InvalidInput("embedder", "none", "an embedder, or other parts than ingest")
    found: dict[str, Any] = {"embedder": embedder, "queries": plan.queries, "sizes": {}}
    with workshop(home) as root:
        if set(plan.parts) & set(BY_SIZE):
            for size in plan.sizes:
                say(f"{size} memories in one cube")
                filled = fill(root, 1, size, say)
                found["sizes"][str(size)] = _by_size(filled, plan, say)
        if "users" in plan.parts:
            say(f"{plan.users} users with {plan.each} memories")
            many, one = fill(root, plan.users, plan.each, say), fill(root, 1, plan.each, say)
            found["users"] = many_users(many, one, plan.queries)
    if "ingest" in plan.parts:
        say(f"ingestion of {plan.texts} texts")
        found["ingest"] = ingestion(plan.texts)
    return found


def _by_size(home: Home, plan: Plan, say: Say) -> dict[str, Any]:
    measured = {"search": searches, "fresh": fresh, "disk": disk, "writer": beside_a_writer}
    found = {}
    for part in BY_SIZE:
        if part in plan.parts:
            say(f"{part}: {home.memories} memories")
            found[part] = measured[part](home, plan.queries)
    return found


def searches(home: Home, count: int) -> dict[str, Any]:
    """`count` questions at each effort."""
    asked = questions()
    with MemOS(home.folder) as memos:
        warm(memos, user(0), asked)
        return {effort: ask(memos, repeat(user(0), count), asked, effort) for effort in efforts()}


def fresh(home: Home, count: int) -> dict[str, Any]:
    """A new process that opens the home and asks; the files are in the system's cache.

    Seconds until its first answer, from its start and from the opening of the home; its resident
    memory, in MB, after `count` questions.
    """
    asked = list(islice(questions(), count))
    began = time.perf_counter()
    with start("ask", home.folder, user(0)) as child:
        tell(child, json.dumps(asked))
        first = json.loads(line(child))
        started = round(time.perf_counter() - began, 3)
        return {"start_to_first_answer_s": started, **first, **json.loads(line(child))}


def disk(home: Home, count: int) -> dict[str, Any]:  # noqa: ARG001 - measured like the others
    """Bytes of all files of the closed home, and of a memory what is not its text (UTF-8)."""
    held = home.disk_bytes()
    return {
        "bytes": held,
        "text_bytes": home.text_bytes,
        "bytes_a_memory_beyond_text": round((held - home.text_bytes) / home.memories),
    }


def beside_a_writer(home: Home, count: int) -> dict[str, Any]:
    """Searches while another process writes into the same cube, and in quiet before and after.

    In a copy, so that a kept home stays what it is.
    """
    asked = questions()
    with TemporaryDirectory(dir=home.folder.parent, ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home.folder, copy)
        with MemOS(copy) as memos:
            warm(memos, user(0), asked)
            quiet = ask(memos, repeat(user(0), count), asked)
            with start("write", copy, user(0), RATE) as child:
                line(child)
                busy = ask(memos, repeat(user(0), count), asked)
                told, _ = child.communicate()
            behind = memos.stats().backlog.waiting
            memos.drain()
            after = ask(memos, repeat(user(0), count), asked)
    calm = {name: (quiet[name] + after[name]) / 2 for name in quiet}
    return {
        "quiet": quiet, "beside_writer": busy, "quiet_again": after, **times(busy, calm),
        **json.loads(told), "not_yet_embedded": behind,
    }  # fmt: skip


def many_users(many: Home, one: Home, count: int) -> dict[str, Any]:
    """Users of a large home, picked at random, beside the only user of a small one.

    ``first``: each one's first question to this process; ``again``: their second.
    """
    asked = questions()
    dice = Random(0)  # noqa: S311 - picks users, no secret
    with MemOS(one.folder) as memos:
        warm(memos, user(0), asked)
        alone = ask(memos, repeat(user(0), count), asked)
    picked = [user(at) for at in dice.sample(range(1, many.users), min(count, many.users - 1))]
    with MemOS(many.folder) as memos:
        warm(memos, user(0), asked)
        first = ask(memos, picked, asked)
        again = ask(memos, picked, asked)
    return {
        "users": many.users, "each": many.each, "one_user": alone,
        "first": {**first, **times(first, alone)}, "again": {**again, **times(again, alone)},
    }  # fmt: skip
