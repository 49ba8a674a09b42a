from __future__ import annotations

import pytest

from memos import MemOS


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
