"""The default embedder: all-MiniLM-L6-v2 in int8, on onnxruntime, in this process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from memos.contracts.embedder import Embedder, Embedding, check_texts
from memos.contracts.vectors import Generation
from memos.errors import ModelMissing, UsageError
from memos.providers.embedding import files

CUT_AT = 256  # what the model was made for
BATCH = 8  # larger ones leave the processor's caches
WORKERS = 2  # so that a question need not wait for texts that are embedded meanwhile

T = TypeVar("T")
Ids = Sequence[int]


@dataclass(frozen=True, slots=True)
class Model:
    """What `open` takes and `close` gives back."""

    session: Any  # onnxruntime ships no types
    tokenizer: Tokenizer
    pool: ThreadPoolExecutor


class OnnxEmbedder(Embedder):
    """Texts of equal length are embedded together, up to `BATCH` of them.

    So nothing is padded, and a text's vector is the same to the last bit whatever is
    embedded beside it. Each batch is a job of its own, so that callers take turns.
    """

    needs_loop = False
    generation = Generation(f"all-MiniLM-L6-v2-int8-{files.REVISION}", 384)
    cut_at = CUT_AT

    def __init__(self, model_folder: Path | None = None, threads: int = 1) -> None:
        """`model_folder`: None for the one inside memos. `threads`: for one batch."""
        self._folder = model_folder
        self._threads = threads
        self._model: Model | None = None

    async def open(self) -> None:
        if self._model is None:
            pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="memos-embed")
            self._model = await _in_thread(pool, _load, self._folder, self._threads, pool)

    async def close(self) -> None:
        model, self._model = self._model, None
        if model is not None:
            model.pool.shutdown(wait=False)  # what runs may finish

    async def embed(
        self,
        texts: Sequence[str],
        *,
        query: bool = False,  # noqa: ARG002  (the model treats questions like other texts)
    ) -> list[Embedding]:
        model = self._opened()
        ids = await _in_thread(model.pool, _encode, model, texts)
        made = []
        for places in _batches(ids):
            model = self._opened()  # it may be closed meanwhile
            batch = [ids[place] for place in places]
            made.append((places, await _in_thread(model.pool, _run, model, batch)))
        return _in_order(made)

    def embed_now(self, texts: Sequence[str]) -> list[Embedding]:
        """Like `embed`, in the caller's thread."""
        model = self._opened()
        ids = _encode(model, texts)
        batches = list(_batches(ids))
        return _in_order([(batch, _run(model, [ids[one] for one in batch])) for batch in batches])

    def _opened(self) -> Model:
        if self._model is None:
            raise UsageError("the embedder is not open")
        return self._model


async def _in_thread(pool: ThreadPoolExecutor, work: Callable[..., T], *given: object) -> T:
    """Runs `work` in the pool, or here where no loop would be held up."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return work(*given)
    return await loop.run_in_executor(pool, work, *given)


def _load(folder: Path | None, threads: int, pool: ThreadPoolExecutor) -> Model:
    found = files.read(folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    options.enable_mem_pattern = False  # it plans for one shape, and every batch has another
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    onnxruntime.disable_telemetry_events()  # on by default on Windows
    try:
        session = onnxruntime.InferenceSession(
            found[files.MODEL], options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors share no class
        raise ModelMissing(files.MODEL, f"cannot be run by onnxruntime ({error})") from error
    tokenizer = Tokenizer.from_buffer(found[files.TOKENIZER])
    tokenizer.no_padding()
    tokenizer.enable_truncation(CUT_AT)
    tokenizer.encode_special_tokens = True  # "[SEP]" in a text is text
    return Model(session, tokenizer, pool)


def _encode(model: Model, texts: Sequence[str]) -> list[Ids]:
    check_texts(texts)
    # One by one: `encode_batch` starts threads for all processors, and warns after a fork.
    return [model.tokenizer.encode(text).ids for text in texts]


def _batches(ids: Sequence[Ids]) -> Iterator[list[int]]:
    """Places of texts that are embedded together, short texts first."""
    equal = defaultdict(list)
    for place, one in enumerate(ids):
        equal[len(one)].append(place)
    for length in sorted(equal):
        places = equal[length]
        yield from (places[at : at + BATCH] for at in range(0, len(places), BATCH))


def _run(model: Model, ids: Sequence[Ids]) -> list[Embedding]:
    """Equally long texts; the marks at both ends are no tokens of theirs."""
    pieces = np.array(ids)
    vectors, states = model.session.run(["vector", "states"], {"ids": pieces})
    inner = pieces[:, 1:-1].astype(np.int32)
    return [Embedding(*one) for one in zip(vectors, states[:, 1:-1], inner, strict=True)]


def _in_order(made: Sequence[tuple[Sequence[int], Sequence[Embedding]]]) -> list[Embedding]:
    by_place = {
        place: embedding
        for places, embeddings in made
        for place, embedding in zip(places, embeddings, strict=True)
    }
    return [by_place[place] for place in range(len(by_place))]
