from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, checker, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from memos import AsyncMemOS
from memos.errors import BadAnswer, InvalidInput, ProviderError, UsageError
from memos.providers.rerank.onnx import CUT_AT, OnnxReranker
from memos.providers.rerank.scores import sigmoid
from memos.testing.contract_reranker import QUERY, RerankerContract
from memos.testing.scenario import scenario

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
WORDS = (*SPECIAL, "Ann", "likes", "tea", "green", "train", "noon", "which", "does")
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def tokenizer(folder: Path) -> None:
    made = Tokenizer(WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    made.save(str(folder / "tokenizer.json"))


def shared_words() -> list:
    """Nodes that count how often known words of the query stand in the text, as ``found``."""
    node = helper.make_node
    return [
        node("Greater", ["input_ids", "last_special"], ["known"]),
        node("Equal", ["token_type_ids", "one"], ["in_text"]),
        node("Not", ["in_text"], ["in_query"]),
        node("And", ["known", "in_query"], ["asked"]),
        node("And", ["known", "in_text"], ["told"]),
        node("Unsqueeze", ["input_ids", "two"], ["columns"]),
        node("Unsqueeze", ["input_ids", "one_axis"], ["rows"]),
        node("Equal", ["columns", "rows"], ["same"]),
        node("Unsqueeze", ["asked", "two"], ["asked_columns"]),
        node("Unsqueeze", ["told", "one_axis"], ["told_rows"]),
        node("And", ["asked_columns", "told_rows"], ["across"]),
        node("And", ["same", "across"], ["pairs"]),
        node("Cast", ["pairs"], ["ones"], to=TensorProto.FLOAT),
        node("ReduceSum", ["ones", "both"], ["sum"], keepdims=0),
        node("Unsqueeze", ["sum", "one_axis"], ["found"]),
    ]


def write(
    folder: Path,
    last: list,
    inputs: tuple[str, ...] = INPUTS,
    nodes: list | None = None,
    shape: tuple[str, ...] = ("n", "k"),
) -> Path:
    """A real graph whose `last` nodes make ``logits`` of ``found``."""
    number = helper.make_tensor
    constants = [
        number("last_special", TensorProto.INT64, [], [3]),
        number("one", TensorProto.INT64, [], [1]),
        number("one_axis", TensorProto.INT64, [1], [1]),
        number("two", TensorProto.INT64, [1], [2]),
        number("both", TensorProto.INT64, [2], [1, 2]),
        numpy_helper.from_array(np.array(1.5, np.float32), "bias"),
        number("zero", TensorProto.FLOAT, [], [0.0]),
    ]
    graph = helper.make_graph(
        [*(shared_words() if nodes is None else nodes), *last],
        "cross-encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "l"]) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape)],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    checker.check_model(model)
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    tokenizer(folder)
    return folder


ONE = [helper.make_node("Sub", ["found", "bias"], ["logits"])]
TWO = [
    helper.make_node("Sub", ["found", "found"], ["nothing"]),
    helper.make_node("Add", ["nothing", "bias"], ["no"]),
    helper.make_node("Concat", ["no", "found"], ["logits"], axis=1),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "overlap", ONE)


class TestOneLogit(RerankerContract):
    @pytest.fixture
    def reranker(self, folder: Path) -> OnnxReranker:
        return OnnxReranker(f"onnx:{folder}")


class TestTwoLogits(RerankerContract):
    @pytest.fixture
    def reranker(self, tmp_path: Path) -> OnnxReranker:
        return OnnxReranker(f"onnx:{write(tmp_path / 'two', TWO)}")


async def scores(folder: Path, *texts: str, query: str = QUERY) -> list[float]:
    one = OnnxReranker(f"onnx:{folder}")
    await one.open()
    try:
        return await one.score(query, texts)
    finally:
        await one.close()


@scenario
async def test_logits_become_scores(folder, tmp_path):
    wanted = [sigmoid(0.5), sigmoid(-1.5), sigmoid(-0.5)]  # 2, 0 and 1 words in common
    texts = ("Ann likes green tea", "green train", "no tea")
    assert await scores(folder, *texts) == pytest.approx(wanted)
    two = write(tmp_path / "two", TWO)
    assert await scores(two, *texts) == pytest.approx(wanted)


@scenario
async def test_what_a_text_says_about_marks_is_text(folder):
    plain, marked = await scores(folder, "tea noon", "tea [SEP] noon")
    assert plain == marked


@scenario
async def test_company_changes_nothing(folder):
    texts = [f"{'tea ' * (n % 7)} noon" for n in range(40)]
    alone = [(await scores(folder, text))[0] for text in texts[:7]]
    assert await scores(folder, *texts) == [alone[n % 7] for n in range(40)]


@scenario
async def test_long_pairs_are_cut(folder):
    (score,) = await scores(folder, "noon " * 10_000 + "tea")
    assert score == pytest.approx(sigmoid(-1.5))  # the tea is beyond the cut
    made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    made.enable_truncation(8)
    made.save(str(folder / "tokenizer.json"))
    (score,) = await scores(folder, "noon noon noon noon tea", query="tea")
    assert score == pytest.approx(sigmoid(-1.5))
    assert CUT_AT > 8


@scenario
async def test_a_model_without_token_types(tmp_path):
    nodes = [
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["mask", "one_axis"], ["found"], keepdims=0),
    ]
    last = [helper.make_node("Sub", ["found", "bias"], ["logits"])]
    inputs = ("input_ids", "attention_mask")
    keep = helper.make_node("Identity", ["input_ids"], ["unused"])
    folder = write(tmp_path / "flat", last, inputs, [keep, *nodes], ("n",))
    assert await scores(folder, "tea", query="tea") == pytest.approx([sigmoid(3.5)])


@pytest.mark.parametrize(
    "last",
    [
        [helper.make_node("Div", ["found", "zero"], ["logits"])],
        [helper.make_node("Concat", ["found", "found", "found"], ["logits"], axis=1)],
    ],
    ids=["infinite", "three"],
)
@scenario
async def test_logits_that_mean_nothing(tmp_path, last):
    with pytest.raises(BadAnswer, match=r"reranker: the model gave numbers of the shape"):
        await scores(write(tmp_path / "odd", last), "tea")


@scenario
async def test_a_model_that_wants_something_else(tmp_path):
    last = [helper.make_node("Cast", ["pixels"], ["logits"], to=TensorProto.FLOAT)]
    folder = write(tmp_path / "odd", last, ("pixels",), [])
    with pytest.raises(InvalidInput, match=r"a model with .'pixels'."):
        await scores(folder, "tea")


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
@scenario
async def test_a_folder_without_a_file(folder, missing):
    (folder / missing).unlink()
    with pytest.raises(InvalidInput) as caught:
        await scores(folder, "tea")
    assert caught.value.field == "reranker"
    assert f"{missing}, which cannot be read (No such file" in caught.value.got


@pytest.mark.parametrize("damaged", ["model.onnx", "tokenizer.json"])
@scenario
async def test_a_damaged_file(folder, damaged):
    (folder / damaged).write_bytes(b"{")
    with pytest.raises(ProviderError, match=r"cannot be loaded"):
        await scores(folder, "tea")


@pytest.mark.parametrize("url", ["onnx", "onnx:", "onnx:a\0b", "onnx:~no-such-user-here/x"])
def test_urls_that_cannot_be(url):
    with pytest.raises(InvalidInput, match=r"reranker"):
        OnnxReranker(url)


@scenario
async def test_a_closed_one_says_so(folder):
    with pytest.raises(UsageError):
        await OnnxReranker(f"onnx:{folder}").score(QUERY, ["tea"])


def test_it_can_be_awaited_without_a_loop(folder):
    one = OnnxReranker(f"onnx:{folder}")
    assert not one.needs_loop
    for coroutine in (one.open(), one.score("tea", ["tea"]), one.close()):
        with pytest.raises(StopIteration):
            coroutine.send(None)


@scenario
async def test_weights_may_have_a_file_of_their_own(tmp_path):
    folder = write(tmp_path / "apart", ONE)
    model = onnx.load(folder / "model.onnx")
    onnx.save(
        model,
        folder / "model.onnx",
        save_as_external_data=True,
        location="model.onnx.data",
        size_threshold=0,
    )
    assert (folder / "model.onnx.data").exists()
    assert await scores(folder, "train") == pytest.approx([sigmoid(-1.5)])


@scenario
async def test_recall_asks_it(folder, tmp_path):
    settings = {"embedder": "none", "reranker": f"onnx:{folder}"}
    texts = ("Ann likes green tea", "which train at noon does", "green noon")
    async with AsyncMemOS(tmp_path / "home", **settings) as memos:
        for text in texts:
            await memos.store("ann", "fact", text)
        found = await memos.recall("ann", "Ann likes green tea train noon", effort="deep")
        again = await memos.recall("ann", "Ann likes green tea train noon", effort="deep")
    assert found.degraded == ()
    assert found.receipt.legs["reranker"] == 3
    assert found[0].memory.content == texts[0]
    assert [hit.memory.id for hit in found] == [hit.memory.id for hit in again]


@scenario
async def test_a_recall_without_its_model(tmp_path):
    settings = {"embedder": "none", "reranker": f"onnx:{tmp_path / 'nothing'}"}
    async with AsyncMemOS(tmp_path / "home", **settings) as memos:
        await memos.store("ann", "fact", "Ann likes green tea")
        found = await memos.recall("ann", "tea", effort="deep")
    assert (len(found), found.degraded) == (1, ("reranker: InvalidInput",))
