"""Checks at the edge: what callers give becomes values of the model, or InvalidInput.

An error names the field, the shape of what came and what is allowed; never the content.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from enum import Enum
from typing import Any, TypeVar

from memos.errors import InvalidInput
from memos.model.time import EARLIEST, LATEST, Instant, parse_iso

E = TypeVar("E", bound=Enum)

DEPTH = 8  # levels of nested metadata
LONGEST_WAIT = 31_536_000  # seconds in a year
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FORBIDDEN_IN_IDS = ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")


def shape(value: object) -> str:
    """How a value looks without saying what it holds."""
    if value is None:
        return "None"
    kind = type(value).__name__
    if isinstance(value, (str, bytes, list, tuple, dict)):
        return f"a {kind} of length {len(value)}"
    return f"a {kind}"


def shown(key: object) -> str:
    """A key of a mapping, short and printable, for the path of an error."""
    if not isinstance(key, str):
        return f"({shape(key)})"
    return key[:40].encode("utf-8", "backslashreplace").decode("utf-8")


def check_id(field: str, value: object, longest: int) -> str:
    """An id: 1 to `longest` characters, NFC, no control or hidden ones, no outer spaces."""
    allowed = f"a string of 1 to {longest} characters"
    if not isinstance(value, str) or not value or len(value) > longest:
        raise InvalidInput(field, shape(value), allowed)
    if value.isascii() and value.isprintable() and value[0] != " " and value[-1] != " ":
        return value
    if value != value.strip():
        raise InvalidInput(field, "spaces at an end", allowed)
    if any(unicodedata.category(mark) in _FORBIDDEN_IN_IDS for mark in value):
        raise InvalidInput(field, "control, hidden or unpaired characters", "visible characters")
    if not unicodedata.is_normalized("NFC", value):
        raise InvalidInput(field, "a string that is not in NFC", "Unicode normal form C")
    return value


def optional_id(field: str, value: object, longest: int) -> str | None:
    """`check_id`, where None is allowed."""
    return None if value is None else check_id(field, value, longest)


def optional_uuid(field: str, value: object) -> str | None:
    """An id that memos gave: a UUID in its canonical form, or None."""
    if value is None or (isinstance(value, str) and _UUID.fullmatch(value)):
        return value
    raise InvalidInput(field, shape(value), "the id of a memory, a UUID in lower case")


def check_text(field: str, value: object, longest: int) -> str:
    """A text: something besides white space, at most `longest` characters, real ones."""
    allowed = f"a string of 1 to {longest} characters that is not blank"
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise InvalidInput(field, shape(value), allowed)
    if "\0" in value:
        raise InvalidInput(field, "a NUL character", "text without NUL")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InvalidInput(field, "an unpaired surrogate", "valid Unicode") from error
    return value


def check_instant(field: str, value: object, zone: tzinfo) -> Instant | None:
    """A moment: datetime, ISO 8601 string or Instant; naive ones are read in `zone`."""
    if value is None:
        return None
    allowed = "a datetime or an ISO 8601 string, in the years 1 to 9999"
    if isinstance(value, Instant):
        if EARLIEST <= value <= LATEST:
            return value
        raise InvalidInput(field, "an Instant out of range", allowed)
    try:
        if isinstance(value, datetime):
            return Instant.of(value, zone)
        if isinstance(value, str):
            return parse_iso(value, zone)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(field, f"{str(value)[:40]!r}", allowed) from error
    raise InvalidInput(field, shape(value), allowed)


def check_int(field: str, value: object, low: int, high: int) -> int:
    """A whole number from `low` to `high`; True is not one."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        small = isinstance(value, int) and value.bit_length() < 64
        got = str(value) if small else shape(value)
        raise InvalidInput(field, got, f"a whole number from {low} to {high}")
    return value


def check_seconds(field: str, value: object) -> float:
    """A span of time, 0 seconds or more."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= LONGEST_WAIT:  # type: ignore[operator]
        raise InvalidInput(field, shape(value), f"a number of seconds from 0 to {LONGEST_WAIT}")
    return float(value)  # type: ignore[arg-type]


def check_bool(field: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise InvalidInput(field, shape(value), "True or False")
    return value


def check_choice(field: str, value: object, choices: type[E]) -> E:
    """A member of an enumeration, or its value."""
    try:
        return choices(value)
    except ValueError as error:
        got = repr(value[:24]) if isinstance(value, str) else shape(value)
        raise InvalidInput(field, got, ", ".join(str(one.value) for one in choices)) from error


def check_list(field: str, value: object, most: int) -> Sequence[Any]:
    """A list or tuple of at most `most` items."""
    if not isinstance(value, (list, tuple)) or len(value) > most:
        raise InvalidInput(field, shape(value), f"a list of at most {most}")
    return value


def check_metadata(field: str, value: object, largest: int) -> Mapping[str, Any]:
    """A mapping that JSON can hold, at most `largest` bytes of it, `DEPTH` levels deep."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInput(field, shape(value), "a mapping with strings as keys")
    _check_depth(field, value, DEPTH)
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        size = len(text.encode("utf-8"))
    except (TypeError, ValueError) as error:  # UnicodeEncodeError is a ValueError
        raise InvalidInput(field, "values that JSON cannot hold", "JSON values") from error
    if size > largest:
        raise InvalidInput(field, f"{size} bytes as JSON", f"at most {largest} bytes")
    made: dict[str, Any] = json.loads(text)
    return made


def _check_depth(field: str, value: object, left: int) -> None:
    if left < 0:
        raise InvalidInput(field, "deeper nesting", f"at most {DEPTH} levels")
    if isinstance(value, str) and "\0" in value:
        raise InvalidInput(field, "a NUL character", "text without NUL")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise InvalidInput(field, f"a key that is {shape(key)}", "strings as keys")
            _check_depth(field, key, left)
            _check_depth(field, item, left - 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_depth(field, item, left - 1)
