"""The wire: requests out of calls, results and errors out of answers; nothing is sent here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from memos import errors
from memos.client.calls import CALLS, Call
from memos.errors import InvalidInput, MemOSError
from memos.model.plain import plain
from memos.model.read import read_as

URN = "urn:memos:error:"
BY_NAME = {call.name: call for call in CALLS}


class ServerError(MemOSError):
    """The server did not do what it was asked, and it was not the caller's doing.

    `status` is that of HTTP, None where no answer came.
    """

    def __init__(self, status: int | None, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request, ready to be sent below the base of a server."""

    verb: str
    path: str
    query: dict[str, Any]
    body: bytes | None


def prepared(call: Call, arguments: Mapping[str, Any]) -> Prepared:
    """The request of a call; arguments that are None are left out."""
    given = {name: plain(value) for name, value in arguments.items() if value is not None}
    within = {name: _place(name, given.pop(name, "")) for name in call.in_path}
    path = call.path.format(**within)
    if call.has_body:
        return Prepared(call.verb, path, {}, _json(given))
    folded = {
        name: _json(value).decode() if isinstance(value, dict) else value
        for name, value in given.items()
    }
    return Prepared(call.verb, path, folded, None)


def result(hint: Any, status: int, content: bytes) -> Any:  # noqa: ANN401 - of the type of the hint
    """What an answer stands for; raises the error that it tells of."""
    try:
        told = json.loads(content) if content else None
    except (ValueError, RecursionError) as error:
        raise ServerError(status, f"status {status}, and no JSON") from error
    if not 200 <= status < 300:
        raise failure(status, told)
    return None if hint is type(None) else read_as(hint, told, "answer")


def failure(status: int, told: object) -> MemOSError:
    """The error of an answer: the one that the library would raise, as far as it is known."""
    found = told if isinstance(told, Mapping) else {}
    name = str(found.get("type", "")).removeprefix(URN)
    detail = str(found.get("detail", f"status {status}"))
    if name == "invalid-input" and all(isinstance(found.get(n), str) for n in _INVALID):
        return InvalidInput(*(found[n] for n in _INVALID))
    kind = _KINDS.get(name)
    if kind is None:
        return ServerError(status, detail)
    made = kind.__new__(kind, detail)
    Exception.__init__(made, detail)
    for member in ("field", "memory_id", "expected", "actual"):
        if member in found:
            setattr(made, member, found[member])
    return made


def _place(name: str, value: object) -> str:
    """A part of a path; a blank or dotted one would be another path."""
    text = str(value)
    if text in ("", ".", ".."):
        raise InvalidInput(name, f"a string of length {len(text)}", "an id")
    return quote(text, safe="")


def _json(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("body", "unpaired surrogates", "text that is Unicode") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput("body", f"what JSON cannot hold ({type(error).__name__})",
                           "strings, numbers, lists and mappings") from error  # fmt: skip


def _dashed(name: str) -> str:
    return "".join(f"-{mark.lower()}" if mark.isupper() else mark for mark in name).strip("-")


_INVALID = ("field", "got", "allowed")
_KINDS: dict[str, type[MemOSError]] = {
    _dashed(name): getattr(errors, name) for name in errors.__all__
}
