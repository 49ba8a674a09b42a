"""The default embedder: all-MiniLM-L6-v2 in int8, on onnxruntime, in this process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Encoding, Tokenizer

from memos.contracts.embedder import Embedder, Embedding, check_texts
from memos.contracts.vectors import Generation
from memos.errors import ModelMissing, UsageError
from memos.providers.embedding import files
from memos.providers.runtime import in_thread
from memos.runtime import session
from memos.threads import Threads

CUT_AT = 256  # what the model was made for
BATCH = 8  # larger ones leave the processor's caches
FEW = 2  # texts that are one job: a change of thread costs more than it gives others a turn
WORKERS = 2  # so that a question need not wait for texts that are embedded meanwhile


@dataclass(frozen=True, slots=True)
class Model:
    """What `open` takes and `close` gives back."""

    session: Any  # onnxruntime ships no types
    tokenizer: Tokenizer
    pool: Threads


class OnnxEmbedder(Embedder):
    """Texts of equal length are embedded together, up to `BATCH` of them.

    So nothing is padded, and a text's vector is the same to the last bit whatever is
    embedded beside it. Each batch is a job of its own, so that callers take turns.
    """

    needs_loop = False
    generation = Generation(f"all-MiniLM-L6-v2-int8-{files.REVISION}", 384)
    cut_at = CUT_AT
    english_only = True

    def __init__(self, model_folder: Path | None = None, threads: int = 1) -> None:
        """`model_folder`: None for the one inside memos. `threads`: for one batch."""
        self._folder = model_folder
        self._threads = threads
        self._model: Model | None = None

    async def open(self) -> None:
        if self._model is None:
            pool = Threads(WORKERS, "memos-embed")
            self._model = await in_thread(pool, _load, self._folder, self._threads, pool)

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
        if len(texts) <= FEW:
            return await in_thread(model.pool, self.embed_now, texts)
        encoded = await in_thread(model.pool, _encode, model, texts)
        made = []
        for places in _batches(encoded):
            model = self._opened()  # it may be closed meanwhile
            batch = [encoded[place] for place in places]
            made.append((places, await in_thread(model.pool, _run, model, batch)))
        return _in_order(made)

    def embed_now(self, texts: Sequence[str]) -> list[Embedding]:
        """Like `embed`, in the caller's thread."""
        model = self._opened()
        encoded = _encode(model, texts)
        batches = list(_batches(encoded))
        return _in_order(
            [(batch, _run(model, [encoded[one] for one in batch])) for batch in batches]
        )

    def _opened(self) -> Model:
        if self._model is None:
            raise UsageError("the embedder is not open")
        return self._model


def _load(folder: Path | None, threads: int, pool: Threads) -> Model:
    found = files.read(folder)
    try:
        model = session(found[files.MODEL], threads)
    except Exception as error:  # its errors share no class
        raise ModelMissing(files.MODEL, f"cannot be run by onnxruntime ({error})") from error
    tokenizer = Tokenizer.from_buffer(found[files.TOKENIZER])
    tokenizer.no_padding()
    tokenizer.enable_truncation(CUT_AT)
    tokenizer.encode_special_tokens = True  # "[SEP]" in a text is text
    return Model(model, tokenizer, pool)


def _encode(model: Model, texts: Sequence[str]) -> list[Encoding]:
    check_texts(texts)
    # One by one: `encode_batch` starts threads for all processors, and warns after a fork.
    return [model.tokenizer.encode(text) for text in texts]


def _batches(texts: Sequence[Encoding]) -> Iterator[list[int]]:
    """Places of texts that are embedded together, short texts first."""
    equal = defaultdict(list)
    for place, one in enumerate(texts):
        equal[len(one.ids)].append(place)
    for length in sorted(equal):
        places = equal[length]
        yield from (places[at : at + BATCH] for at in range(0, len(places), BATCH))


def _run(model: Model, texts: Sequence[Encoding]) -> list[Embedding]:
    """Equally long texts; the marks at both ends are no tokens of theirs."""
    pieces = np.array([text.ids for text in texts])
    spans = np.array([text.offsets[1:-1] for text in texts], np.int32)
    spans = spans.reshape(len(texts), -1, 2)
    vectors, states = model.session.run(["vector", "states"], {"ids": pieces})
    inner = pieces[:, 1:-1].astype(np.int32)
    return [Embedding(*one) for one in zip(vectors, states[:, 1:-1], inner, spans, strict=True)]


def _in_order(made: Sequence[tuple[Sequence[int], Sequence[Embedding]]]) -> list[Embedding]:
    by_place = {
        place: embedding
        for places, embeddings in made
        for place, embedding in zip(places, embeddings, strict=True)
    }
    return [by_place[place] for place in range(len(by_place))]
