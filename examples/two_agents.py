"""Two agents share a cube: one writes, the other reads, until it may not any more.

python examples/two_agents.py
"""

from __future__ import annotations

import tempfile

from memos import MemOS, NotFound


def main() -> None:
    with tempfile.TemporaryDirectory() as home, MemOS(home) as memos:
        memos.create_cube(agent_id="planner", cube_id="project", name="The project")
        memos.share(agent_id="planner", cube_id="project", to_agent="reviewer")
        memos.store(
            agent_id="planner", cube_id="project", kind="fact", text="The release is on Friday"
        )
        # Not shared: this goes to the planner's own cube.
        memos.store(agent_id="planner", kind="lesson", text="Releases on Friday end badly")

        found = memos.recall(agent_id="reviewer", query="When is the release?")
        print("reviewer reads:", [hit.memory.content for hit in found])

        try:
            memos.store(agent_id="reviewer", cube_id="project", kind="fact", text="It slipped")
        except NotFound as error:
            print("reviewer may not write:", error)  # a reader learns nothing from the refusal

        memos.unshare(agent_id="planner", cube_id="project", to_agent="reviewer")
        try:
            memos.recall(agent_id="reviewer", query="release", cube_id="project")
        except NotFound:
            print("for the reviewer the cube is gone")


if __name__ == "__main__":
    main()
