"""The contract suite of text indexes: subclass `TextContract` and override `system`.

Everything is written through the records, since an inline index is a part of them. An index
that is not inline goes into a system whose records have it in `followers`.
"""

from __future__ import annotations

import pytest

from memos.contracts.text import TextHit
from memos.language import bm25
from memos.language.tokens import query_terms
from memos.model.claim import slot_term
from memos.model.filter import parse_filter
from memos.model.memory import Kind, Visibility
from memos.model.time import Instant
from memos.testing.build import Backends, Desk, deliver
from memos.testing.contract_projection import ProjectionContract
from memos.testing.scenario import scenario


class TextContract(ProjectionContract):
    """Which versions share terms with a query, and how they rank."""

    projection = "text"

    @scenario
    async def test_finds_what_shares_a_term(self, system: Backends) -> None:
        desk = Desk(system)
        tea = await desk.remember("Maria drinks green tea")
        labelled = await desk.remember("nothing to see", labels=("teas",))
        chinese = await desk.remember("我喜欢喝绿茶")
        await desk.remember("coffee only")
        assert set(await _find(desk, "tea")) == {tea.ref, labelled.ref}
        assert await _find(desk, "绿茶") == [chinese.ref]
        assert set(await _find(desk, "green coffee 喜欢")) >= {tea.ref, chinese.ref}
        assert await _find(desk, "unheard-of") == []
        assert (await system.text.search(desk.reads(), [], 10)).hits == []

    @scenario
    async def test_scores_are_bm25_with_the_cubes_own_statistics(self, system: Backends) -> None:
        desk = Desk(system)
        short = await desk.remember("tea tea")
        long = await desk.remember("tea with plenty of honey lemon ginger mint")
        await desk.remember("coffee beans")
        await system.settle()
        scope, words = desk.reads(), ["tea", "honey"]
        statistics = ((await system.text.search(scope, words, 0)).statistics)[desk.key.cube_id]
        assert (statistics.versions, statistics.terms) == (3, 10)
        assert {word: statistics.frequency[word] for word in words} == {"tea": 2, "honey": 1}
        weights = {word: bm25.idf(3, statistics.frequency[word]) for word in words}
        mean = statistics.terms / statistics.versions
        hits = (await system.text.search(scope, words, 10)).hits
        assert [hit.ref for hit in hits] == [long.ref, short.ref]
        assert [hit.cube_id for hit in hits] == [desk.key.cube_id] * 2
        assert [hit.score for hit in hits] == pytest.approx(
            [
                bm25.score(words, {"tea": 1, "honey": 1}, 6, mean, weights),
                bm25.score(words, {"tea": 2}, 2, mean, weights),
            ]
        )

    @scenario
    async def test_ties_are_broken_by_reference(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        made = [await each.remember("honey cake") for each in (desk, other) for _ in range(3)]
        scope = desk.reads("user:bob", "user:ann")
        await system.settle()
        hits = (await system.text.search(scope, ["honey"], 10)).hits
        assert [hit.ref for hit in hits] == sorted(memory.ref for memory in made)
        assert (await system.text.search(scope, ["honey"], 4)).hits == hits[:4]
        assert (await system.text.search(scope, ["honey"], 0)).hits == []

    @scenario
    async def test_no_cube_moves_anothers_scores(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.remember("green tea")
        await desk.remember("tea with honey")
        await system.settle()
        before = await _hits(desk, "green tea honey")
        statistics = (await system.text.search(desk.reads(), ["tea", "green"], 0)).statistics
        for cube_id, tenant in (("user:bob", "acme"), ("user:ann", "other"), ("user:Ann", "acme")):
            noisy = Desk(system, cube_id, tenant)
            for _ in range(5):
                await noisy.remember("tea tea tea with honey")
            await noisy.commit(forget=((await noisy.remember("green")).id,))
        await system.settle()
        assert await _hits(desk, "green tea honey") == before
        after = await system.text.search(desk.reads(), ["tea", "green"], 0)
        assert after.statistics == statistics

    @scenario
    async def test_statistics_cover_the_cubes_of_the_scope(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        await desk.remember("green tea")
        gone = await desk.remember("tea")
        await desk.commit(forget=(gone.id,))
        await other.remember("...")
        await system.settle()
        scope = desk.reads("user:ann", "user:bob", "user:nobody")
        found = (await system.text.search(scope, ["tea", "milk"], 0)).statistics
        assert set(found) == {"user:ann", "user:bob", "user:nobody"}
        assert (found["user:ann"].versions, found["user:ann"].terms) == (1, 2)
        assert (found["user:ann"].frequency["tea"], found["user:ann"].frequency["milk"]) == (1, 0)
        for empty in ("user:bob", "user:nobody"):
            assert (found[empty].versions, found[empty].terms) == (0, 0)
            assert found[empty].frequency["tea"] == 0

    @scenario
    async def test_what_retells_messages_is_found_and_not_counted(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.say(desk.message("green tea"), desk.message("honey"))
        await system.settle()
        before = (await system.text.search(desk.reads(), ["tea"], 9)).statistics
        learned = await desk.remember("she drinks tea", ordinal=1, labels=("slot:/self/diet",))
        page = await desk.remember("tea, tea, tea", kind=Kind.SUMMARY, role="memos")
        await system.settle()
        found = await system.text.search(desk.reads(), ["tea"], 9)
        assert {learned.ref, page.ref} < {hit.ref for hit in found.hits}
        assert found.statistics == before
        for term, expected in ((slot_term("slot:/self/diet"), [learned.ref]), ("slot", [])):
            hits = (await system.text.search(desk.reads(), [term], 9)).hits
            assert [hit.ref for hit in hits] == expected
        first_hand = await system.text.search(desk.reads(first_hand=True), ["tea"], 9)
        assert {learned.ref, page.ref}.isdisjoint(hit.ref for hit in first_hand.hits)
        assert len(first_hand.hits) == 1

    @scenario
    async def test_the_scope_is_applied_before_the_limit(self, system: Backends) -> None:
        desk = Desk(system)
        wanted = await desk.remember(
            "tea and a very long story about many other things", kind=Kind.LESSON, labels=("x",)
        )
        for _ in range(30):
            await desk.remember("tea tea tea")
        for narrowing in (
            {"kinds": frozenset({Kind.LESSON})},
            {"filter": parse_filter({"labels": "x"})},
        ):
            assert await _find(desk, "tea", 1, **narrowing) == [wanted.ref]

    @scenario
    async def test_only_what_the_scope_admits_is_found(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        private = await desk.remember("tea", agent_id="bot", visibility=Visibility.AGENT)
        over = await desk.remember("tea", valid_to=Instant(1))
        told = await desk.remember("tea", conversation_id="c1")
        await other.remember("tea")
        assert await _find(desk, "tea") == [told.ref]
        assert set(await _find(desk, "tea", agent_id="bot")) == {private.ref, told.ref}
        assert set(await _find(desk, "tea", as_of=Instant(0))) == {over.ref, told.ref}
        assert await _find(desk, "tea", conversation_id="c2") == []

    @scenario
    async def test_old_versions_are_found_where_they_were_current(self, system: Backends) -> None:
        desk = Desk(system)
        first = await desk.remember("lives in Rome")
        second = await desk.revise(first, "lives in Oslo")
        assert await _find(desk, "rome") == []
        assert await _find(desk, "oslo") == [second.ref]
        assert await _find(desk, "rome", known_at=first.recorded_at) == [first.ref]
        assert await _find(desk, "oslo", known_at=first.recorded_at) == []
        await desk.commit(forget=(first.id,))
        assert await _find(desk, "rome", known_at=first.recorded_at) == []

    @scenario
    async def test_terms_are_data(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.remember("tea")
        await system.settle()
        for term in ('"', "te*", "tea OR milk", "NOT", "a_b", "1_tea", "%", "'; --", "\0", "(", ""):
            assert (await system.text.search(desk.reads(), [term], 10)).hits == []
        found = await system.text.search(desk.reads(), ["tea", '"', "NEAR("], 10)
        assert len(found.hits) == 1

    @scenario
    async def test_texts_without_terms_are_not_indexed(self, system: Backends) -> None:
        desk = Desk(system)
        silent = await desk.remember("... !?")
        spoken = await desk.remember("tea")
        await system.settle()
        assert system.text.expected(silent) is None
        assert list(await system.text.contents(desk.key)) == [spoken.ref]

    @scenario
    async def test_an_old_state_does_not_bring_back_words(self, system: Backends) -> None:
        desk = Desk(system)
        memory = await desk.remember("plums")
        old = await system.records.states(desk.key)
        await desk.commit(forget=(memory.id,))
        await system.settle()
        await deliver(system.text, desk.key, old)
        assert await _find(desk, "plums", known_at=memory.recorded_at) == []
        statistics = (await system.text.search(desk.reads(), ["plum"], 0)).statistics
        assert statistics[desk.key.cube_id].versions == 0


async def _hits(desk: Desk, query: str, limit: int = 10, **narrowing: object) -> list[TextHit]:
    await desk.system.settle()
    return (await desk.system.text.search(desk.reads(**narrowing), query_terms(query), limit)).hits


async def _find(
    desk: Desk, query: str, limit: int = 10, **narrowing: object
) -> list[tuple[str, int]]:
    return [hit.ref for hit in await _hits(desk, query, limit, **narrowing)]
