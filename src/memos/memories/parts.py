"""Parts: the backends of one system, built by name, opened and closed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memos import registry
from memos.contracts.audit_log import AuditLog
from memos.contracts.blobs import BlobStore
from memos.contracts.chat_model import ChatModel
from memos.contracts.embedder import Embedder
from memos.contracts.extractor import Extractor
from memos.contracts.graph import GraphIndex
from memos.contracts.hot import HotSet
from memos.contracts.job_book import JobBook
from memos.contracts.keyring import Keyring
from memos.contracts.outbox import Outbox
from memos.contracts.part import Part
from memos.contracts.projection import Projection
from memos.contracts.records import Records
from memos.contracts.reranker import Reranker
from memos.contracts.run_queue import RunQueue
from memos.contracts.text import TextIndex
from memos.contracts.vectors import VectorIndex
from memos.contracts.work_log import WorkLog
from memos.errors import InvalidInput
from memos.memories.lazy import LazyChatModel, LazyEmbedder, LazyExtractor, LazyReranker
from memos.model.ids import IdSource, uuid7
from memos.model.time import Clock, SystemClock
from memos.settings import Settings

DATABASE = "memos.db"
OUTBOX = "outbox"  # in place of a run-queue: workers look into the outbox themselves
NONE = "none"  # in place of a model that is not wanted
CHAT = "chat"  # the reranker and the extractor that ask the chat model


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the memory types stand on."""

    records: Records
    text: TextIndex
    graph: GraphIndex
    hot: HotSet
    blobs: BlobStore
    outbox: Outbox
    job_book: JobBook
    work_log: WorkLog
    audit_log: AuditLog
    keyring: Keyring
    clock: Clock
    ids: IdSource
    run_queue: RunQueue | None = None
    vectors: VectorIndex | None = None
    embedder: Embedder | None = None
    reranker: Reranker | None = None
    chat_model: ChatModel | None = None
    extractor: Extractor | None = None

    @property
    def projections(self) -> tuple[Projection, ...]:
        """The indexes that are derived from the records."""
        found: tuple[Projection | None, ...] = (self.text, self.graph, self.vectors)
        return tuple(one for one in found if one is not None)

    @property
    def followers(self) -> tuple[Projection, ...]:
        """Projections that are not written together with the records."""
        return tuple(one for one in self.projections if not one.inline)

    @property
    def needs_loop(self) -> bool:
        """Whether any store can only be awaited on an event loop; no write waits for a model."""
        return any(part.needs_loop for part in self._stores())

    async def open(self) -> None:
        """Opens all stores, or none; models open themselves when they are asked."""
        opened: list[Part] = []
        try:
            for part in self._stores():
                await part.open()
                opened.append(part)
        except BaseException:
            for part in reversed(opened):
                await part.close()
            raise

    async def close(self) -> None:
        """Closes all stores, the records last, and the models."""
        for store in reversed(self._stores()):
            await store.close()
        for model in (self.embedder, self.reranker, self.chat_model, self.extractor):
            if model is not None:
                await model.close()

    def _stores(self) -> Sequence[Part]:
        found = (
            self.records, self.text, self.graph, self.vectors, self.hot, self.blobs, self.outbox,
            self.job_book, self.work_log, self.audit_log, self.keyring, self.run_queue,
        )  # fmt: skip
        return tuple(one for one in found if one is not None)


