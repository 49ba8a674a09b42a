from __future__ import annotations

from dataclasses import replace

import pytest
from paged import SQLITE

from memos import MemOS
from memos.contracts.chat_model import ChatModel
from memos.memories.parts import build
from memos.settings import Settings
from memos.testing.clock import ManualClock


@pytest.fixture
def memos(tmp_path):
    with MemOS(tmp_path / "home", embedder="none", sync="normal", learn="on") as made:
        yield made


@pytest.fixture
def say(memos):
    """Says something as Ann, waits until it is learned, and gives what is known of a kind."""

    def call(text: str, at: str = "2024-05-02T09:30", user: str = "ann", **fields):
        added = memos.add_message(user, role="user", content=text, timestamp=at, **fields)
        memos.drain()
        return added

    return call


@pytest.fixture
def known(memos):
    """What is known now, as (content, ...) of the kinds asked for, by words that they share."""

    def call(query: str, *kinds: str, user: str = "ann", **narrowing):
        wanted = kinds or ("fact", "preference", "profile", "instruction")
        found = memos.recall(user, query, kinds=list(wanted), top_k=50, **narrowing)
        return [hit.memory for hit in found]

    return call


@pytest.fixture
def clock():
    return ManualClock("2024-06-01T12:00:00Z", tick=0.001)


@pytest.fixture
def opened(tmp_path, clock):
    """Opens a home; `chat_model` is one to ask."""
    made = []

    def call(chat_model: ChatModel | None = None, base=SQLITE, **settings) -> MemOS:
        given = {**base, "learn": "on", **settings}
        parts = build(Settings.load({}, home=tmp_path, **given), clock=clock)
        made.append(MemOS(tmp_path, parts=replace(parts, chat_model=chat_model), **given))
        return made[-1]

    yield call
    for memos in made:
        memos.close()
