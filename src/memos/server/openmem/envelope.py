"""Envelopes: every answer of the dialect is ``{code, message, data}``, its errors too."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from memos.model.plain import plain
from memos.server.problems import PROBLEM

PREFIXES = ("/api/openmem/v1", "/product")

CODES = {
    HTTPStatus.UNPROCESSABLE_ENTITY: 40000,  # one code for all that is wrong in a request
    HTTPStatus.TOO_MANY_REQUESTS: 40300,
}
"""Where a code is not the status with two noughts."""

NO_TASK = 50131  # the code for a task that nobody knows


def spoken(path: str) -> bool:
    """Whether a path belongs to the dialect."""
    return path.startswith(tuple(f"{prefix}/" for prefix in PREFIXES))


def told(data: object, **beside: object) -> Response:
    """A success; `beside` are members next to `data`."""
    made = {"code": 0, "message": "ok", "data": plain(data), **plain(beside)}
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text.encode("utf-8", "surrogatepass"), media_type="application/json")


def refused(status: int, code: int, message: str) -> JSONResponse:
    """A refusal. Its HTTP status says so too: the client hides the code of a 200 without data."""
    return JSONResponse({"code": code, "message": message, "data": None}, status)


class Enveloped:
    """Turns problems (RFC 9457) on paths of the dialect into its envelope, whoever made them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and its answer back."""
        if scope["type"] != "http" or not spoken(scope["path"]):
            await self._app(scope, receive, send)
            return
        held: Message = {}
        body = b""

        async def passed(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith(PROBLEM):
                    held = message
                    return
            elif held and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await _send(held, body, send)
                return
            await send(message)

        await self._app(scope, receive, passed)


async def _send(start: Message, body: bytes, send: Send) -> None:
    made = _envelope(start["status"], json.loads(body))
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["content-type"] = "application/json"
    headers["content-length"] = str(len(made.body))
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": bytes(made.body)})


def _envelope(status: int, problem: dict[str, Any]) -> JSONResponse:
    message = str(problem.get("detail") or problem.get("title"))
    return refused(status, CODES.get(HTTPStatus(status), status * 100), message)


def install(app: FastAPI) -> None:
    """Lets every error under the prefixes end in an envelope."""
    others = app.exception_handlers[Exception]

    async def unknown(request: Request, error: Exception) -> Response:
        made: Response = await others(request, error)  # type: ignore[misc]  # ours are awaited
        if not spoken(request.url.path):
            return made
        return _envelope(made.status_code, json.loads(bytes(made.body)))

    app.add_exception_handler(Exception, unknown)
    app.add_middleware(Enveloped)
