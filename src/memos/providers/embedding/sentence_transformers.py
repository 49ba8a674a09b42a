"""Embedder through the package sentence-transformers: any model that it can load.

The package brings torch, and so is no part of our CI: this file was written against the
source of its release 6.2.0 and runs in the tests with a stand-in for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from memos.contracts.embedder import Embedder, Embedding, check_texts
from memos.contracts.vectors import Generation
from memos.errors import BadAnswer, InvalidInput, MissingDependency, ProviderError, UsageError
from memos.providers.runtime import in_thread
from memos.threads import Threads

NAME = "sentence-transformers"
FORM = f"{NAME}:FOLDER, or a model's NAME that is on this machine"
BATCH = 32  # texts, the package's own default
CUT_AT = 512  # model tokens, where the model does not say


class SentenceTransformersEmbedder(Embedder):
    """Gives vectors only, no tokens. Nothing is downloaded: the model has to be here.

    `generation` and `cut_at` are the model's, and so are known when it is open.
    """

    needs_loop = False

    def __init__(self, url: str) -> None:
        self._place = url.partition(":")[2]
        if not self._place:
            raise InvalidInput("embedder", f"{NAME} without a model", FORM)
        self._model: Any = None
        self._pool: Threads | None = None

    async def open(self) -> None:
        if self._model is not None:
            return
        # One thread: torch spreads a batch over the processors by itself.
        pool = Threads(1, "memos-embed")
        try:
            model = await in_thread(pool, _load, self._place)
        except BaseException:
            pool.shutdown(wait=False)
            raise
        await self.close()  # another call may have been faster
        self.generation = Generation(f"{NAME}/{self._place}", model.get_embedding_dimension())
        self.cut_at = model.max_seq_length or CUT_AT
        self._model, self._pool = model, pool

    async def close(self) -> None:
        pool, self._pool, self._model = self._pool, None, None
        if pool is not None:
            pool.shutdown(wait=False)  # what runs may finish

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        check_texts(texts)
        if self._model is None or self._pool is None:
            raise UsageError("embedder is not open")
        if not texts:
            return []
        encode = self._model.encode_query if query else self._model.encode_document
        found = await in_thread(self._pool, _run, encode, list(texts))
        if found.shape != (len(texts), self.generation.dimension) or not np.isfinite(found).all():
            wanted = (len(texts), self.generation.dimension)
            raise BadAnswer(f"embedder: the model gave vectors of {found.shape}; wanted: {wanted}")
        return [Embedding(vector) for vector in found]


def _load(place: str) -> Any:  # noqa: ANN401  (the package is not there to be checked against)
    try:
        package = import_module("sentence_transformers")
    except ImportError as error:
        raise MissingDependency(NAME, NAME) from error
    try:
        model = package.SentenceTransformer(place, local_files_only=True)
    except Exception as error:  # its errors and those of what it stands on share no class
        said = f"embedder: the model {place!r} cannot be loaded ({type(error).__name__})"
        raise ProviderError(f"{said}; allowed: {FORM}") from error
    if not model.get_embedding_dimension():
        raise ProviderError(f"embedder: the model {place!r} does not tell its dimension")
    return model


def _run(encode: Any, texts: list[str]) -> Any:  # noqa: ANN401  (as above)
    vectors = encode(
        texts,
        batch_size=BATCH,
        normalize_embeddings=True,
        convert_to_numpy=True,
        show_progress_bar=False,
    )
    return np.asarray(vectors, np.float32)
