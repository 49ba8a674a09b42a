"""Keeps SDKs from writing what we ask into their logs: one puts whole prompts there, at DEBUG."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOGGERS = ("openai._base_client", "anthropic._base_client", "google_genai.models")

_ours: ContextVar[bool] = ContextVar("memos_call", default=False)


class _Hush(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        """Lets pass what an application's own calls of the same SDK log."""
        return not _ours.get()


_hush = _Hush()


def install() -> None:
    """Hushes the loggers of all SDKs; once more changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_hush)


@contextmanager
def hushed() -> Iterator[None]:
    """Marks the calls made inside as ours."""
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
