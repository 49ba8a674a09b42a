"""The package brings torch and is not installed here: a stand-in has the part of it that is used.

Its signatures are those of sentence-transformers 6.2.0.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from types import ModuleType
from zlib import crc32

import numpy as np
import pytest

from memos.errors import BadAnswer, InvalidInput, MissingDependency, ProviderError, UsageError
from memos.providers.embedding.sentence_transformers import SentenceTransformersEmbedder
from memos.testing.contract_embedder import EmbedderContract
from memos.testing.scenario import scenario

URL = "sentence-transformers:little/model"
DIMENSION = 8


class SentenceTransformer:
    max_seq_length = 64
    shape = (DIMENSION,)

    def __init__(self, model_name_or_path, *, local_files_only=False):
        if model_name_or_path == "absent/model":
            raise OSError("not in the cache")
        assert local_files_only

    def get_embedding_dimension(self):
        return DIMENSION

    def encode_query(self, inputs, **options):
        return self._encode([f"query: {text}" for text in inputs], **options)

    def encode_document(self, inputs, **options):
        return self._encode(inputs, **options)

    def _encode(
        self,
        inputs,
        *,
        batch_size,
        normalize_embeddings,
        convert_to_numpy,
        show_progress_bar,
    ):
        assert (normalize_embeddings, convert_to_numpy, show_progress_bar) == (True, True, False)
        assert batch_size > 0
        cut = [" ".join(text.split()[: self.max_seq_length]) for text in inputs]
        rows = [np.random.default_rng(crc32(t.encode())).normal(size=self.shape) for t in cut]
        found = np.array(rows, np.float32)
        return found / np.linalg.norm(found, axis=-1, keepdims=True)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    made = ModuleType("sentence_transformers")
    made.SentenceTransformer = type("SentenceTransformer", (SentenceTransformer,), {})
    monkeypatch.setitem(sys.modules, "sentence_transformers", made)
    return made


class TestWithAStandIn(EmbedderContract):
    @pytest.fixture
    def embedder(self, package: ModuleType) -> SentenceTransformersEmbedder:
        assert sys.modules["sentence_transformers"] is package
        return SentenceTransformersEmbedder(URL)


@scenario
async def test_the_package_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    one = SentenceTransformersEmbedder(URL)
    with pytest.raises(MissingDependency) as caught:
        await one.open()
    assert "pip install 'memos-engine[sentence-transformers]'" in str(caught.value)
    await one.close()


@scenario
async def test_results_are_those_of_the_model(package):
    one = SentenceTransformersEmbedder(URL)
    await one.open()
    model = package.SentenceTransformer("little/model", local_files_only=True)
    options = dict.fromkeys(("normalize_embeddings", "convert_to_numpy"), True)
    wanted = model.encode_document(["b", "a"], batch_size=1, show_progress_bar=False, **options)
    found = await one.embed(["b", "a"])
    assert np.array_equal([made.vector for made in found], wanted)
    (question,) = await one.embed(["b"], query=True)
    assert not np.array_equal(question.vector, found[0].vector)
    assert one.generation.model == "sentence-transformers/little/model"
    assert (one.generation.dimension, one.cut_at) == (DIMENSION, 64)
    assert await one.embed([]) == []
    await one.close()


@scenario
async def test_a_model_that_is_not_here(package):
    one = SentenceTransformersEmbedder("sentence-transformers:absent/model")
    with pytest.raises(ProviderError, match=r"'absent/model' cannot be loaded \(OSError\)"):
        await one.open()
    await one.close()


@scenario
async def test_a_model_that_gives_something_else(package):
    package.SentenceTransformer.shape = (DIMENSION + 1,)
    one = SentenceTransformersEmbedder(URL)
    await one.open()
    with pytest.raises(BadAnswer, match=r"vectors of \(1, 9\); wanted: \(1, 8\)"):
        await one.embed(["tea"])
    await one.close()


@scenario
async def test_a_model_without_a_dimension(package):
    package.SentenceTransformer.get_embedding_dimension = lambda _: None
    one = SentenceTransformersEmbedder(URL)
    with pytest.raises(ProviderError, match=r"does not tell its dimension"):
        await one.open()
    await one.close()


@scenario
async def test_a_closed_one_says_so():
    with pytest.raises(UsageError):
        await SentenceTransformersEmbedder(URL).embed(["tea"])


def test_a_model_has_to_be_named():
    with pytest.raises(InvalidInput, match=r"^embedder: "):
        SentenceTransformersEmbedder("sentence-transformers")


@scenario
async def test_a_failed_open_leaves_no_thread(package):
    before = threading.active_count()
    with pytest.raises(ProviderError):
        await SentenceTransformersEmbedder("sentence-transformers:absent/model").open()
    for _ in range(100):
        if threading.active_count() == before:
            return
        await asyncio.sleep(0.02)
    pytest.fail("a thread is left")
