"""Whether the server lives, whether it can serve, and what it does."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from memos.errors import MemOSError
from memos.model.key import Right
from memos.server.routes import answered
from memos.server.sessions import Session, needs


def install(app: FastAPI) -> None:
    """Adds routes for machines that watch machines."""

    async def healthz() -> Response:
        """The process answers."""
        return answered({"status": "ok"})

    async def readyz(request: Request) -> Response:
        """Each store answers."""
        try:
            await request.app.state.memos.stats()
        except MemOSError as error:
            return answered({"status": "down", "stores": type(error).__name__}, 503)
        return answered({"status": "ok"})

    async def metrics(session: Session = Depends(needs(Right.OPERATOR))) -> Response:  # noqa: B008 - FastAPI's way
        """Counters for Prometheus."""
        return PlainTextResponse(
            await session.memos.metrics(), media_type="text/plain; version=0.0.4"
        )

    metrics.right = Right.OPERATOR  # type: ignore[attr-defined]
    for path, route in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_api_route(path, route, response_model=None)
