"""Reading model objects back from plain data: what `memos.model.plain` wrote, strictly.

Understood are scalars, enumerations, moments, dataclasses, tuples, lists and sets of one type,
mappings with strings as keys, and each of them or None.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from memos.errors import InvalidInput
from memos.model.checks import shape, shown
from memos.model.time import Instant, parse_iso

T = TypeVar("T")

MOST = 100_000  # entries of a list or mapping: more than any result holds


def read(kind: type[T], value: object, field: str) -> T:
    """The `kind`, a dataclass, that `value` stands for.

    It has the fields of `kind`, all of them and no others, and of their types. Raises
    InvalidInput that names the path below `field`.
    """
    made: T = _object(kind, value, field)
    return made


def read_as(hint: Any, value: object, field: str) -> Any:  # noqa: ANN401 - any type's value
    """Like `read`, for any type that is understood, lists too."""
    return _value(hint, value, field)


def _object(kind: Any, value: object, field: str) -> Any:  # noqa: ANN401 - any dataclass
    found = _mapping(value, field, "an object as `to_dict` gives it")
    hints: dict[str, Any] = _hints(kind)
    for name in found:
        if name not in hints and name not in getattr(kind, "SHOWN", ()):
            allowed = ", ".join(hints)
            raise InvalidInput(f"{field}.{shown(name)}", "an unknown field", allowed)
    for name in hints:
        if name not in found:
            raise InvalidInput(f"{field}.{name}", "nothing", "a value")
    return kind(
        **{name: _value(hint, found[name], f"{field}.{name}") for name, hint in hints.items()}
    )


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _value(hint: Any, value: object, field: str) -> Any:  # noqa: ANN401 - any type's value
    if hint in (Any, object):
        return value
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        rest = next(one for one in inner if one is not type(None))
        return None if value is None else _value(rest, value, field)
    if origin in (tuple, list, frozenset):
        return origin(_items(inner[0], value, field))
    if origin is not None:
        return _entries(inner[1], value, field)
    return _object(hint, value, field) if is_dataclass(hint) else _scalar(hint, value, field)


def _entries(hint: Any, value: object, field: str) -> dict[str, Any]:  # noqa: ANN401 - a type
    found = _mapping(value, field, "an object")
    return {key: _value(hint, item, f"{field}.{shown(key)}") for key, item in found.items()}


def _items(hint: Any, value: object, field: str) -> tuple[Any, ...]:  # noqa: ANN401 - a type
    if not isinstance(value, (list, tuple)) or len(value) > MOST:
        raise InvalidInput(field, shape(value), f"a list of at most {MOST}")
    return tuple(_value(hint, item, f"{field}[{at}]") for at, item in enumerate(value))


def _mapping(value: object, field: str, allowed: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or len(value) > MOST:
        raise InvalidInput(field, shape(value), allowed)
    for key in value:
        if not isinstance(key, str):
            raise InvalidInput(field, f"a key that is {shape(key)}", "strings as keys")
    return value


def _scalar(hint: Any, value: object, field: str) -> Any:  # noqa: ANN401 - any type's value
    if hint is Instant:
        return _moment(value, field)
    if issubclass(hint, Enum):
        for member in hint:
            if value == member.value and type(value) is type(member.value):
                return member
        allowed = ", ".join(str(member.value) for member in hint)
        raise InvalidInput(field, shape(value), allowed)
    if hint is float and type(value) is int and abs(value) < 2**53:
        return float(value)
    if type(value) is not hint or (hint is float and not isfinite(value)):  # type: ignore[arg-type]
        raise InvalidInput(field, shape(value), _ALLOWED[hint])
    return value


def _moment(value: object, field: str) -> Instant:
    try:
        if isinstance(value, str):
            return parse_iso(value)
    except ValueError as error:
        raise InvalidInput(field, shape(value), "an ISO 8601 date and time") from error
    raise InvalidInput(field, shape(value), "an ISO 8601 date and time")


_ALLOWED = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
