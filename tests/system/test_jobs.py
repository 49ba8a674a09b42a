"""Jobs over a whole home: run twice, or half and then again, they leave what one run leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backends import BACKENDS, IN_MEMORY

from memos import AsyncMemOS, MemOS
from memos.contracts.embedder import Embedding as Embedded
from memos.errors import Conflict, InvalidInput, ProviderDown
from memos.jobs import timetable_jobs
from memos.memories.embedding import BATCH
from memos.memories.parts import Parts, build
from memos.model.job import Decision, JobResult
from memos.model.plain import plain
from memos.model.scope import CubeKey
from memos.providers.embedding.hashing import HashingEmbedder
from memos.scheduler.timetable import Timetable
from memos.settings import Settings
from memos.storage.text.memory import MemoryText
from memos.testing.clock import ManualClock
from memos.testing.scenario import scenario

USERS = ("ann", "bob", "cyd")
JOBS = ("embed", "repair")


class Home:
    """A home in which every cube lacks vectors and, in the text index, a memory."""

    def __init__(self, folder: Path, backend: str) -> None:
        self.folder = folder
        bare = build(Settings.load({}, home=folder, embedder="none", **BACKENDS[backend]))
        self.parts = replace(bare, embedder=HashingEmbedder(), clock=ManualClock())
        if backend == "memory":
            text = MemoryText()
            inline = [text, bare.graph, bare.vectors]
            records = type(bare.records)(inline=inline, followers=[], outbox=bare.outbox)
            self.parts = replace(self.parts, text=text, records=records)

    async def fill(self) -> None:
        """Written by a process without an embedder, then damaged."""
        async with AsyncMemOS(self.folder, parts=replace(self.parts, embedder=None)) as memos:
            for user in USERS:
                for n in range(4):
                    await memos.store(user, "fact", f"{user} keeps bees in hive {n}")
            if isinstance(self.parts.text, MemoryText):
                for user in USERS:
                    await self.parts.text.clear(CubeKey("default", f"user:{user}"))

    def open(self, parts: Parts | None = None) -> AsyncMemOS:
        return AsyncMemOS(self.folder, parts=parts or self.parts)


async def digest(memos: AsyncMemOS) -> Any:
    """What stats and doctor say, which is all that jobs may change."""
    found = await memos.stats(), await memos.doctor(repair=False)
    hits = [await memos.recall(user, "Who keeps bees?") for user in USERS]
    return plain(
        (found, [(sorted(hit.memory.content for hit in one), one.degraded) for one in hits])
    )


def limited(memos: AsyncMemOS, items: int) -> None:
    """Gives all jobs of a system a budget of so many items."""
    jobs = timetable_jobs(memos._parts, memos._embedding)
    short = [replace(job, budget=replace(job.budget, items=items)) for job in jobs]
    memos._timetable = Timetable(memos._parts.job_book, short, memos._parts.clock, owner="short")


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


async def played(folder: Path, backend: str, name: str, budgets: Sequence[int | None]) -> Any:
    """The results of runs with these budgets of items, and what they leave."""
    home = Home(folder, backend)
    await home.fill()
    results: list[JobResult] = []
    for items in budgets:
        async with home.open() as memos:
            if items is not None:
                limited(memos, items)
            results.append(await memos.run_job(name))
    async with home.open(replace(home.parts, embedder=None)) as memos:
        return results, await digest(memos)


@pytest.mark.parametrize("name", JOBS)
def test_twice_or_half_and_again_is_as_good_as_once(tmp_path: Path, backend: str, name: str):
    async def play(*budgets: int | None) -> Any:
        return await played(tmp_path / f"{budgets}", backend, name, budgets)

    (once,), left = asyncio.run(play(None))
    assert (once.finished, once.error) == (True, None)
    (_, second), twice = asyncio.run(play(None, None))
    assert (second.finished, second.decided) == (True, 0)
    some = 2 if name == "repair" else 5
    (half, rest), halves = asyncio.run(play(some, None))
    assert not half.finished
    assert rest.finished
    decided = [*half.decisions, *rest.decisions]
    assert decided == list(once.decisions)
    assert twice == halves == left


@pytest.mark.parametrize("name", JOBS)
def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path, backend: str, name: str):
    async def play() -> None:
        home = Home(tmp_path, backend)
        await home.fill()
        async with home.open() as memos:
            await memos._embedding.stop()
            before = await digest(memos)
            told: list[Decision] = []
            dry = await memos.run_job(name, dry_run=True, progress=told.append)
            assert await digest(memos) == before
            assert all(state.last is None for state in await memos.jobs())
            real = await memos.run_job(name)
            assert told == list(dry.decisions) == list(real.decisions)
            if name == "embed" or backend == "memory":
                assert [one.action for one in told] == [name] * len(USERS)

    asyncio.run(play())


def test_what_embed_and_repair_say(tmp_path: Path):
    async def play() -> None:
        home = Home(tmp_path, "memory")
        await home.fill()
        async with home.open() as memos:
            embed, repair = [await memos.run_job(name) for name in JOBS]
            assert embed.decisions[0] == Decision("default/user:ann", "embed", "4 without a vector")
            counts = "4 missing, 0 extra, 0 wrong"
            assert repair.decisions[2] == Decision("text of default/user:cyd", "repair", counts)
            assert (embed.items, repair.items) == (12, 3)
            assert (await memos.stats()).generations[0].versions == 12
            assert (await memos.doctor(repair=False)).healthy

    asyncio.run(play())


@scenario
async def test_jobs_go_over_all_tenants(tmp_path: Path):
    home = Home(tmp_path, "memory")
    bare = replace(home.parts, embedder=None)
    for tenant in ("a", "b"):
        async with AsyncMemOS(tmp_path, parts=bare, tenant=tenant) as memos:
            await memos.store("ann", "fact", "keeps bees")
    async with AsyncMemOS(tmp_path, parts=home.parts, tenant="a") as memos:
        found = await memos.run_job("embed")
        assert [one.subject for one in found.decisions] == ["a/user:ann", "b/user:ann"]


class Failing(HashingEmbedder):
    """Cannot embed what one user says."""

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedded]:
        if any("bob" in text for text in texts):
            raise ProviderDown("embedder: no connection")
        return await super().embed(texts, query=query)


@scenario
async def test_a_cube_that_fails_does_not_keep_the_others_waiting(tmp_path: Path):
    home = Home(tmp_path, "sqlite")
    await home.fill()
    async with home.open(replace(home.parts, embedder=Failing())) as memos:
        failed = await memos.run_job("embed")
        assert (failed.error, failed.finished, failed.items) == (
            "ProviderDown: embedder: no connection",
            False,
            4,
        )
        assert (await memos.run_job("embed")).finished
        assert (await memos.stats()).generations[0].versions == 8
    async with home.open() as memos:
        assert (await memos.run_job("embed")).items == 4


@scenario
async def test_a_large_cube_is_embedded_in_portions(tmp_path: Path):
    home = Home(tmp_path, "memory")
    async with home.open(replace(home.parts, embedder=None)) as memos:
        texts = [f"note {n}" for n in range(2 * BATCH + 10)]
        await memos.add_messages("ann", [{"role": "user", "content": one} for one in texts])
    async with home.open() as memos:
        limited(memos, 1)
        results = [await memos.run_job("embed") for _ in range(4)]
        assert [one.items for one in results] == [BATCH, BATCH, 10, 0]
        assert [one.finished for one in results] == [False, False, False, True]


@scenario
async def test_without_an_embedder_there_is_nothing_to_embed(tmp_path: Path):
    async with AsyncMemOS(tmp_path, embedder="none", **IN_MEMORY) as memos:
        assert [state.name for state in await memos.jobs()] == ["repair"]
        with pytest.raises(InvalidInput, match="name: got 'embed'; allowed: repair"):
            await memos.run_job("embed")


@scenario
async def test_one_process_at_a_time(tmp_path: Path):
    settings = {"sync": "normal", "embedder": "hashing"}
    async with AsyncMemOS(tmp_path, **settings) as one, AsyncMemOS(tmp_path, **settings) as two:
        await one.store("ann", "fact", "keeps bees")
        both = await asyncio.gather(
            one.run_job("repair"), two.run_job("repair"), return_exceptions=True
        )
        assert [type(each) for each in both].count(JobResult) >= 1
        assert {type(each) for each in both} <= {JobResult, Conflict}
        states = await one.jobs(), await two.jobs()
        assert states[0] == states[1]
        assert states[0][1].last in both


@scenario
async def test_what_is_refused(tmp_path: Path):
    async with AsyncMemOS(tmp_path, embedder="none", **IN_MEMORY) as memos:
        for wrong in ({"name": 3}, {"dry_run": "yes"}, {"progress": "bar"}):
            with pytest.raises(InvalidInput) as caught:
                await memos.run_job(**{"name": "repair", **wrong})
            assert caught.value.field in wrong


def test_blocking_code_has_them_too(tmp_path: Path):
    with MemOS(tmp_path, embedder="hashing", sync="normal") as memos:
        memos.store("ann", "fact", "keeps bees")
        told: list[Decision] = []
        assert memos.run_job("repair", progress=told.append).finished
        assert [(one.name, one.running) for one in memos.jobs()] == [
            ("embed", False),
            ("repair", False),
        ]
