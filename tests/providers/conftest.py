from __future__ import annotations

from collections.abc import Iterator

import pytest

from memos.testing.scripted import ScriptedServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """Reached directly, whatever proxy this machine uses."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ScriptedServer() as made:
        yield made


class Naps(list[float]):
    """Sleeps in no time, and remembers for how long."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()
