"""Problems: errors of memos as answers of a server (RFC 9457), with what they name."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from memos import errors
from memos.model.checks import shape, shown

PROBLEM = "application/problem+json"
URN = "urn:memos:error:"

STATUS: tuple[tuple[type[errors.MemOSError], int], ...] = (  # the first that fits counts
    (errors.InvalidInput, 422),
    (errors.AuthRefused, 401),
    (errors.NotFound, 404),
    (errors.VersionConflict, 412),
    (errors.Conflict, 409),
    (errors.DeadlineExceeded, 504),
    (errors.StorageFull, 507),
    (errors.StorageBusy, 503),
    (errors.ProviderBusy, 503),
    (errors.ProviderTimeout, 504),
    (errors.ProviderError, 502),
    (errors.MemOSError, 500),
)
"""Errors of memos and what they are over HTTP."""

log = logging.getLogger("memos.server")


def problem(
    status: int, title: str, detail: str, *, kind: str = "", **more: object
) -> JSONResponse:
    """An answer that says what is wrong; `more` are members of its own."""
    told = {
        "type": URN + kind if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        **{name: value for name, value in more.items() if value is not None},
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    return JSONResponse(told, status, headers, media_type=PROBLEM)


def answer(error: errors.MemOSError) -> JSONResponse:
    """What a caller hears of an error: what is their doing in full, of ours only its name."""
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    name = type(error).__name__
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if ours:
        log.warning("%s: %s", name, error)
    members = {} if ours else _members(error)
    return problem(
        status, _title(name), name if ours else str(error), kind=_dashed(name), **members
    )


def _members(error: errors.MemOSError) -> dict[str, object]:
    names = ("field", "got", "allowed", "memory_id", "expected", "actual")
    return {name: getattr(error, name) for name in names if hasattr(error, name)}


def _title(name: str) -> str:
    return _dashed(name).replace("-", " ").capitalize()


def _dashed(name: str) -> str:
    return "".join(f"-{mark.lower()}" if mark.isupper() else mark for mark in name).strip("-")


def invalid(error: RequestValidationError) -> JSONResponse:
    """What FastAPI refuses, said as the library says it; never what was sent."""
    first: Mapping[str, Any] = error.errors()[0]
    if first["type"] in ("json_invalid", "value_error.jsondecode"):
        return _not_json()
    steps = first["loc"][1:]  # after body, query, path or header
    field = ".".join(str(one) if isinstance(one, int) else shown(one) for one in steps) or "body"
    got = "nothing" if first["type"] == "missing" else shape(first.get("input"))
    told = errors.InvalidInput(field, got, _allowed(first))
    return answer(told)


def _not_json() -> JSONResponse:
    return problem(400, "Not JSON", "body: it is no JSON", kind="invalid-json", field="body")


def _allowed(error: Mapping[str, Any]) -> str:
    if error["type"] == "missing":
        return "a value"
    if error["type"] == "extra_forbidden":
        return "no such field"
    return str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")


def install(app: FastAPI) -> None:
    """Lets every error end as a problem."""

    async def known(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, errors.MemOSError)  # noqa: S101 - as it is registered
        return answer(error)

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as it is registered
        return invalid(error)

    async def plain(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - as it is registered
        if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI could not read the body
            return _not_json()
        phrase = HTTPStatus(error.status_code).phrase
        made = problem(error.status_code, phrase, str(error.detail))
        made.headers.update(error.headers or {})
        return made

    async def unknown(_: Request, error: Exception) -> JSONResponse:
        log.error("a request failed: %s", type(error).__name__, exc_info=error)
        return problem(500, "Internal server error", "the server failed; its log says why")

    app.add_exception_handler(errors.MemOSError, known)
    app.add_exception_handler(RequestValidationError, refused)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, unknown)
