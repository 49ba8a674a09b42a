"""Each kind of task, run as no plan foresees: in the end everything is as after one run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random

import pytest

from memos.contracts.extractor import Extraction, Told
from memos.jobs import handlers
from memos.memories.parts import Parts, build
from memos.model.claim import Claim
from memos.model.memory import Kind
from memos.model.scope import SystemScope
from memos.model.task import Task
from memos.model.time import SECOND
from memos.settings import Settings
from memos.storage.graphs.memory import MemoryGraph
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.records.memory import MemoryRecords
from memos.storage.text.memory import MemoryText
from memos.system import AsyncMemOS
from memos.testing.clock import ManualClock
from memos.testing.extraction import ScriptedExtractor
from memos.testing.ids import seeded_ids

LEASE = 10 * SECOND
CAT = Claim(Kind.FACT, "the cat is called Mia", subject="cat", value="Mia")
Run = Callable[[Task], Awaitable[None]]


def parts(clock: ManualClock) -> Parts:
    """In memory, with indexes that follow through the outbox."""
    text, graph, outbox = MemoryText(inline=False), MemoryGraph(inline=False), MemoryOutbox(clock)
    names = ["records", "text", "graph", "vectors", "outbox", "blobs"]
    settings = Settings.load({}, embedder="none", **dict.fromkeys(names, "memory"))
    return replace(
        build(settings, clock, seeded_ids(7)),
        records=MemoryRecords(followers=["text", "graph"], outbox=outbox),
        text=text,
        graph=graph,
        vectors=None,
        outbox=outbox,
        extractor=ScriptedExtractor(Extraction((Told(CAT, 0),), calls=1)),
    )


async def live(memos: AsyncMemOS) -> None:
    """Adds, changes and forgets, so that tasks of one memory differ in what they find."""
    await memos.add_messages(
        "ann",
        [
            {"role": "user", "content": f"Tea with Marta in Porto, day {n}", "message_id": f"{n}"}
            for n in range(6)
        ],
    )
    for content in ("I live in Porto.", "I have a dog.", "I moved to Lisbon."):
        await memos.add_message("ann", role="user", content=content)
    stored = await memos.store("ann", "fact", "Marta lives in Porto")
    await memos.update_memory("ann", stored.id, "Marta lives in Lisbon", version=1)
    await memos.store("bob", "preference", "short answers")
    await memos.forget("ann", message_id="3")


async def once(tasks: list[Task], run: Run) -> None:
    for task in tasks:
        await run(task)


async def thrice(tasks: list[Task], run: Run) -> None:
    for task in tasks:
        for _ in range(3):
            await run(task)


async def shuffled(tasks: list[Task], run: Run) -> None:
    order = [*tasks, *tasks]
    Random(1).shuffle(order)
    await once(order, run)


async def together(tasks: list[Task], run: Run) -> None:
    await asyncio.gather(*(run(task) for task in (*tasks, *reversed(tasks))))


async def half_then_again(tasks: list[Task], run: Run) -> None:
    await once(tasks[: len(tasks) // 2], run)
    await once(tasks, run)


async def played(way: Callable[[list[Task], Run], Awaitable[None]], *, zombie: bool = False):
    """What the indexes hold when the tasks were run that way, and which kinds there were."""
    clock = ManualClock(tick=0.001)
    made = parts(clock)
    async with AsyncMemOS("nowhere", parts=made, learn="on") as memos:
        await memos._worker.stop()
        await live(memos)
        clock.advance(60)  # long enough for a model to read what was said
        served, kinds, stale = handlers(made, memos._learner, memos._student), set(), []
        while tasks := await made.outbox.claim("me", 100, LEASE, list(served)):
            if zombie and not stale:
                stale = tasks
                clock.advance(20)
                continue
            kinds |= {task.kind for task in tasks}
            await way(tasks, lambda task: served[task.kind].run(task))
            assert await made.outbox.complete(tasks) == []
        for task in stale:  # it comes back when all is done
            await served[task.kind].run(task)
        assert await made.outbox.complete(stale) == stale
        assert (await made.outbox.backlog(SystemScope())).open == 0
        return await digest(made), kinds, set(served)


async def digest(made: Parts) -> list[tuple[object, ...]]:
    """What is known and what indexes hold of it, without ids: those differ when work is lost."""
    found = []
    for key in await made.records.cube_keys(SystemScope()):
        held = [await projection.contents(key) for projection in made.projections]
        for state in await made.records.states(key):
            for one in state.versions:
                sums = tuple(each.get(one.ref) for each in held)
                ended = one.valid_to is not None
                found.append((key, one.content, one.version, one.labels, ended, sums))
    return sorted(found, key=repr)


@pytest.mark.parametrize("way", [thrice, shuffled, together, half_then_again])
def test_any_way_of_running_leaves_the_same(way):
    expected, kinds, served = asyncio.run(played(once))
    assert kinds == served  # every kind of task that there is has been run
    assert any(sums != (None, None) for *_, sums in expected)
    assert any("slot:ann/self/home" in labels for _, _, _, labels, _, _ in expected)
    assert asyncio.run(played(way))[0] == expected


def test_a_zombie_changes_nothing():
    assert asyncio.run(played(once, zombie=True))[0] == asyncio.run(played(once))[0]