def build(settings: Settings, clock: Clock | None = None, ids: IdSource | None = None) -> Parts:
    """The parts that `settings` name. Nothing is opened and no file is touched yet."""
    _check_family(settings)
    timer = clock or SystemClock()
    database = registry.load("database", "sqlite")(settings.folder / DATABASE, settings.sync)
    needs: dict[str, Callable[[], Any]] = {"database": lambda: database, "clock": lambda: timer}
    outbox = registry.build("outbox", settings.outbox, needs)
    segments = registry.load("segments", "sqlite")(database, settings.index_memory << 20)
    needs["segments"] = lambda: segments
    text = registry.build("text", settings.text, needs)
    graph = registry.build("graph", settings.graph, needs)
    vectors = registry.build("vectors", settings.vectors, needs)
    projections = (text, graph, vectors)
    records = registry.build(
        "records",
        settings.records,
        {
            **needs,
            "inline": lambda: [one for one in projections if one.inline],
            "followers": lambda: [one.name for one in projections if not one.inline],
            "outbox": lambda: outbox,
        },
    )
    audit_log = registry.build("audit_log", settings.records, needs)
    needs["audit_log"] = lambda: audit_log
    root = {"root": lambda: settings.folder / "blobs"}
    chat_model = _chat_model(settings, needs)
    return Parts(
        records=records,
        text=text,
        graph=graph,
        hot=registry.build("hot", settings.hot, needs),
        blobs=registry.build("blobs", settings.blobs, {**needs, **root}),
        outbox=outbox,
        job_book=registry.build("job_book", settings.records, needs),
        work_log=registry.build("work_log", settings.records, needs),
        audit_log=audit_log,
        keyring=registry.build("keyring", settings.records, needs),
        clock=timer,
        ids=ids or uuid7,
        run_queue=_run_queue(settings, needs),
        vectors=vectors,
        embedder=_embedder(settings, needs),
        reranker=_reranker(settings, needs, chat_model),
        chat_model=chat_model,
        extractor=_extractor(settings, needs, chat_model),
    )


def _run_queue(settings: Settings, needs: Mapping[str, Callable[[], Any]]) -> RunQueue | None:
    if settings.queue == OUTBOX:
        return None
    more = {"url": lambda: settings.queue, "key": lambda: settings.queue_key}
    found: RunQueue = registry.build("queue", settings.queue, {**needs, **more})
    return found


def _embedder(settings: Settings, needs: Mapping[str, Callable[[], Any]]) -> Embedder | None:
    if settings.embedder == NONE:
        return None
    more = {
        "url": lambda: settings.embedder,
        "key": lambda: settings.embedder_key,
        "model_folder": lambda: settings.model_folder,
    }
    return LazyEmbedder(registry.build("embedder", settings.embedder, {**needs, **more}))


def _chat_model(settings: Settings, needs: Mapping[str, Callable[[], Any]]) -> ChatModel | None:
    if settings.chat_model == NONE:
        return None
    more = {"url": lambda: settings.chat_model, "key": lambda: settings.chat_model_key}
    return LazyChatModel(registry.build("chat_model", settings.chat_model, {**needs, **more}))


def _reranker(
    settings: Settings, needs: Mapping[str, Callable[[], Any]], chat_model: ChatModel | None
) -> Reranker | None:
    if settings.reranker == NONE:
        return None
    if settings.reranker == CHAT and chat_model is None:
        raise InvalidInput("reranker", "'chat' without a chat model", "a chat_model beside it")
    more = {
        "url": lambda: settings.reranker,
        "key": lambda: settings.reranker_key,
        "chat_model": lambda: chat_model,
    }
    return LazyReranker(registry.build("reranker", settings.reranker, {**needs, **more}))


def _extractor(
    settings: Settings, needs: Mapping[str, Callable[[], Any]], chat_model: ChatModel | None
) -> Extractor | None:
    if chat_model is None:
        return None
    more = {"chat_model": lambda: chat_model, "zone": lambda: settings.zone}
    return LazyExtractor(registry.build("extractor", CHAT, {**needs, **more}))


def _check_family(settings: Settings) -> None:
    """Indexes and outbox read what records of their own family keep: a table, or this process."""
    registry.load("records", settings.records)  # an unknown one is what is wrong first
    for role in ("text", "graph", "vectors", "outbox"):
        named = getattr(settings, role)
        if named != settings.records:
            raise InvalidInput(role, repr(named), f"{settings.records!r}, like the records")
