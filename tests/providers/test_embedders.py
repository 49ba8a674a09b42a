from __future__ import annotations

import asyncio
import subprocess
import sys

import numpy as np
import pytest

from memos import registry
from memos.contracts.embedder import Embedder
from memos.contracts.vectors import Generation
from memos.errors import InvalidInput
from memos.providers.embedding.hashing import HashingEmbedder
from memos.providers.embedding.onnx import OnnxEmbedder
from memos.settings import Settings
from memos.testing.contract_embedder import EmbedderContract
from memos.testing.scenario import scenario


class TestMinilm(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return OnnxEmbedder()


class TestHashing(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder()


class TestHashingSmall(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder("hashing:64")


@pytest.fixture
def hashing() -> Embedder:
    return HashingEmbedder()


@scenario
async def test_hashing_knows_terms_and_nothing_else(hashing: Embedder):
    cats, cat, dog = await hashing.embed(["Cats sleep", "the cat sleeps", "dogs bark"])
    assert float(cats.vector @ cat.vector) == pytest.approx(1)
    assert abs(float(cats.vector @ dog.vector)) < 0.1
    assert np.array_equal(cats.pieces, cat.pieces)


@scenario
async def test_hashing_without_terms_has_a_vector_of_its_own(hashing: Embedder):
    first, other = await hashing.embed(["?!", "the of and"])
    assert (len(first.pieces), first.tokens.shape) == (0, (0, 256))
    assert abs(float(first.vector @ other.vector)) < 0.1


def test_hashing_is_the_same_in_every_process(hashing: Embedder):
    (here,) = asyncio.run(hashing.embed(["a small blue house"]))
    code = (
        "import asyncio; from memos.providers.embedding.hashing import HashingEmbedder as H;"
        "print(asyncio.run(H().embed(['a small blue house']))[0].vector.tobytes().hex())"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here.vector.tobytes().hex()


def test_hashing_has_a_generation_for_each_dimension(hashing: Embedder):
    small = registry.build("embedder", "hashing:16", {"url": lambda: "hashing:16"})
    assert small.generation == Generation("hashing-16", 16)
    assert hashing.generation == Generation("hashing-256", 256)


@pytest.mark.parametrize(
    "url", ["hashing:", "hashing:8", "hashing:100", "hashing:8192", "hashing:x"]
)
def test_hashing_of_another_dimension(url: str):
    with pytest.raises(InvalidInput, match=r"embedder: .* a power of two from 16 to 4096"):
        HashingEmbedder(url)


def test_settings_name_them():
    settings = Settings.load({})
    needs = {"model_folder": lambda: settings.model_folder}
    assert isinstance(registry.build("embedder", settings.embedder, needs), OnnxEmbedder)
    assert isinstance(registry.build("embedder", "hashing", needs), HashingEmbedder)


def test_nothing_is_loaded_before_it_is_asked_for():
    code = "import sys, memos.registry, memos.settings; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not {"onnxruntime", "tokenizers", "numpy"} & set(done.stdout.split())
