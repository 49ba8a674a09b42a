"""Filters over memories: a small, closed language with one meaning on every backend.

Grammar: ``{"AND": [f, ...]}``, ``{"OR": [f, ...]}``, ``{"NOT": f}`` (or a list, meaning
none of them), and ``{field: condition}`` where several fields in one mapping mean AND.
A condition is a plain value (equality) or ``{operator: value, ...}``. Fields are those
of `FIELDS` and ``metadata.NAME``. A field that is missing satisfies only ``ne``, ``nin``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from enum import Enum
from typing import Any

from memos.errors import InvalidInput
from memos.model.checks import shown
from memos.model.memory import Memory
from memos.model.time import Instant, parse_iso

MAX_DEPTH = 8
MAX_CONDITIONS = 64
MAX_VALUES = 1_000  # of one `in` or `nin`: each is compared with each memory
TIMES = frozenset({"said_at", "recorded_at", "valid_from", "valid_to"})
FIELDS = TIMES | frozenset(
    {
        "kind", "conversation_id", "role", "name", "user_id", "agent_id", "app_id", "cube_id",
        "labels", "importance", "trust", "version", "content", "id",
    }
)  # fmt: skip
METADATA = "metadata."

Predicate = Callable[[Memory], bool]


@dataclass(slots=True)
class Budget:
    """What is left of the conditions that a filter may have, and how to read its times."""

    conditions: int
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Filter:
    """A checked filter: call it with a memory."""

    source: Mapping[str, Any]
    _predicate: Predicate

    def __call__(self, memory: Memory) -> bool:
        """Whether the memory passes."""
        return self._predicate(memory)

    def __repr__(self) -> str:
        return f"Filter({dict(self.source)!r})"


def parse_filter(source: object, zone: tzinfo = timezone.utc) -> Filter:
    """Checks `source` and compiles it; raises InvalidInput naming the path that is wrong.

    Times without an offset are read in `zone`.
    """
    budget = Budget(MAX_CONDITIONS, zone)
    if not isinstance(source, Mapping):
        raise InvalidInput("filter", f"a {type(source).__name__}", "a mapping")
    return Filter(dict(source), _compile(source, "filter", MAX_DEPTH, budget))


def _compile(source: object, path: str, depth: int, budget: Budget) -> Predicate:
    if depth == 0:
        raise InvalidInput(path, "deeper nesting", f"at most {MAX_DEPTH} levels")
    if not isinstance(source, Mapping) or not source:
        raise InvalidInput(path, _shape(source), "a mapping with at least one entry")
    parts = [_entry(key, value, path, depth, budget) for key, value in source.items()]
    return parts[0] if len(parts) == 1 else _every(parts)


def _entry(key: object, value: object, path: str, depth: int, budget: Budget) -> Predicate:
    if not isinstance(key, str):
        raise InvalidInput(path, f"a key that is a {type(key).__name__}", "strings as keys")
    here = f"{path}.{shown(key)}"
    word = key.upper()
    if word in ("AND", "OR"):
        parts = _branches(value, here, depth, budget)
        return _every(parts) if word == "AND" else _some(parts)
    if word == "NOT":
        parts = _branches(value if isinstance(value, list) else [value], here, depth, budget)
        any_of = _some(parts)
        return lambda memory: not any_of(memory)
    if key not in FIELDS and not (key.startswith(METADATA) and len(key) > len(METADATA)):
        raise InvalidInput(here, "an unknown field", f"{', '.join(sorted(FIELDS))}, metadata.NAME")
    conditions = value if isinstance(value, Mapping) else {"eq": value}
    if not conditions:
        raise InvalidInput(here, "no condition", f"a value or {{{'|'.join(OPERATORS)}: value}}")
    parts = [_condition(key, name, operand, here, budget) for name, operand in conditions.items()]
    return parts[0] if len(parts) == 1 else _every(parts)


def _branches(value: object, path: str, depth: int, budget: Budget) -> list[Predicate]:
    if not isinstance(value, list) or not value:
        raise InvalidInput(path, _shape(value), "a list with at least one filter")
    return [_compile(item, f"{path}[{n}]", depth - 1, budget) for n, item in enumerate(value)]


def _condition(field: str, name: object, operand: Any, path: str, budget: Budget) -> Predicate:
    budget.conditions -= 1
    if budget.conditions < 0:
        raise InvalidInput(path, "more conditions", f"at most {MAX_CONDITIONS}")
    if name not in OPERATORS:
        raise InvalidInput(path, f"the operator {shown(name)}", ", ".join(OPERATORS))
    many = name in ("in", "nin")
    if many and (not isinstance(operand, list) or len(operand) > MAX_VALUES):
        raise InvalidInput(
            f"{path}.{name}", _shape(operand), f"a list of at most {MAX_VALUES} values"
        )
    items = [
        _operand(field, item, f"{path}.{name}", budget.zone)
        for item in (operand if many else [operand])
    ]
    wanted = items if many else items[0]
    test, if_missing = OPERATORS[str(name)]

    def holds(memory: Memory) -> bool:
        value = _read(memory, field)
        return if_missing if value is None else test(value, wanted)

    return holds


def _operand(field: str, value: Any, path: str, zone: tzinfo) -> Any:
    if field in TIMES:
        return _moment(value, path, zone)
    if not isinstance(value, (str, int, float, bool)):
        raise InvalidInput(path, _shape(value), "a string, number or boolean")
    return value


def _moment(value: object, path: str, zone: tzinfo) -> int:
    if isinstance(value, Instant):
        return value
    if not isinstance(value, (str, datetime)):
        raise InvalidInput(path, _shape(value), "an ISO 8601 string or a datetime")
    try:
        return Instant.of(value, zone) if isinstance(value, datetime) else parse_iso(value, zone)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(path, f"{value!r:.60}", "an ISO 8601 date or time") from error


def _read(memory: Memory, field: str) -> Any:
    if field.startswith(METADATA):
        return memory.metadata.get(field[len(METADATA) :])
    value = getattr(memory, field)
    return value.value if isinstance(value, Enum) else value


def _every(parts: list[Predicate]) -> Predicate:
    return lambda memory: all(part(memory) for part in parts)


def _some(parts: list[Predicate]) -> Predicate:
    return lambda memory: any(part(memory) for part in parts)


def _comparable(value: Any, wanted: Any) -> bool:
    numbers = (int, float)
    return (isinstance(value, numbers) and isinstance(wanted, numbers)) or (
        isinstance(value, str) and isinstance(wanted, str)
    )


def _equal(value: Any, wanted: Any) -> bool:
    """Equality of one type: True is not 1, and a list equals when it holds the value."""
    if isinstance(value, (list, tuple)):
        return any(_equal(item, wanted) for item in value)
    if isinstance(value, bool) != isinstance(wanted, bool):
        return False
    return bool(value == wanted)


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    return _equal(value, wanted)


def _icontains(value: Any, wanted: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_icontains(item, wanted) for item in value)
    return (
        isinstance(value, str) and isinstance(wanted, str) and wanted.casefold() in value.casefold()
    )


def _shape(value: object) -> str:
    sized = f" of {len(value)}" if isinstance(value, (str, list, Mapping)) else ""
    return f"a {type(value).__name__}{sized}"


OPERATORS: dict[str, tuple[Callable[[Any, Any], bool], bool]] = {
    # name: (test, what a missing field gives)
    "eq": (_equal, False),
    "ne": (lambda value, wanted: not _equal(value, wanted), True),
    "gt": (lambda value, wanted: _comparable(value, wanted) and value > wanted, False),
    "gte": (lambda value, wanted: _comparable(value, wanted) and value >= wanted, False),
    "lt": (lambda value, wanted: _comparable(value, wanted) and value < wanted, False),
    "lte": (lambda value, wanted: _comparable(value, wanted) and value <= wanted, False),
    "in": (lambda value, wanted: any(_equal(value, item) for item in wanted), False),
    "nin": (lambda value, wanted: not any(_equal(value, item) for item in wanted), True),
    "contains": (_contains, False),
    "icontains": (_icontains, False),
}
