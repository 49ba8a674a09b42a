"""What happens in one tenant, or to one user, changes no byte of what another is told."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest
from backends import BACKENDS

from memos import AsyncMemOS
from memos.memories.parts import build
from memos.settings import Settings
from memos.testing.clock import ManualClock
from memos.testing.ids import seeded_ids
from memos.testing.results import report

QUESTIONS = ("Where is the beagle?", "Marta's keys", "代码风格", "What happened in May 2024?")


def story(n: int) -> list[dict[str, str]]:
    topics = ("the beagle Biscuit", "Marta and her keys", "a train to Porto", "简洁的代码风格")
    return [
        {
            "role": "user",
            "name": "Alice",
            "content": f"Message {at} about {topics[at % 4]} and number {at * 7919 % n}",
            "timestamp": f"2024-05-{at % 28 + 1:02d}T10:00:00Z",
        }
        for at in range(n)
    ]


async def told(memos: AsyncMemOS) -> str:
    """Everything that alice is told, as bytes."""
    answers = []
    for question in QUESTIONS:
        answers.append((await memos.recall("alice", question, explain=True)).to_dict())
        answers.append((await memos.context("alice", question, max_tokens=400)).to_dict())
    answers.append([message.to_dict() for message in await memos.get_messages("alice")])
    return json.dumps(answers, ensure_ascii=False)


async def disturb(parts, others: int) -> tuple[str, str]:
    """alice's answers before and after others add and forget `others` memories."""
    mine = AsyncMemOS(parts=parts, tenant="a")
    theirs = AsyncMemOS(parts=parts, tenant="b")
    async with mine, theirs:
        await mine.add_messages("alice", story(40), conversation_id="c")
        await mine.store("alice", "preference", "likes a concise style")
        await mine.drain()  # vectors arrive behind the writes
        before = await told(mine)
        for face, user in ((theirs, "alice"), (theirs, "bob"), (mine, "bob")):
            for _ in range(0, others, 500):
                await face.add_messages(user, story(min(500, others)), conversation_id="c")
        await theirs.forget("alice", conversation_id="c")
        await mine.forget("bob", conversation_id="c")
        return before, await told(mine)


@pytest.fixture(params=BACKENDS)
def parts(request, tmp_path: Path):
    chosen = Settings.load({}, home=tmp_path, **{**BACKENDS[request.param], "blobs": "memory"})
    return build(chosen, ManualClock(), seeded_ids(1))


def test_others_change_no_byte(parts):
    before, after = asyncio.run(disturb(parts, 200))
    assert "beagle" in before
    assert before == after


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_memories_of_others_change_no_byte(tmp_path: Path):
    chosen = Settings.load({}, home=tmp_path, sync="normal")
    parts = build(chosen, ManualClock(), seeded_ids(1))
    before, after = asyncio.run(disturb(parts, 10_000))
    assert before == after
    figures = {"memories_of_others": 30_000, "bytes_compared": len(before), "bytes_changed": 0}
    print(report("non_interference", figures, os.environ.get("MEMOS_RESULTS")))
