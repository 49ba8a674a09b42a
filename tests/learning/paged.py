"""Homes whose conversations are made into pages, for the tests of pages."""

from __future__ import annotations

from memos.model.scope import CubeKey

SQLITE = {"embedder": "none", "sync": "normal"}
MEMORY = {**SQLITE, **dict.fromkeys(("records", "text", "graph", "vectors", "outbox"), "memory")}
ANN = CubeKey("default", "user:ann")

HARBOUR = (
    "The harbour exhibition opens in Braga in June.",
    "Ok!",
    "I took my camera to the harbour exhibition in Braga.",
    "Do you know whether the exhibition is crowded?",
    "The old cranes of the harbour are the best photographs there.",
    "We had grilled sardines for lunch near the station.",
    "The photographs of the cranes were taken by Teresa Almeida.",
    "Tickets for the exhibition cost nine euros on weekdays.",
)
SISTER = (
    "My sister lives in Lisbon.", "My sister works as a nurse.",
    "My sister is allergic to peanuts.",
)  # fmt: skip


def say(memos, *texts, conversation_id="c1", day="2024-05-02", user="ann", agent_id=None, **fields):
    added = memos.add_messages(
        user,
        [
            {"role": "user", "content": text, "timestamp": f"{day}T09:{n:02}", **fields}
            for n, text in enumerate(texts)
        ],
        conversation_id=conversation_id,
        agent_id=agent_id,
    )
    memos.drain()
    return added


def pages(memos, page=None, user="ann", **who):
    return {one.metadata["about"]: one for one in memos.pages(user, page=page, **who)}


def run(memos):
    result = memos.run_job("consolidate")
    assert result.error is None
    return result
