"""Asks about the past in two ways: what was true then, and what was known then.

python examples/time_travel.py
"""

from __future__ import annotations

import tempfile

from memos import MemOS


def main() -> None:
    with tempfile.TemporaryDirectory() as home, MemOS(home) as memos:
        lisbon = memos.store("alice", "fact", "lives in Lisbon", valid_from="2020-01-01")
        before = lisbon.recorded_at  # what we know from here on: Lisbon, with no end in sight

        # Later we learn that she moved: the old fact ends, a new one begins.
        memos.update_memory("alice", lisbon.id, valid_to="2023-05-01")
        memos.store("alice", "fact", "lives in Porto", valid_from="2023-05-01")

        def where(**then: object) -> str:
            return memos.recall("alice", "Where does she live?", **then)[0].memory.content

        print("Now she", where())
        print("On 1 June 2022 she", where(as_of="2022-06-01").replace("lives", "lived"))
        print("On 1 June 2024, by what we know today, she", where(as_of="2024-06-01"))
        print(
            "On 1 June 2024, by what we knew then, she",
            where(as_of="2024-06-01", known_at=before),
        )


if __name__ == "__main__":
    main()
