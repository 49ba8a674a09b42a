"""onnxruntime as memos uses it: quiet, on few threads, and not before it is needed."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import Any

NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"


@cache
def onnxruntime() -> Any:
    """The package, imported at the first call.

    From 1.29 on, importing it starts a thread that reports to its makers, unless a variable
    says no at that moment; a process forked from one with that thread hangs when it exits. If
    somebody has imported it before, it can only be told to keep quiet from now on.
    """
    before = os.environ.get(NO_TELEMETRY)
    os.environ[NO_TELEMETRY] = "1"
    try:
        found = import_module("onnxruntime")
    finally:
        del os.environ[NO_TELEMETRY]
        if before is not None:
            os.environ[NO_TELEMETRY] = before
    found.disable_telemetry_events()
    return found


def session(model: bytes | str, threads: int = 1) -> Any:
    """A model, from its bytes or its path, ready to run on the processor.

    Large models have to be given by path, because they keep weights in files beside it.
    Whatever onnxruntime finds wrong with a model is raised as it is.
    """
    options = onnxruntime().SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    options.enable_mem_pattern = False  # it plans for one shape, and every batch has another
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime().InferenceSession(model, options, providers=["CPUExecutionProvider"])
