"""onnxruntime as memos uses it: on few threads, quiet, and beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TypeVar

import onnxruntime

T = TypeVar("T")


def session(model: Path, threads: int = 1) -> Any:  # noqa: ANN401  (onnxruntime ships no types)
    """A model, ready to run; whatever onnxruntime finds wrong with it is raised.

    Read by its path, because large ones keep their weights in files beside it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    options.enable_mem_pattern = False  # it plans for one shape, and every batch has another
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    onnxruntime.disable_telemetry_events()  # on by default on Windows
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


async def in_thread(pool: Executor, work: Callable[..., T], *given: object) -> T:
    """Runs `work` in the pool, or here where no loop would be held up."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return work(*given)
    return await loop.run_in_executor(pool, work, *given)
