"""How fast texts are taken in, embedding included, beside the embedder alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import islice
from tempfile import TemporaryDirectory
from typing import Any

from memos import registry
from memos.bench.homes import BATCH, user
from memos.bench.texts import texts
from memos.settings import Settings
from memos.sync import MemOS


def ingestion(count: int) -> dict[str, Any]:
    """Texts a second until all is embedded, beside the embedder alone before and after.

    Both get them in batches of `BATCH`, and never the same text twice.
    """
    made = texts(seed=2)
    before = asyncio.run(_bare(list(islice(made, count))))
    mine = list(islice(made, count))
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, MemOS(folder) as memos:
        memos.add_message("warm", role="user", content="hello")
        memos.drain()
        began, spent = time.perf_counter(), time.process_time()
        for batch in _batches(mine):
            memos.add_messages(user(0), [{"role": "user", "content": one} for one in batch])
        memos.drain()
        rate = count / (time.perf_counter() - began)
        cpu = (time.process_time() - spent) * 1000 / count
    after = asyncio.run(_bare(list(islice(made, count))))
    bare = (before["rate"] + after["rate"]) / 2
    return {
        "texts": count,
        "texts_per_s": round(rate, 1),
        "bare_embedder_texts_per_s": round(bare, 1),
        "share_of_bare_embedder": round(rate / bare, 3),
        "cpu_ms_a_text": round(cpu, 2),
        "bare_embedder_cpu_ms_a_text": round((before["cpu"] + after["cpu"]) / 2, 2),
    }


async def _bare(mine: list[str]) -> dict[str, float]:
    """The set embedder alone: texts a second, CPU ms a text."""
    settings = Settings.load()
    needs = {
        "url": lambda: settings.embedder,
        "model_folder": lambda: settings.model_folder,
        "key": lambda: settings.embedder_key,
    }
    embedder = registry.build("embedder", settings.embedder, needs)
    await embedder.open()
    try:
        await embedder.embed(["hello"])
        began, spent = time.perf_counter(), time.process_time()
        for batch in _batches(mine):
            await embedder.embed(batch)
        took, cpu = time.perf_counter() - began, time.process_time() - spent
    finally:
        await embedder.close()
    return {"rate": len(mine) / took, "cpu": cpu * 1000 / len(mine)}


def _batches(mine: list[str]) -> Iterator[list[str]]:
    return (mine[at : at + BATCH] for at in range(0, len(mine), BATCH))
