"""The contract suite of embedders: subclass `EmbedderContract`, override `embedder`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from memos.contracts.embedder import Embedder, Embedding
from memos.errors import InvalidInput
from memos.testing.scenario import scenario

TEXTS = (
    "We moved to Porto in March.",
    "x",
    "The cat, whose name is Biscuit, sleeps on the radiator all day long.",
    "我们上个月搬到了里斯本。",
    "¿Dónde está la biblioteca?",
    "🦊🦊🦊",
    "?!",
    "the of and",
    "[CLS] [SEP] [PAD] [MASK] ##ing",
    "tab\tnewline\nnul\0end",
    "a" * 500,
    "Porto " * 2_000,
)
REFUSED = ("", " ", "\n\t", "\ud83e", None, 5, b"bytes", ["nested"])
CLOSE = 1e-4  # a remote model may round differently


class EmbedderContract:
    """One vector for each text, the same whatever is embedded beside it."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        """A new embedder, not yet open."""
        raise NotImplementedError("override the fixture `embedder`: a new Embedder, not yet open")

    @scenario
    async def test_vectors_have_the_shape_of_the_generation(self, embedder: Embedder) -> None:
        made = await embedder.embed(TEXTS)
        assert len(made) == len(TEXTS)
        for one in made:
            assert one.vector.dtype == np.float32
            assert one.vector.shape == (embedder.generation.dimension,)
            if embedder.generation.normalised:
                assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-4)

    @scenario
    async def test_tokens_and_pieces_agree(self, embedder: Embedder) -> None:
        for one in await embedder.embed(TEXTS):
            assert one.tokens.dtype == np.float32
            assert one.pieces.dtype == np.int32
            assert (one.tokens.ndim, one.pieces.ndim) == (2, 1)
            assert len(one.tokens) == len(one.pieces) <= embedder.cut_at
            assert np.allclose(np.linalg.norm(one.tokens, axis=1), 1, atol=1e-4)

    @scenario
    async def test_order_and_company_change_nothing(self, embedder: Embedder) -> None:
        alone = [(await embedder.embed([text]))[0] for text in TEXTS]
        assert_same(await embedder.embed(TEXTS), alone)
        assert_same(await embedder.embed(TEXTS[::-1]), alone[::-1])
        assert_same(await embedder.embed([TEXTS[0]] * 20), [alone[0]] * 20)

    @scenario
    async def test_different_texts_differ(self, embedder: Embedder) -> None:
        first, other = await embedder.embed(TEXTS[:3:2])
        assert float(first.vector @ other.vector) < 0.9

    @scenario
    async def test_opened_again_it_is_the_same(self, embedder: Embedder) -> None:
        before = await embedder.embed(TEXTS[:3])
        await embedder.open()
        assert_same(await embedder.embed(TEXTS[:3]), before)
        await embedder.close()
        await embedder.close()
        await embedder.open()
        assert_same(await embedder.embed(TEXTS[:3]), before)

    @scenario
    async def test_a_long_text_is_cut(self, embedder: Embedder) -> None:
        words = ["harbour " * (embedder.cut_at * times) for times in (2, 3)]
        assert_same(*[await embedder.embed([text]) for text in words])

    @scenario
    async def test_nothing_to_embed(self, embedder: Embedder) -> None:
        assert await embedder.embed([]) == []

    @scenario
    async def test_what_is_no_text_is_refused(self, embedder: Embedder) -> None:
        for wrong in REFUSED:
            texts: Any = ["a good text", wrong]
            with pytest.raises(InvalidInput) as caught:
                await embedder.embed(texts)
            assert caught.value.field == "texts[1]"
        with pytest.raises(InvalidInput, match=r"^texts: "):
            await embedder.embed("one string, not a list")

    @scenario
    async def test_a_question_is_of_the_same_generation(self, embedder: Embedder) -> None:
        (asked,) = await embedder.embed(["Where do we live?"], query=True)
        assert asked.vector.shape == (embedder.generation.dimension,)
        assert_same(await embedder.embed(["Where do we live?"], query=True), [asked])

    @scenario
    async def test_many_callers_at_once(self, embedder: Embedder) -> None:
        calls = [TEXTS[at:] + TEXTS[:at] for at in range(len(TEXTS))]
        wanted = [await embedder.embed(call) for call in calls]
        got = await asyncio.gather(*(embedder.embed(call) for call in calls))
        for one, other in zip(got, wanted, strict=True):
            assert_same(one, other)

    @scenario
    async def test_a_cancelled_call_harms_no_other(self, embedder: Embedder) -> None:
        wanted = await embedder.embed(TEXTS)
        calls = [asyncio.ensure_future(embedder.embed(TEXTS * 3)) for _ in range(4)]
        await asyncio.sleep(0)
        calls[1].cancel()
        done = await asyncio.gather(*calls, return_exceptions=True)
        for one in (done[0], done[2], done[3]):
            assert isinstance(one, list)
            assert_same(one, wanted * 3)
        assert_same(await embedder.embed(TEXTS), wanted)

    @scenario
    async def test_texts_are_not_logged(
        self, embedder: Embedder, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(0):
            await embedder.embed(["the password is swordfish"])
            with pytest.raises(InvalidInput) as caught:
                await embedder.embed(["the password is swordfish", ""])
        assert "swordfish" not in caplog.text + str(caught.value)


def assert_same(some: Sequence[Embedding], others: Sequence[Embedding]) -> None:
    """Both hold the same embeddings, to rounding."""
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        assert np.array_equal(one.pieces, other.pieces)
        assert np.allclose(one.vector, other.vector, atol=CLOSE)
        assert np.allclose(one.tokens, other.tokens, atol=CLOSE)
