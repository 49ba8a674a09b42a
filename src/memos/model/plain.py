"""Turning model objects into plain data that JSON can hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from memos.model.time import Instant


def plain(value: Any) -> Any:
    """`value` as dicts, lists, strings and numbers: moments as ISO 8601, enums by value."""
    if isinstance(value, (Instant, datetime)):
        return _iso(value)
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        names += getattr(value, "SHOWN", ())
        return {name: plain(getattr(value, name)) for name in names if not name.startswith("_")}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [plain(item) for item in value]
        # A set's own order is another one in every process.
        return sorted(items, key=str) if isinstance(value, (set, frozenset)) else items
    return value


def _iso(moment: Instant | datetime) -> str:
    """A moment without a zone stays one: who reads it knows which zone was meant."""
    if isinstance(moment, datetime):
        return moment.isoformat() if moment.tzinfo is None else Instant.of(moment).iso()
    return moment.iso()


class Plain:
    """Mixin for public results: ``to_dict()`` gives their fields and `SHOWN` properties."""

    __slots__ = ()
    SHOWN: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, Any]:
        """This result as dicts, lists, strings and numbers, ready for JSON."""
        made: dict[str, Any] = plain(self)
        return made
