"""Other memory systems, each through its own public calls and its own hook for an embedder.

Their packages come with the extra ``bench-peers`` and are imported when a system is built. Where
a peer has a choice, it gets what serves it best here: cosine, one collection for each case, no
score below which hits are dropped, and texts without the speaker's name in front, which on the
project's corpus costs the vectors more recall than it brings. Their telemetry is off.
"""

from __future__ import annotations

import logging
import os
from abc import abstractmethod
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from memos.bench.systems import BATCH, DIMENSION, Embed, Entry, System


class Peer(System):
    """A system of others: its packages are in the extra."""

    modules: tuple[str, ...]

    def __init__(self, folder: Path, embed: Embed) -> None:
        """Raises ImportError unless all `modules` can be imported."""
        self._start(folder, embed, *map(import_module, self.modules))

    @abstractmethod
    def _start(self, folder: Path, embed: Embed, *modules: Any) -> None:
        """Opens the system, given its modules."""


class Mem0(Peer):
    """mem0 without a language model (``infer=False``), on FAISS.

    Its search takes stored words into account only where its vector store can search words, which
    that of FAISS cannot.
    """

    name = "mem0"
    packages = ("mem0ai", "faiss-cpu")
    modules = ("faiss", "langchain_core.embeddings", "mem0")

    def __init__(self, folder: Path, embed: Embed) -> None:
        # It reads them when it is imported, once for all cases; its own folder would be ~/.mem0.
        os.environ["MEM0_TELEMETRY"] = "False"  # noqa: TID251 - set for mem0, not read
        os.environ["MEM0_DIR"] = str(folder)  # noqa: TID251 - set for mem0, not read
        logging.getLogger("mem0").setLevel(logging.ERROR)  # it warns of the above for each case
        super().__init__(folder, embed)

    def _start(self, folder: Path, embed: Embed, *modules: Any) -> None:
        _, embeddings, mem0 = modules
        embeddings.Embeddings.register(_LangChain)
        store = {
            "path": str(folder / "faiss"),
            "collection_name": "case",
            "embedding_model_dims": DIMENSION,
            "distance_strategy": "cosine",
        }
        self._memory = mem0.Memory.from_config(
            {
                "history_db_path": str(folder / "history.db"),
                "vector_store": {"provider": "faiss", "config": store},
                "embedder": {"provider": "langchain", "config": {"model": _LangChain(embed)}},
                # It has to have one, though it is never asked.
                "llm": {"provider": "openai", "config": {"api_key": "none"}},
            }
        )

    def add(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            message = {"role": entry.fields["role"], "content": entry.text, "name": entry.speaker}
            source = {"source": entry.id}
            self._memory.add([message], user_id="case", metadata=source, infer=False)

    def search(self, query: str, limit: int) -> list[str]:
        scope = {"user_id": "case"}
        found = self._memory.search(query, filters=scope, top_k=limit, threshold=0.0)
        return [one["metadata"]["source"] for one in found["results"]]

    def close(self) -> None:
        self._memory.close()


class LangGraph(Peer):
    """LangGraph's store in memory, which keeps nothing on disk.

    Fed one by one: its `batch` refuses (4.3.2 of the checkpoint package) when a text occurs twice.
    """

    name = "LangGraph"
    packages = ("langgraph", "langgraph-checkpoint")
    modules = ("langgraph.store.memory",)

    def _start(self, folder: Path, embed: Embed, *modules: Any) -> None:  # noqa: ARG002
        (memory,) = modules
        index = {"dims": DIMENSION, "embed": embed, "fields": ["text"]}
        self._store = memory.InMemoryStore(index=index)

    def add(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._store.put(("case",), entry.id, {"text": entry.text})

    def search(self, query: str, limit: int) -> list[str]:
        return [item.key for item in self._store.search(("case",), query=query, limit=limit)]


class Chroma(Peer):
    """Chroma on a folder."""

    name = "Chroma"
    packages = ("chromadb",)
    modules = ("chromadb",)

    def _start(self, folder: Path, embed: Embed, *modules: Any) -> None:
        (chromadb,) = modules
        settings = chromadb.Settings(anonymized_telemetry=False)
        client = chromadb.PersistentClient(path=str(folder), settings=settings)
        self._collection = client.create_collection(
            "case",
            embedding_function=_chroma_function(chromadb.EmbeddingFunction, embed),
            configuration={"hnsw": {"space": "cosine"}},
        )

    def add(self, entries: Sequence[Entry]) -> None:
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            self._collection.add(ids=[one.id for one in batch], documents=[o.text for o in batch])

    def search(self, query: str, limit: int) -> list[str]:
        found: list[str] = self._collection.query(query_texts=[query], n_results=limit)["ids"][0]
        return found


class _LangChain:
    """`embed` as LangChain has embedders."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embed(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._embed([text])[0]


def _chroma_function(base: type[Any], embed: Embed) -> Any:
    """`embed` as Chroma has embedders; a class made here, because its base may be missing."""
    members = {
        "__init__": lambda _: None,
        "__call__": lambda self, input: embed(input),  # noqa: A006, ARG005 - names it checks
        "name": staticmethod(lambda: "memos"),
        "get_config": lambda _: {},
        "build_from_config": staticmethod(lambda _: _chroma_function(base, embed)),
    }
    return type("ChromaFunction", (base,), members)()


PEERS: tuple[type[Peer], ...] = (Mem0, LangGraph, Chroma)
EXTRA = "bench-peers"
