"""Another embedder: vectors of the new one first, those of the old one gone only then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from backends import BACKENDS, IN_MEMORY

from memos import AsyncMemOS, MemOS
from memos.contracts.embedder import Embedder, Embedding
from memos.contracts.vectors import Embedded, Generation
from memos.errors import InvalidInput, ProviderDown
from memos.memories.embedding import BATCH
from memos.memories.parts import Parts, build
from memos.model.results import ReembedStep
from memos.model.scope import CubeKey
from memos.providers.embedding.hashing import HashingEmbedder
from memos.settings import Settings
from memos.storage.vectors.memory import MemoryVectors
from memos.testing.scenario import scenario

Make = Callable[..., AsyncMemOS]

OLD, NEW = HashingEmbedder(), HashingEmbedder("hashing:64")
ANN = CubeKey("default", "user:ann")
MANY = 2 * BATCH + 10  # memories that take three batches


@pytest.fixture(params=BACKENDS)
def parts(request: pytest.FixtureRequest, tmp_path: Path) -> Parts:
    return build(Settings.load({}, home=tmp_path, embedder="none", **BACKENDS[request.param]))


@pytest.fixture
def make(parts: Parts, tmp_path: Path) -> Make:
    """Makes a system with an embedder, always over the same stores."""

    def made(embedder: Embedder | None, **settings: str) -> AsyncMemOS:
        return AsyncMemOS(tmp_path, parts=replace(parts, embedder=embedder), **settings)

    return made


async def say(memos: AsyncMemOS, count: int, user: str = "ann", start: int = 0) -> list[str]:
    texts = [f"note number {n} about tea" for n in range(start, start + count)]
    said = await memos.add_messages(user, [{"role": "user", "content": text} for text in texts])
    return [added.memory_ids[0] for added in said]


async def counts(memos: AsyncMemOS) -> dict[str, int]:
    return {one.model: one.versions for one in (await memos.stats()).generations}


class Failing(HashingEmbedder):
    """Has no connection any more after some batches."""

    def __init__(self, batches: int) -> None:
        super().__init__("hashing:64")
        self.batches = batches

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        if not self.batches:
            raise ProviderDown("embedder: no connection")
        self.batches -= 1
        return await super().embed(texts, query=query)


@scenario
async def test_everything_that_could_be_found_still_can(make):
    async with make(OLD) as memos:
        kept, _ = await say(memos, 2)
        await say(memos, 1, "bob")
        (gone,) = await say(memos, 1, start=7)
        await memos.drain()
        await memos.update_memory("ann", kept, text="another note about coffee")
        await memos.forget("ann", gone)
        await memos.store("ann", "fact", "hidden", agent_id="a", visibility="agent")
        await memos.drain()
        before = await counts(memos)
        assert before == {"hashing-256": 5}  # the superseded version and the hidden one too
    async with make(NEW) as memos:
        assert [one.current for one in (await memos.stats()).generations] == [False]
        steps: list[ReembedStep] = []
        done = await memos.reembed(progress=steps.append)
        assert (done.model, done.cubes, done.embedded, done.dropped) == ("hashing-64", 2, 5, 5)
        assert done.incomplete == ()
        assert steps[0] == ReembedStep("user:ann", 1, 2, embedded=0, missing=3)
        assert steps[-1] == ReembedStep("user:bob", 2, 2, embedded=1, missing=1)
        assert await counts(memos) == {"hashing-64": 5}
        found = await memos.recall("ann", "note about tea")
        assert found.degraded == ()
        again = await memos.reembed()
        assert (again.embedded, again.dropped) == (0, 0)


@scenario
async def test_other_tenants_keep_theirs(make):
    async with make(OLD) as memos, make(OLD, tenant="other") as other:
        await say(memos, 2)
        await say(other, 3)
        await memos.drain()
        await other.drain()
    async with make(NEW) as memos:
        assert (await memos.reembed()).dropped == 2
    async with make(OLD, tenant="other") as other:
        assert await counts(other) == {"hashing-256": 3}


@scenario
async def test_kept_vectors_serve_again(make):
    async with make(OLD) as memos:
        await say(memos, 3)
        await memos.drain()
    async with make(NEW) as memos:
        done = await memos.reembed(keep=True)
        assert (done.embedded, done.dropped) == (3, 0)
        assert await counts(memos) == {"hashing-64": 3, "hashing-256": 3}
    async with make(OLD) as memos:
        done = await memos.reembed()
        assert (done.embedded, done.dropped) == (0, 3)
        assert await counts(memos) == {"hashing-256": 3}


@scenario
async def test_after_a_failure_it_goes_on_where_it_stopped(make):
    async with make(OLD) as memos:
        await say(memos, MANY)
        await memos.drain()
    async with make(Failing(batches=2)) as memos:
        with pytest.raises(ProviderDown):
            await memos.reembed()
        assert await counts(memos) == {"hashing-64": 2 * BATCH, "hashing-256": MANY}
    async with make(NEW) as memos:
        done = await memos.reembed()
        assert (done.embedded, done.dropped) == (MANY - 2 * BATCH, MANY)
        assert await counts(memos) == {"hashing-64": MANY}


@scenario
async def test_after_an_interruption_too(make):
    async with make(OLD) as memos:
        await say(memos, MANY)
        await memos.drain()
    async with make(NEW) as memos:

        def stop(step: ReembedStep) -> None:
            if step.embedded:
                work.cancel()

        work = asyncio.ensure_future(memos.reembed(progress=stop))
        with pytest.raises(asyncio.CancelledError):
            await work
        left = await counts(memos)
        assert left["hashing-256"] == MANY
        assert BATCH <= left["hashing-64"] < MANY
        done = await memos.reembed()
        assert (done.embedded, done.dropped) == (MANY - left["hashing-64"], MANY)


@scenario
async def test_reads_and_writes_meanwhile(make):
    async with make(OLD) as memos:
        ids = await say(memos, MANY)
        await memos.drain()
    async with make(NEW) as memos:
        calls: list[asyncio.Future[object]] = []
        recalls: list[asyncio.Future[object]] = []

        def meanwhile(step: ReembedStep) -> None:
            if not step.embedded:
                recalls.append(asyncio.ensure_future(memos.recall("ann", "note about tea")))
            elif len(calls) < 4:
                calls.append(asyncio.ensure_future(say(memos, 5, start=1000)))
                calls.append(asyncio.ensure_future(memos.forget("ann", ids[-1 - len(calls)])))
                change = memos.update_memory("ann", ids[-9 - len(calls)], text="the coffee is hot")
                calls.append(asyncio.ensure_future(change))

        done = await memos.reembed(progress=meanwhile)
        await asyncio.gather(*calls)
        await memos.drain()
        (during,) = await asyncio.gather(*recalls)
        assert len(during) == 10
        assert done.incomplete == ()
        generation = NEW.generation
        assert await memos._parts.vectors.missing(ANN, generation, 10) == []
        assert list(await counts(memos)) == ["hashing-64"]
        after = await memos.recall("ann", "What about coffee?", top_k=20)
        assert after.degraded == ()
        assert "the coffee is hot" in [hit.memory.content for hit in after]


@scenario
async def test_words_alone_until_the_vectors_are_there(make):
    async with make(OLD) as memos:
        await say(memos, 40)
        await memos.drain()
    async with make(NEW) as memos:
        before = await memos.recall("ann", "note number 7")
        assert before[0].memory.content == "note number 7 about tea"
        assert any(note.startswith("meaning: ") for note in before.degraded)
        await memos.reembed()
        assert (await memos.recall("ann", "note number 7")).degraded == ()


@scenario
async def test_two_at_once_do_no_harm(make):
    async with make(OLD) as memos:
        await say(memos, MANY)
        await say(memos, 5, "bob")
        await memos.drain()
    async with make(NEW) as one, make(HashingEmbedder("hashing:64")) as two:
        both = await asyncio.gather(one.reembed(), two.reembed())
        assert sum(done.embedded for done in both) >= MANY + 5
        assert await counts(one) == {"hashing-64": MANY + 5}
        assert (await two.recall("ann", "note number 7")).degraded == ()


@scenario
async def test_two_that_want_different_embedders(make):
    async with make(OLD) as one, make(NEW) as two:
        await say(one, MANY)
        both = await asyncio.gather(one.reembed(), two.reembed())
        assert [done.incomplete for done in both] == [(), ()]
        await two.reembed()
        assert await counts(two) == {"hashing-64": MANY}


@scenario
async def test_vectors_of_two_processes(tmp_path: Path):
    settings = {"sync": "normal"}
    async with AsyncMemOS(tmp_path, embedder="hashing", **settings) as old:
        await say(old, MANY)
        await old.drain()
    new = {"embedder": "hashing:64", **settings}
    async with AsyncMemOS(tmp_path, **new) as one, AsyncMemOS(tmp_path, **new) as two:
        await asyncio.gather(one.reembed(), two.reembed(), say(one, 5, start=500))
        await one.drain()
        assert await counts(two) == {"hashing-64": MANY + 5}
        assert (await two.recall("ann", "note number 7")).degraded == ()
        assert (await two.doctor(repair=False)).healthy


class Deaf(MemoryVectors):
    """Forgets the vectors that it is given in one generation."""

    async def put(self, key: CubeKey, generation: Generation, items: Sequence[Embedded]) -> None:
        if generation != NEW.generation:
            await super().put(key, generation, items)


@scenario
async def test_nothing_is_dropped_where_something_still_lacks_a_vector(tmp_path: Path):
    base = build(Settings.load({}, home=tmp_path, embedder="none", **IN_MEMORY))
    vectors = Deaf()
    records = type(base.records)(
        inline=[base.text, base.graph, vectors], followers=[], outbox=base.outbox
    )
    parts = replace(base, records=records, vectors=vectors)
    async with AsyncMemOS(tmp_path, parts=replace(parts, embedder=OLD)) as memos:
        await say(memos, 3)
        await memos.drain()
    async with AsyncMemOS(tmp_path, parts=replace(parts, embedder=NEW)) as memos:
        done = await memos.reembed()
        assert (done.dropped, done.incomplete) == (0, ("user:ann",))
        assert await counts(memos) == {"hashing-256": 3}


@scenario
async def test_what_one_agent_alone_sees_gets_vectors_behind_the_writes(make):
    async with make(OLD) as memos:
        for n in range(BATCH + 5):
            await memos.store("ann", "fact", f"secret {n}", agent_id="a", visibility="agent")
        await memos.store("ann", "fact", "everybody may know")
        await memos.drain()
        assert await counts(memos) == {"hashing-256": BATCH + 6}


@scenario
async def test_what_is_refused(make):
    async with make(NEW) as memos:
        for wrong in ({"keep": "yes"}, {"progress": "bar"}):
            with pytest.raises(InvalidInput) as caught:
                await memos.reembed(**wrong)
            assert caught.value.field in wrong
    async with make(None) as memos:
        with pytest.raises(InvalidInput, match="embedder: got none"):
            await memos.reembed()


def test_blocking_code_has_it_too(tmp_path: Path):
    with MemOS(tmp_path, embedder="hashing") as memos:
        memos.store("ann", "fact", "Ann likes tea")
        memos.drain()
    steps: list[ReembedStep] = []
    with MemOS(tmp_path, embedder="hashing:64") as memos:
        assert memos.reembed(progress=steps.append).dropped == 1
    assert [step.embedded for step in steps] == [0, 1]
