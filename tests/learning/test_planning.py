"""One task learns what many writes say, and none of them is left out."""

from __future__ import annotations

import threading

from memos import MemOS


def learned(memos, users):
    return {
        user: [
            hit.memory.metadata["value"] for hit in memos.recall(user, "live", kinds=["profile"])
        ]
        for user in users
    }


def test_writes_in_a_row_share_a_task(memos):
    memos.pause()
    for n in range(20):
        memos.add_message("ann", role="user", content=f"I live in Porto, street {n}.")
    assert memos.stats().backlog.waiting == 1
    memos.resume()
    memos.drain()
    assert memos.stats().backlog.open == 0


def test_what_is_written_while_others_wait_is_learned(tmp_path):
    """Threads that write and drain at once, so that tasks run before they are due."""
    users = [f"user {n}" for n in range(6)]
    places = ("Porto", "Faro", "Braga", "Lisbon")
    with MemOS(tmp_path, embedder="none", sync="normal", learn="on") as memos:

        def live(user):
            for place in places:
                memos.add_message(user, role="user", content=f"I live in {place}.")
                memos.drain()

        threads = [threading.Thread(target=live, args=(user,)) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        memos.drain()
        assert learned(memos, users) == {user: ["Lisbon"] for user in users}
