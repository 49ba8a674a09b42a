"""A Redis server of a test's own, on this machine, that can be killed and started again.

with RedisServer(tmp_path) as server:
    queue = RedisRunQueue(server.url)
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import final

HOST = "127.0.0.1"
PATIENCE = 10.0  # seconds for a start, a stop, an answer
PROBE = 0.01  # seconds between looks whether it has started


@final
class RedisServer:
    """Keeps nothing on disk but its log, in `folder`; `options` go to ``redis-server``.

    Its port stays the same from one start to the next.
    """

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self.port = _free_port()
        self._folder = folder
        self._options = tuple(options)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"redis://{HOST}:{self.port}"

    def start(self) -> None:
        """Returns when it answers; raises RuntimeError with its log if it does not."""
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError("no redis-server on PATH: sudo apt-get install redis-server")
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a program of this machine
                [
                    program, "--port", str(self.port), "--bind", HOST, "--dir", str(self._folder),
                    "--save", "", "--appendonly", "no", *self._options,
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        self._await_answer(self._process)

    def stop(self) -> None:
        """Ends it in good order."""
        if self._process is not None:
            self._process.terminate()
            self._reap(self._process)

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._reap(self._process)

    def restart(self) -> None:
        """Starts it anew, empty."""
        self.stop()
        self.start()

    def flush(self) -> None:
        """Empties it while it runs."""
        self.command("FLUSHALL")

    def command(self, *words: str) -> str:
        """The first line of the answer to a command, with its mark: ``+OK``, ``-ERR ...``."""
        parts = [f"*{len(words)}\r\n", *(f"${len(word.encode())}\r\n{word}\r\n" for word in words)]
        with socket.create_connection((HOST, self.port), PATIENCE) as link:
            link.sendall("".join(parts).encode())
            with link.makefile("rb") as answer:
                return answer.readline().decode().strip()

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self._folder / "redis.log"

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            if self._answers():
                return
            time.sleep(PROBE)
        self.kill()
        log = self._log.read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"redis-server did not start on port {self.port}:\n{log}")

    def _answers(self) -> bool:
        try:
            return self.command("PING").startswith(("+PONG", "-NOAUTH"))
        except OSError:  # nobody listens yet
            return False

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
