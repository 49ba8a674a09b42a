"""A real server on loopback, in a thread, for tests."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType

import uvicorn

from memos import AsyncMemOS
from memos.model.key import ApiKey, Right
from memos.model.time import SystemClock
from memos.server.app import build

EVERYBODY = ApiKey("open", "default", "open", frozenset(Right), SystemClock().now(), "home")


class Live:
    """Serves a memory until it is left; without `open_as` calls need keys."""

    def __init__(self, memos: AsyncMemOS, open_as: ApiKey | None = EVERYBODY) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = build(memos, open_as=open_as)
        config = uvicorn.Config(app, log_level="error", access_log=False)
        self._server = uvicorn.Server(config)
        run = {"sockets": [self._socket]}
        self._thread = threading.Thread(target=self._server.run, kwargs=run, daemon=True)

    def __enter__(self) -> Live:  # noqa: PYI034 - nobody derives from it
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
