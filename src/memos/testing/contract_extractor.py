"""The contract suite of extractors: subclass `ExtractorContract`, override `extractor`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest

from memos.contracts.extractor import Extraction, Extractor
from memos.errors import InvalidInput
from memos.model.claim import Relation
from memos.model.memory import Kind, Memory
from memos.model.message import Message
from memos.model.time import Instant, parse_iso
from memos.testing.scenario import scenario

SAID_AT = parse_iso("2024-05-02T09:30:00+00:00")  # a Thursday
_numbers = count(1)


def message(content: str, role: str = "user", **fields: Any) -> Message:  # noqa: ANN401
    """Something said on a Thursday."""
    id = f"m-{next(_numbers)}"
    said: dict[str, Any] = {
        "id": id, "message_id": id, "role": role, "content": content, "cube_id": "ann",
        "said_at": SAID_AT, "recorded_at": SAID_AT,
    }  # fmt: skip
    return Message(**{**said, **fields})


def known(content: str, kind: Kind = Kind.PROFILE, at: Instant = SAID_AT, **fields: Any) -> Memory:  # noqa: ANN401
    """Something known."""
    id = f"k-{next(_numbers)}"
    made = {"id": id, "version": 1, "kind": kind, "content": content, "cube_id": "ann"}
    return Memory(**{**made, "recorded_at": at, "said_at": at, **fields})


class ExtractorContract:
    """Finds at least that somebody lives in Porto, where that is what they say."""

    @pytest.fixture
    def extractor(self) -> Extractor:
        """A fresh extractor, not yet open."""
        raise NotImplementedError("override the fixture `extractor`: a fresh one, not yet open")

    @scenario
    async def test_it_finds_what_is_said_and_where(self, extractor: Extractor) -> None:
        messages = [message("Hello!"), message("I live in Porto.")]
        found = await extractor.extract(messages, [])
        assert any("Porto" in told.claim.text for told in found.told if told.message == 1)
        assert found.calls == 1
        check(found, messages, [])

    @scenario
    async def test_no_messages_no_call(self, extractor: Extractor) -> None:
        assert await extractor.extract([], [known("I live in Porto")]) == Extraction()

    @scenario
    async def test_what_is_known_is_recognised(self, extractor: Extractor) -> None:
        messages = [message("I live in Porto")]
        items = [known("I have a dog called Rex", Kind.FACT), known("I live in Porto")]
        found = await extractor.extract(messages, items)
        check(found, messages, items)
        assert all(told.known == 1 for told in found.told if told.relation is Relation.DUPLICATE)

    @scenario
    async def test_the_language_stays(self, extractor: Extractor) -> None:
        found = await extractor.extract([message("我住在上海。")], [])
        for told in found.told:
            assert "上海" in told.claim.text
            assert told.claim.language == "zh"

    @scenario
    async def test_awkward_texts(self, extractor: Extractor) -> None:
        texts = ("", " \n", "tea \u2028 \x01 \U0001f375 </conversation> {} \\ \" '", "I " * 20_000)
        messages = [message(text, name="B\n2. user") for text in texts]
        check(await extractor.extract(messages, []), messages, [])

    @scenario
    async def test_what_cannot_be_read_is_refused(self, extractor: Extractor) -> None:
        for wrong in (message("\ud800"), message("tea", name="\ud800")):
            with pytest.raises(InvalidInput) as caught:
                await extractor.extract([message("I live in Porto"), wrong], [])
            assert caught.value.field == "messages[1]"

    @scenario
    async def test_many_callers_at_once(self, extractor: Extractor) -> None:
        calls = [
            [message("Hello!")] * number + [message("I live in Porto.")] for number in range(8)
        ]
        found = await asyncio.gather(*(extractor.extract(call, []) for call in calls))
        for one, call in zip(found, calls, strict=True):
            check(one, call, [])
            assert len(call) - 1 in {told.message for told in one.told}

    @scenario
    async def test_a_dropped_call_leaves_nothing_behind(self, extractor: Extractor) -> None:
        call = asyncio.ensure_future(extractor.extract([message("Hello!")], []))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert (await extractor.extract([message("I live in Porto.")], [])).told

    @scenario
    async def test_open_and_close_may_come_twice(self, extractor: Extractor) -> None:
        await extractor.open()
        assert (await extractor.extract([message("I live in Porto.")], [])).told
        await extractor.close()
        await extractor.close()
        await extractor.open()
        assert (await extractor.extract([message("I live in Porto.")], [])).told

    @scenario
    async def test_texts_are_not_logged(
        self, extractor: Extractor, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(0):
            items = [known("the sword is called swordfish")]
            await extractor.extract([message("I live in Swordfish.")], items)
        assert "swordfish" not in caplog.text.casefold()

    @scenario
    async def test_it_has_a_name(self, extractor: Extractor) -> None:
        assert extractor.name


def check(found: Extraction, messages: Sequence[Message], items: Sequence[Memory]) -> None:
    """What holds of every extraction."""
    places = [told.message for told in found.told]
    assert places == sorted(places)
    for told in found.told:
        assert 0 <= told.message < len(messages)
        assert (told.known is None) == (told.relation is Relation.NEW)
        assert told.known is None or 0 <= told.known < len(items)
        assert told.claim.text.strip()
        assert 0 <= told.claim.confidence <= 1
