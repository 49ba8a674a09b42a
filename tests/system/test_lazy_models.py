"""Models that are opened by their first use."""

from __future__ import annotations

import asyncio

import pytest

from memos.contracts.chat_model import Turn
from memos.contracts.part import Part
from memos.errors import ModelMissing
from memos.memories.lazy import Lazy, LazyChatModel, LazyEmbedder
from memos.providers.chat.pydantic_ai import PydanticAIChat
from memos.providers.embedding.hashing import HashingEmbedder
from memos.testing.completions import DONE, piece, streamed
from memos.testing.scenario import scenario
from memos.testing.scripted import ScriptedServer


class Model(Part):
    """Opens when it is let, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.opened = self.closed = 0
        self.let = asyncio.Event()

    async def open(self) -> None:
        await self.let.wait()
        if self.failures:
            self.failures -= 1
            raise ModelMissing("model.onnx", "is missing")
        self.opened += 1

    async def close(self) -> None:
        self.closed += 1


@scenario
async def test_many_uses_open_it_once():
    model = Model()
    lazy = Lazy(model)
    uses = [asyncio.ensure_future(lazy.use()) for _ in range(3)]
    model.let.set()
    assert await asyncio.gather(*uses) == [model] * 3
    assert await lazy.use() is model
    assert model.opened == 1
    await lazy.close()
    await lazy.close()
    assert model.closed == 1


@scenario
async def test_opening_outlives_a_caller_that_has_no_time():
    model = Model()
    lazy = Lazy(model)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(lazy.use(), 0.01)
    model.let.set()
    assert await lazy.use() is model
    assert model.opened == 1


@scenario
async def test_a_failure_is_told_and_the_next_use_tries_again():
    model = Model(failures=2)
    lazy = Lazy(model)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(lazy.use(), 0.01)  # whose failure nobody hears
    model.let.set()
    await asyncio.sleep(0.01)
    with pytest.raises(ModelMissing):
        await lazy.use()
    assert await lazy.use() is model
    assert model.opened == 1


@scenario
async def test_what_is_not_used_is_neither_opened_nor_closed():
    model = Model()
    await Lazy(model).close()
    assert (model.opened, model.closed) == (0, 0)


@scenario
async def test_closing_ends_an_opening_and_the_next_use_begins_anew():
    model = Model()
    lazy = Lazy(model)
    use = asyncio.ensure_future(lazy.use())
    await asyncio.sleep(0)
    await lazy.close()
    assert (model.opened, model.closed) == (0, 1)
    with pytest.raises(asyncio.CancelledError):
        await use
    model.let.set()
    assert await lazy.use() is model


@scenario
async def test_an_embedder_is_the_same_behind_it():
    inner = HashingEmbedder()
    lazy = LazyEmbedder(inner)
    (one,), (other,) = await lazy.embed(["tea"]), await inner.embed(["tea"])
    assert (one.vector == other.vector).all()
    assert (lazy.generation, lazy.cut_at) == (inner.generation, inner.cut_at)
    await lazy.close()


@scenario
async def test_a_chat_model_streams_through_it(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    words = [piece(word) for word in "ab"]
    with ScriptedServer() as server:
        server.script(streamed(*words, piece(None, "stop"), DONE), streamed(*words, silent=True))
        lazy = LazyChatModel(PydanticAIChat(f"openai:{server.url}/v1?model=talker&attempts=1"))
        assert lazy.name == "openai/talker"
        assert [word async for word in lazy.stream([Turn("user", "hi")])] == ["a", "b"]
        heard = lazy.stream([Turn("user", "hi")])
        assert await anext(heard) == "a"
        await heard.aclose()
        assert await asyncio.to_thread(server.left.wait, 10)  # enough was heard
        await lazy.close()
