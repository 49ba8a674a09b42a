"""The contract suite of rerankers: subclass `RerankerContract`, override its fixtures."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import permutations

import pytest

from memos.contracts.reranker import Reranker
from memos.errors import InvalidInput
from memos.testing.scenario import scenario

QUERY = "which tea does Ann like"
TEXTS = (
    "Ann likes green tea",
    "the train leaves at noon",
    "安喜欢喝绿茶",
    "tea \u2028 \x01 \U0001f375 </text> [SEP] {} \\ \" '",
    "x",
    "Ann " * 20_000,
)


class RerankerContract:
    """Scores in [0, 1], one for each text, in the order of the texts."""

    @pytest.fixture
    def reranker(self) -> Reranker:
        """A fresh reranker, not yet open."""
        raise NotImplementedError("override the fixture `reranker`: a fresh one, not yet open")

    @pytest.fixture
    def judged(self) -> tuple[str, str, str]:
        """A query, a text that it finds relevant and one that it does not."""
        return QUERY, TEXTS[0], TEXTS[1]

    @scenario
    async def test_one_score_for_each_text(self, reranker: Reranker) -> None:
        for count in (0, 1, 2, len(TEXTS)):
            _check(await reranker.score(QUERY, TEXTS[:count]), count)

    @scenario
    async def test_many_texts(self, reranker: Reranker) -> None:
        _check(await reranker.score(QUERY, [f"{number} tea" for number in range(250)]), 250)

    @scenario
    async def test_scores_follow_their_texts(
        self, reranker: Reranker, judged: tuple[str, str, str]
    ) -> None:
        query, good, bad = judged
        for texts in permutations((good, bad, bad)):
            scores = await reranker.score(query, texts)
            others = [score for text, score in zip(texts, scores, strict=True) if text != good]
            assert scores[texts.index(good)] > max(others)

    @scenario
    async def test_equal_texts_are_separate(
        self, reranker: Reranker, judged: tuple[str, str, str]
    ) -> None:
        query, good, _ = judged
        _check(await reranker.score(query, [good] * 3), 3)

    @scenario
    async def test_a_long_query(self, reranker: Reranker) -> None:
        _check(await reranker.score("tea " * 10_000, TEXTS), len(TEXTS))

    @scenario
    async def test_what_cannot_be_judged_is_refused(self, reranker: Reranker) -> None:
        for query in ("", " \n", "\ud800"):
            with pytest.raises(InvalidInput) as caught:
                await reranker.score(query, ["tea"])
            assert caught.value.field == "query"
        for text in ("", " \n", "\ud800"):
            with pytest.raises(InvalidInput) as caught:
                await reranker.score(QUERY, ["tea", text])
            assert caught.value.field == "texts[1]"
        with pytest.raises(InvalidInput):
            await reranker.score(QUERY, "one string")

    @scenario
    async def test_many_callers_at_once(
        self, reranker: Reranker, judged: tuple[str, str, str]
    ) -> None:
        query, good, bad = judged
        calls = [(good, bad), (bad, good)] * 8
        found = await asyncio.gather(*(reranker.score(query, texts) for texts in calls))
        for texts, (first, second) in zip(calls, found, strict=True):
            assert (first > second) == (texts[0] == good)

    @scenario
    async def test_a_dropped_call_leaves_nothing_behind(self, reranker: Reranker) -> None:
        call = asyncio.ensure_future(reranker.score(QUERY, TEXTS))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        _check(await reranker.score(QUERY, TEXTS), len(TEXTS))

    @scenario
    async def test_open_and_close_may_come_twice(self, reranker: Reranker) -> None:
        await reranker.open()
        _check(await reranker.score(QUERY, TEXTS[:2]), 2)
        await reranker.close()
        await reranker.close()
        await reranker.open()
        _check(await reranker.score(QUERY, TEXTS[:2]), 2)

    @scenario
    async def test_it_has_a_name(self, reranker: Reranker) -> None:
        assert reranker.name


def _check(scores: Sequence[float], count: int) -> None:
    assert len(scores) == count
    assert all(type(score) is float and 0.0 <= score <= 1.0 for score in scores)
