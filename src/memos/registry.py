"""Backends by name: role -> name -> class path, and the extra that brings its package.

Loaded only when asked for. A backend's constructor names what it needs, out of:
``url`` (as configured), ``database`` (the home's SQLite), ``segments`` (of its cubes, in
memory), ``root`` (a folder of its own), ``model_folder`` (for the default embedder),
``clock``, ``zone`` (the time zone), ``inline`` and ``followers`` (projections, for records),
``outbox``, ``audit_log``, ``key`` (a `Secret`, for servers), ``chat_model``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from memos.errors import InvalidInput, MissingDependency

BACKENDS: dict[str, dict[str, str]] = {
    "database": {
        "sqlite": "memos.storage.sqlite.database:Database",
    },
    "segments": {
        "sqlite": "memos.storage.segments.cache:Segments",
    },
    "records": {
        "sqlite": "memos.storage.records.sqlite:SqliteRecords",
        "memory": "memos.storage.records.memory:MemoryRecords",
    },
    "text": {
        "sqlite": "memos.storage.text.sqlite:SqliteText",
        "memory": "memos.storage.text.memory:MemoryText",
    },
    "graph": {
        "sqlite": "memos.storage.graphs.sqlite:SqliteGraph",
        "memory": "memos.storage.graphs.memory:MemoryGraph",
    },
    "vectors": {
        "sqlite": "memos.storage.vectors.sqlite:SqliteVectors",
        "memory": "memos.storage.vectors.memory:MemoryVectors",
    },
    "hot": {
        "sqlite": "memos.storage.hot.sqlite:SqliteHot",
        "memory": "memos.storage.hot.memory:MemoryHot",
    },
    "blobs": {
        "folder": "memos.storage.blobs.folder:FolderBlobs",
        "sqlite": "memos.storage.blobs.sqlite:SqliteBlobs",
        "memory": "memos.storage.blobs.memory:MemoryBlobs",
    },
    "embedder": {
        "minilm": "memos.providers.embedding.onnx:OnnxEmbedder",
        "hashing": "memos.providers.embedding.hashing:HashingEmbedder",
        "openai": "memos.providers.embedding.openai:OpenAIEmbedder",
        "sentence-transformers": (
            "memos.providers.embedding.sentence_transformers:SentenceTransformersEmbedder"
        ),
    },
    "reranker": {
        "rerank": "memos.providers.rerank.http:HttpReranker",
        "onnx": "memos.providers.rerank.onnx:OnnxReranker",
        "chat": "memos.providers.rerank.chat:ChatReranker",
    },
    "chat_model": {
        "openai": "memos.providers.chat.pydantic_ai:PydanticAIChat",
        "anthropic": "memos.providers.chat.pydantic_ai:PydanticAIChat",
        "google": "memos.providers.chat.pydantic_ai:PydanticAIChat",
        "ollama": "memos.providers.chat.pydantic_ai:PydanticAIChat",
        "vllm": "memos.providers.chat.pydantic_ai:PydanticAIChat",
    },
    "extractor": {
        "chat": "memos.providers.extraction.chat:ChatExtractor",
    },
    "job_book": {
        "sqlite": "memos.storage.queues.job_book_sqlite:SqliteJobBook",
        "memory": "memos.storage.queues.job_book_memory:MemoryJobBook",
    },
    "work_log": {
        "sqlite": "memos.storage.queues.work_log_sqlite:SqliteWorkLog",
        "memory": "memos.storage.queues.work_log_memory:MemoryWorkLog",
    },
    "audit_log": {
        "sqlite": "memos.storage.identity.audit_sqlite:SqliteAuditLog",
        "memory": "memos.storage.identity.audit_memory:MemoryAuditLog",
    },
    "keyring": {
        "sqlite": "memos.storage.identity.keyring_sqlite:SqliteKeyring",
        "memory": "memos.storage.identity.keyring_memory:MemoryKeyring",
    },
    "outbox": {
        "sqlite": "memos.storage.queues.sqlite:SqliteOutbox",
        "memory": "memos.storage.queues.memory:MemoryOutbox",
    },
    "queue": {
        "redis": "memos.storage.queues.redis:RedisRunQueue",
        "rediss": "memos.storage.queues.redis:RedisRunQueue",
        "memory": "memos.storage.queues.memory_queue:MemoryRunQueue",
    },
}

EXTRAS: dict[str, str] = {
    "openai": "http",
    "redis": "redis",
    "rediss": "redis",
    "rerank": "http",
    "sentence-transformers": "sentence-transformers",
}
"""Backend name -> extra, for the ones whose packages the core does not bring."""


def scheme(url: str) -> str:
    """The backend's name in a setting: ``sqlite`` or ``redis://host`` -> ``redis``."""
    return url.partition(":")[0]


def load(role: str, url: str) -> type[Any]:
    """The class that serves `role`; raises InvalidInput, or MissingDependency."""
    name = scheme(url)
    path = BACKENDS[role].get(name)
    if path is None:
        raise InvalidInput(role, f"the backend {name!r}", ", ".join(BACKENDS[role]))
    module, _, attribute = path.partition(":")
    try:
        found: type[Any] = getattr(import_module(module), attribute)
    except ImportError as error:
        if name in EXTRAS:
            raise MissingDependency(name, EXTRAS[name]) from error
        raise
    return found


def build(role: str, url: str, needs: Mapping[str, Callable[[], Any]]) -> Any:
    """An instance for `role`; only what its constructor names is made."""
    backend = load(role, url)
    named = inspect.signature(backend).parameters
    return backend(**{name: make() for name, make in needs.items() if name in named})
