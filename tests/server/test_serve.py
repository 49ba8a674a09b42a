"""The command `memos serve`, as a process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SERVE = [sys.executable, "-m", "memos", "serve", "--port", "0", "--json"]


@contextmanager
def serving(home: Path, *options: str) -> Iterator[dict[str, str]]:
    command = [*SERVE, "--home", str(home), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert errors == ""
    finally:
        process.kill()
        process.wait()


def test_the_first_key_is_told_once_and_what_was_said_stays(tmp_path):
    with serving(tmp_path) as told:
        headers = {"Authorization": f"Bearer {told['key']}"}
        sent = {"user_id": "ann", "role": "user", "content": "I live in Porto"}
        made = httpx.post(f"{told['url']}/v1/messages", json=sent, headers=headers)
        assert made.status_code == 201
        assert httpx.post(f"{told['url']}/v1/messages", json=sent).status_code == 401
        key = told["key"]
    with serving(tmp_path, "--workers", "0") as told:
        assert told["key"] is None
        found = httpx.get(
            f"{told['url']}/v1/messages",
            params={"user_id": "ann"},
            headers={"Authorization": f"Token {key}"},
        )
        assert [one["content"] for one in found.json()] == ["I live in Porto"]


def test_open_to_everybody_on_this_machine_only(tmp_path):
    with serving(tmp_path, "--open") as told:
        assert told["key"] is None
        assert httpx.get(f"{told['url']}/v1/stats").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.org"])  # noqa: S104
def test_never_open_to_others(tmp_path, host):
    done = subprocess.run(
        [*SERVE, "--home", str(tmp_path), "--open", "--host", host],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "--open: got an address that others reach" in done.stderr
    assert list(tmp_path.iterdir()) == []
