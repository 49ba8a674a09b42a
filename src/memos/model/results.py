"""Small answers of the public API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from memos.model.plain import Plain
from memos.model.task import Backlog


@dataclass(frozen=True, slots=True)
class Forgotten(Plain):
    """What a `forget` did. `tainted` memories derive from it and are no longer recalled."""

    memory_ids: tuple[str, ...]
    message_ids: tuple[str, ...]
    tainted: tuple[str, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class Statistics(Plain):
    """How much a tenant has stored, and what work waits in its outbox."""

    counts: Mapping[str, int]
    backlog: Backlog
