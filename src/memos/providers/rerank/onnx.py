"""Reranker in this process: a cross-encoder from a folder, on onnxruntime."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from memos.contracts.reranker import Reranker, check_candidates
from memos.errors import BadAnswer, InvalidInput, ProviderError, UsageError
from memos.providers.rerank.scores import sigmoid
from memos.providers.runtime import in_thread
from memos.runtime import session
from memos.threads import Threads

FORM = "onnx:FOLDER, with model.onnx and tokenizer.json in it"
CUT_AT = 512  # model tokens of query and text together, where the tokenizer does not say
BATCH = 8  # larger ones leave the processor's caches
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@dataclass(frozen=True, slots=True)
class Model:
    """What `open` takes and `close` gives back; `inputs` are those that the graph has."""

    session: Any  # onnxruntime ships no types
    tokenizer: Tokenizer
    inputs: tuple[str, ...]
    pool: Threads


class OnnxReranker(Reranker):
    """Reads one logit for each pair, or two: irrelevant and relevant.

    Pairs of equal length run together, so that nothing is padded: a text's score does not
    depend on the other texts, and no model needs to know how its padding is marked.
    """

    needs_loop = False

    def __init__(self, url: str, threads: int = 1) -> None:
        """`url`: ``onnx:FOLDER``; ``~`` is resolved."""
        path = url.partition(":")[2]
        if not path or "\0" in path:
            raise InvalidInput("reranker", "onnx without a folder", FORM)
        try:
            self._folder = Path(path).expanduser()
        except RuntimeError as error:  # ~somebody who is not a user here
            raise InvalidInput("reranker", repr(path), FORM) from error
        self.name = f"onnx/{self._folder.name}"
        self._threads = threads
        self._model: Model | None = None

    async def open(self) -> None:
        if self._model is not None:
            return
        pool = Threads(1, "memos-rerank")
        try:
            model = await in_thread(pool, _load, self._folder, self._threads, pool)
        except BaseException:
            pool.shutdown(wait=False)
            raise
        await self.close()  # another call may have been faster
        self._model = model

    async def close(self) -> None:
        model, self._model = self._model, None
        if model is not None:
            model.pool.shutdown(wait=False)  # what runs may finish

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        check_candidates(query, texts)
        model = self._opened()
        pairs = await in_thread(model.pool, _encode, model, query, texts)
        scores: dict[int, float] = {}
        for places in _batches(pairs):
            model = self._opened()
            batch = [pairs[place] for place in places]
            made = await in_thread(model.pool, _run, model, batch)
            scores.update(zip(places, made, strict=True))
        return [scores[place] for place in range(len(pairs))]

    def _opened(self) -> Model:
        if self._model is None:
            raise UsageError("reranker is not open")
        return self._model


def _load(folder: Path, threads: int, pool: Threads) -> Model:
    model, words = _readable(folder / "model.onnx"), _readable(folder / "tokenizer.json")
    try:
        made = session(str(model), threads)
        tokenizer = Tokenizer.from_file(str(words))
    except Exception as error:  # the errors of both libraries share no class
        said = f"reranker: the model in {folder} cannot be loaded ({type(error).__name__})"
        raise ProviderError(f"{said}; allowed: {FORM}") from error
    inputs = tuple(one.name for one in made.get_inputs())
    if unknown := set(inputs) - set(INPUTS):
        raise InvalidInput("reranker", f"a model with {sorted(unknown)}", ", ".join(INPUTS))
    longest = (tokenizer.truncation or {}).get("max_length", CUT_AT)
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest, strategy="longest_first")
    tokenizer.encode_special_tokens = True  # "[SEP]" in a text is text
    return Model(made, tokenizer, inputs, pool)


def _readable(path: Path) -> Path:
    try:
        path.open("rb").close()
    except OSError as error:
        got = f"{path}, which cannot be read ({error.strerror})"
        raise InvalidInput("reranker", got, FORM) from error
    return path


def _encode(model: Model, query: str, texts: Sequence[str]) -> list[Encoding]:
    # One by one: `encode_batch` starts threads for all processors, and warns after a fork.
    return [model.tokenizer.encode(query, text) for text in texts]


def _batches(pairs: Sequence[Encoding]) -> Iterator[list[int]]:
    """Places of pairs that run together, short ones first."""
    equal = defaultdict(list)
    for place, pair in enumerate(pairs):
        equal[len(pair)].append(place)
    for length in sorted(equal):
        places = equal[length]
        yield from (places[at : at + BATCH] for at in range(0, len(places), BATCH))


def _run(model: Model, pairs: Sequence[Encoding]) -> list[float]:
    """The scores of equally long pairs."""
    columns = {
        "input_ids": [pair.ids for pair in pairs],
        "attention_mask": [pair.attention_mask for pair in pairs],
        "token_type_ids": [pair.type_ids for pair in pairs],
    }
    given = {name: np.array(columns[name], np.int64) for name in model.inputs}
    try:
        found = np.asarray(model.session.run(None, given)[0], np.float64)
    except Exception as error:  # its errors share no class
        said = f"reranker: the model cannot be run ({type(error).__name__})"
        raise ProviderError(said) from error
    return [sigmoid(logit) for logit in _logits(found, len(pairs))]


def _logits(found: NDArray[np.float64], count: int) -> list[float]:
    if found.shape == (count, 2):
        found = found[:, 1] - found[:, 0]
    if found.shape not in ((count,), (count, 1)) or not np.isfinite(found).all():
        got = f"numbers of the shape {found.shape}, or not finite"
        raise BadAnswer(f"reranker: the model gave {got}; wanted: one or two for each text")
    logits: list[float] = found.ravel().tolist()
    return logits
