"""Packed tokens are small, and tell nearly the same best matches as the whole ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memos.contracts.embedder import Embedding
from memos.errors import InvalidInput
from memos.providers.embedding.onnx import OnnxEmbedder
from memos.retrieval import late

SAID = (
    "Melanie painted a lake at sunrise last year, and gave it to her sister.",
    "I lost my job at the bank, so I am opening a dance studio.",
    "The kids loved the dinosaur exhibit in the museum!",
    "Our dog Biscuit chewed my running shoes, again.",
    "We are moving to Lisbon in March because of the new contract.",
)
RAMP = (
    "0130001515cd7168ac5f7a38bbb6124b80bed069fe7326d2d3a"
    "410d7c0ddbfb477432e96918d6929ac1be7293f23004688b453"
)
ASKED = (
    "What did Melanie paint?",
    "Whose shoes did the dog ruin?",
    "When do they move to Portugal?",
)


@pytest.fixture(scope="module")
def embedder() -> Iterator[OnnxEmbedder]:
    made = OnnxEmbedder()
    asyncio.run(made.open())
    yield made
    asyncio.run(made.close())


def unit(count: int, width: int = 384, seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def different(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int32)


def packed(count: int, width: int = 384, seed: int = 0) -> bytes:
    return late.pack(unit(count, width, seed), different(count))


def exact(question: np.ndarray, memories: list[np.ndarray]) -> np.ndarray:
    return np.stack([(question @ one.T).max(axis=1) for one in memories])


# --- what it estimates ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [300, 384, 768, 1024])
def test_random_tokens_have_nearly_their_cosine(width: int):
    # The estimate's deviation is sqrt((pi / 2 - 1) / width) at most: five of them are the bound.
    memories = [unit(1, width, seed) for seed in range(200)]
    question = np.concatenate([memories[3], unit(9, width, 1_000)])
    found = late.best_matches(question, [late.pack(one, different(1)) for one in memories])
    bound = 5 * np.sqrt((np.pi / 2 - 1) / width)
    assert np.abs(found - exact(question, memories)).max() < bound
    assert abs(float((found - exact(question, memories)).mean())) < bound / 20


def test_the_tokens_of_a_model_have_nearly_their_best_match(embedder: OnnxEmbedder):
    said, asked = embedder.embed_now(SAID), embedder.embed_now(ASKED)
    memories = [late.pack(one.tokens, one.pieces) for one in said]
    for question in asked:
        wanted = exact(question.tokens, [one.tokens for one in said])
        found = late.best_matches(question.tokens, memories)
        assert np.abs(found - wanted).max() < 0.2
        assert np.abs(found - wanted).mean() < 0.05


def test_a_question_finds_the_memory_that_answers_it(embedder: OnnxEmbedder):
    memories = [late.pack(one.tokens, one.pieces) for one in embedder.embed_now(SAID)]

    def nearest(text: str, question: Embedding) -> int:
        weights = late.token_weights(text, question.spans, {})
        return int(np.argmax(late.best_matches(question.tokens, memories) @ weights))

    asked = embedder.embed_now(ASKED)
    assert [nearest(*one) for one in zip(ASKED, asked, strict=True)] == [0, 3, 4]


def test_no_estimate_is_beyond_one():
    # The worst case: turned, every coordinate of the token has the same size.
    signs = np.where(late.turned(np.eye(384, dtype=np.float32))[:, :1].T > 0, 1.0, -1.0)
    question = (signs / np.sqrt(384)).astype(np.float32)
    found = late.best_matches(
        np.concatenate([question, late.turned(question)]),
        [late.pack(question, different(1)), late.pack(late.turned(question), different(1))],
    )
    assert found.max() <= 1
    assert found.min() >= -1


@pytest.mark.parametrize("width", [1, 7, 96, 384, 1000, 1024])
def test_turning_keeps_lengths_and_angles(width: int):
    vectors = unit(20, width)
    after = late.turned(vectors)
    np.testing.assert_allclose(after @ after.T, vectors @ vectors.T, atol=1e-5)


def test_turning_is_what_it_was_when_memories_were_packed():
    # Packed bytes are kept for years: another map would read them as noise.
    ramp = np.arange(384, dtype=np.float32)[None] / 384 - 0.3
    assert late.pack(ramp, different(1)).hex() == RAMP


# --- what it depends on --------------------------------------------------------------------------


def test_a_match_depends_on_no_other_memory_and_no_order():
    memories = [packed(count, seed=count) for count in (1, 3, 17, 40, 58, 5)]
    question = unit(11, seed=99)
    together = late.best_matches(question, memories)
    np.testing.assert_array_equal(late.best_matches(question, memories[::-1]), together[::-1])
    for at, one in enumerate(memories):
        np.testing.assert_array_equal(late.best_matches(question, [one])[0], together[at])
        np.testing.assert_array_equal(late.best_matches(question[4:5], [one])[0], together[at, 4:5])


def test_the_order_of_tokens_does_not_matter():
    tokens, question = unit(50), unit(8, seed=1)
    forwards = late.pack(tokens, different(50))
    backwards = late.pack(tokens[::-1], different(50)[::-1])
    found = late.best_matches(question, [forwards, backwards])
    np.testing.assert_array_equal(found[0], found[1])


def test_of_equal_pieces_the_first_is_kept():
    tokens = unit(3)
    twice = late.pack(tokens[[0, 1, 2]], np.array([5, 9, 5], np.int32))
    assert twice == late.pack(tokens[[0, 1]], np.array([5, 9], np.int32))


def test_what_is_too_much_is_pooled_and_not_cut_off():
    # Every one of 200 tokens is near some packed one, for they lie in 20 tight bundles.
    middles = unit(20)
    near = np.repeat(middles, 10, axis=0) + 0.02 * unit(200, seed=1)
    tokens = near / np.linalg.norm(near, axis=1, keepdims=True)
    memory = late.pack(tokens, different(200))
    assert len(memory) == late.HEAD + late.MOST * 48
    assert late.best_matches(middles, [memory]).min() > 0.8


# --- how much it needs ---------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 300),
    width=st.one_of(st.integers(1, 1_100), st.just(late.WIDEST)),
    kinds=st.integers(1, 300),
)
def test_no_memory_is_larger_than_allowed(count: int, width: int, kinds: int):
    count = min(count, 200_000 // width)
    memory = late.pack(unit(count, width), different(count) % kinds)
    assert len(memory) <= late.LARGEST
    assert late.is_packed(memory, width) == (count > 0)
    assert np.isfinite(late.best_matches(unit(2, width, 1), [memory])).all()


# --- what is not there, and what is damaged ------------------------------------------------------


def test_without_tokens_there_are_no_matches():
    empty = late.pack(np.zeros((0, 0), np.float32), np.zeros(0, np.int32))
    assert empty == b""
    found = late.best_matches(unit(3), [b"", packed(4), b""])
    assert not found[[0, 2]].any()
    assert found[1].any()


def test_without_questions_or_memories_the_shape_is_still_right():
    assert late.best_matches(unit(3), []).shape == (0, 3)
    assert late.best_matches(np.zeros((0, 0), np.float32), [packed(4)]).shape == (1, 0)
    assert late.best_matches(unit(0), [packed(4)]).shape == (1, 0)


def test_bytes_of_another_form_are_read_as_no_tokens():
    whole = packed(4)
    damaged = [
        whole[:-1],
        whole + b"\0",
        whole[: late.HEAD],
        bytes((late.VERSION + 1,)) + whole[1:],
        packed(4, width=768),
        b"\x01\x00\x00\xff\xff",
    ]
    assert not any(late.is_packed(one, 384) for one in damaged)
    found = late.best_matches(unit(3), [*damaged, whole])
    assert not found[:-1].any()
    np.testing.assert_array_equal(found[-1:], late.best_matches(unit(3), [whole]))


@given(st.binary(max_size=200))
def test_no_bytes_break_a_search(noise: bytes):
    for one in (noise, packed(1)[: late.HEAD] + noise):
        found = late.best_matches(unit(2), [one])
        assert found.shape == (1, 2)
        assert np.abs(found).max() <= 1


@pytest.mark.parametrize(
    ("tokens", "pieces", "field"),
    [
        (np.zeros(384, np.float32), different(384), "tokens"),
        (np.zeros((2, 0), np.float32), different(2), "tokens"),
        (np.zeros((1, late.WIDEST + 1), np.float32), different(1), "tokens"),
        (np.full((1, 8), np.nan, np.float32), different(1), "tokens"),
        (unit(3), different(2), "pieces"),
    ],
)
def test_what_cannot_be_packed_is_named(tokens: np.ndarray, pieces: np.ndarray, field: str):
    with pytest.raises(InvalidInput) as error:
        late.pack(tokens, pieces)
    assert error.value.field == field


# --- what the question's tokens count ------------------------------------------------------------


def weights(text: str, spans: list[tuple[int, int]], **idf: float) -> list[float]:
    found = late.token_weights(text, np.array(spans, np.int32).reshape(-1, 2), idf)
    return found.astype(float).tolist()


def test_the_pieces_of_a_word_share_what_it_counts():
    found = weights("did Biscuit go", [(0, 3), (4, 7), (7, 11), (12, 14)], biscuit=3.0, go=1.0)
    common = late.COMMON
    whole = 3.0 + 1.0 + common
    assert found == pytest.approx([common / whole, 1.5 / whole, 1.5 / whole, 1.0 / whole])


def test_a_possessive_belongs_to_its_name():
    found = weights("Ana's?", [(0, 3), (3, 4), (4, 5), (5, 6)], ana=3.0)
    assert found == pytest.approx([1 / 3.5, 1 / 3.5, 1 / 3.5, 0.5 / 3.5])


def test_chinese_characters_count_for_themselves():
    found = weights("养狗吗", [(0, 1), (1, 2), (2, 3)], 狗=2.0, 养=1.0)
    assert found == pytest.approx([1 / 3.5, 2 / 3.5, 0.5 / 3.5])


def test_words_that_were_cut_off_change_nothing():
    assert weights("dog " + "and so on " * 9, [(0, 3)], dog=4.0) == pytest.approx([1.0])


def test_a_question_without_tokens_has_no_weights():
    assert weights("anything", []) == []
