"""An HTTP server on this machine that answers by script, well or badly.

with ScriptedServer() as server:
server.script(Answer(429, headers={"Retry-After": "3"}), Answer(body={"data": []}))
ask(server.url)
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, cast, final

PATIENCE = 30.0  # seconds after which a client that is left waiting is given up


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is sent as it is if it is bytes, else as JSON."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # promise more than is sent, then hang up
    silent: bool = False  # after the body, wait until the client hangs up

    def content(self) -> bytes:
        """What goes over the wire."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True)
class Request:
    """What came."""

    path: str
    headers: Mapping[str, str]  # names in lower case
    body: Any


Responder = Callable[[Request], Answer]


@final
class ScriptedServer:
    """Gives the answers of its script one by one, then what `otherwise` makes of a request."""

    def __init__(self, otherwise: Responder | None = None) -> None:
        self.requests: list[Request] = []
        self.arrived = Event()  # a request
        self.left = Event()  # a client hung up on a silent answer
        self._otherwise = otherwise or (lambda _: Answer(500))
        self._script: deque[Answer] = deque()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def script(self, *answers: Answer) -> None:
        """Adds to what comes next."""
        self._script.extend(answers)

    def answer(self, request: Request) -> Answer:
        """The answer whose turn it is."""
        self.requests.append(request)
        self.arrived.set()
        return self._script.popleft() if self._script else self._otherwise(request)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    owner: ScriptedServer
    daemon_threads = True
    request_queue_size = 128  # the default of 5 resets callers who come together
    block_on_close = False  # a client may keep its connection

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        if isinstance(sys.exc_info()[1], ConnectionError):
            self.owner.left.set()  # a client may hang up at any moment
        else:
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def do_POST(self) -> None:
        owner = cast("_Server", self.server).owner
        content = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._give(owner, owner.answer(Request(self.path, headers, json.loads(content))))

    def _give(self, owner: ScriptedServer, answer: Answer) -> None:
        content = answer.content()
        more = 1 if answer.cut or answer.silent else 0
        self.send_response(answer.status)
        if not isinstance(answer.body, bytes):
            self.send_header("Content-Type", "application/json")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + more))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        self.close_connection = bool(more)
        if answer.silent and not self.rfile.read(1):
            owner.left.set()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what a server tells belongs to the test."""
