"""The contract suite of vector indexes: subclass `VectorContract` and override `system`.

Vectors are put for memories that are written through the records of a system whose `vectors`
are the index. It need not be exact: cosines are compared to a hundredth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from memos.contracts.vectors import Embedded, Generation, VectorIndex
from memos.errors import InvalidInput
from memos.model.filter import parse_filter
from memos.model.memory import Kind, Memory, Ref, Visibility
from memos.model.scope import ReadScope
from memos.model.time import Instant
from memos.testing.build import UNKNOWN, Backends, Desk, deliver
from memos.testing.contract_system import SystemContract
from memos.testing.scenario import scenario

Vector = NDArray[np.float32]

ONE = Generation("one", 3)
TWO = Generation("two", 5, normalised=False)
UP = np.array([1, 0, 0], np.float32)
HUNDREDTH = 0.01


class VectorContract(SystemContract):
    """Which versions are near a query, and which have no vector yet."""

    @scenario
    async def test_finds_the_nearest_first(self, system: Backends) -> None:
        desk = Desk(system)
        far, near, opposite = [await desk.remember(text) for text in ("a", "b", "c")]
        await _put(desk, (far, _at(0.3)), (near, _at(0.9)), (opposite, _at(-1.0)))
        hits = await _index(system).search(desk.reads(), ONE, [_at(1.0)], 10)
        assert [hit.ref for hit in hits] == [near.ref, far.ref, opposite.ref]
        assert [hit.cube_id for hit in hits] == [desk.key.cube_id] * 3
        cosines = [hit.similarity for hit in hits]
        assert cosines == pytest.approx([0.9, 0.3, -1.0], abs=HUNDREDTH)
        assert all(-1.0 <= cosine <= 1.0 for cosine in cosines)
        assert await _find(desk, UP, limit=2) == [near.ref, far.ref]
        for limit in (0, -1):
            assert await _find(desk, UP, limit=limit) == []

    @scenario
    async def test_length_does_not_count(self, system: Backends) -> None:
        desk = Desk(system)
        long, short, none = [await desk.remember(text) for text in ("a", "b", "c")]
        await _put(desk, (long, 1e20 * _at(0.5)), (short, 1e-20 * _at(0.9)), (none, 0 * UP))
        hits = await _index(system).search(desk.reads(), ONE, [1e20 * UP], 10)
        assert [hit.ref for hit in hits] == [short.ref, long.ref, none.ref]
        cosines = [hit.similarity for hit in hits]
        assert cosines == pytest.approx([0.9, 0.5, 0.0], abs=HUNDREDTH)
        blank = await _index(system).search(desk.reads(), ONE, [0 * UP], 10)
        assert [hit.similarity for hit in blank] == [0.0] * 3

    @scenario
    async def test_many_queries_count_by_the_best(self, system: Backends) -> None:
        desk = Desk(system)
        first, second, third = [await desk.remember(text) for text in ("a", "b", "c")]
        await _put(desk, (first, [1, 0, 0]), (second, [0, 1, 0]), (third, [0.7, 0.7, 0]))
        queries = [np.array(each, np.float32) for each in ([0.9, 0, 0.1], [0, 1, 0], [0, 0, -1])]
        hits = await _index(system).search(desk.reads(), ONE, queries, 10)
        assert [hit.ref for hit in hits] == [second.ref, first.ref, third.ref]
        assert hits[2].similarity == pytest.approx(0.707, abs=HUNDREDTH)
        assert await _index(system).search(desk.reads(), ONE, [], 10) == []

    @scenario
    async def test_ties_are_broken_by_reference(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        made: list[Memory] = []
        for each in (other, desk):
            kept = [await each.remember("tea") for _ in range(30)]
            await _put(each, *((memory, [0.3, 0.2, 0.9]) for memory in reversed(kept)))
            made += kept
        expected = sorted(memory.ref for memory in made)
        for limit in (1, 7, 60):
            found = await _find(desk, UP, "user:bob", "user:ann", limit=limit)
            assert found == expected[:limit]

    @scenario
    async def test_generations_live_side_by_side(self, system: Backends) -> None:
        desk, index = Desk(system), _index(system)
        first, second = [await desk.remember(text) for text in ("a", "b")]
        await _put(desk, (first, UP), (second, _at(0.1)))
        await _put(desk, (first, [0, 0, 0, 0, 1]), generation=TWO)
        assert await index.generations(desk.key) == {ONE: 2, TWO: 1}
        last = np.array([0, 0, 0, 0, 1], np.float32)
        assert await _find(desk, last, generation=TWO) == [first.ref]
        assert await _find(desk, UP) == [first.ref, second.ref]
        assert await _find(desk, UP, generation=Generation("one", 3, normalised=False)) == []
        await index.drop(desk.key, ONE)
        assert await index.generations(desk.key) == {TWO: 1}
        assert await _find(desk, UP) == []
        assert await _find(desk, last, generation=TWO) == [first.ref]
        await index.drop(desk.key, ONE)
        await _put(desk, (second, UP))
        assert await _find(desk, UP) == [second.ref]

    @scenario
    async def test_vectors_that_cannot_be_are_refused(self, system: Backends) -> None:
        desk, index = Desk(system), _index(system)
        good, bad = [await desk.remember(text) for text in ("a", "b")]
        for vector in ([1, 0], [1, 0, 0, 0], [], [[1, 0, 0]], [1, 0, np.nan], [np.inf, 0, 0]):
            with pytest.raises(InvalidInput, match=r"items\[1\]"):
                await _put(desk, (good, UP), (bad, vector))
            with pytest.raises(InvalidInput, match=r"vectors\[0\]"):
                await index.search(desk.reads(), ONE, [np.array(vector, np.float32)], 10)
        assert await index.generations(desk.key) == {}
        assert await _find(desk, UP) == []

    @scenario
    async def test_what_was_read_earlier_replaces_nothing(self, system: Backends) -> None:
        desk = Desk(system)
        memory = await desk.remember("a")
        other = await desk.remember("b")
        await _put(desk, (memory, _at(0.2), b"newer"), (other, _at(0.5)), seq=5)
        await _put(desk, (memory, _at(0.9), b"older"), seq=4)
        assert await _find(desk, UP) == [other.ref, memory.ref]
        assert await _tokens(desk, memory) == {memory.ref: b"newer"}
        await _put(desk, (memory, _at(0.9)), seq=5)
        assert await _find(desk, UP) == [memory.ref, other.ref]
        assert await _tokens(desk, memory) == {}
        twice = [Embedded(memory.ref, seq, _at(cosine)) for seq, cosine in ((8, 0.1), (7, 0.9))]
        await _index(system).put(desk.key, ONE, twice)
        assert await _find(desk, UP) == [other.ref, memory.ref]
        assert await _index(system).generations(desk.key) == {ONE: 2}

    @scenario
    async def test_what_is_not_there_gets_no_vector(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        kept = await desk.remember("a")
        gone = await desk.remember("b")
        foreign = await other.remember("c")
        await desk.commit(forget=(gone.id,))
        later = desk.next_version(kept)
        await _put(desk, *((memory, UP) for memory in (gone, foreign, later, desk.memory("d"))))
        assert await _index(system).generations(desk.key) == {}
        nowhere = Desk(system, "user:nobody")
        await _put(nowhere, (nowhere.memory("e"), UP))
        assert await _find(desk, UP, "user:ann", "user:bob", "user:nobody") == []
        await _put(desk, (gone, UP), (kept, UP))
        assert await _find(desk, UP) == [kept.ref]

    @scenario
    async def test_forgotten_and_tainted_ones_are_not_found(self, system: Backends) -> None:
        desk = Desk(system)
        source = await desk.remember("a")
        derived = await desk.remember("b", source)
        gone = await desk.remember("c")
        await _put(desk, *((each, UP, b"t") for each in (source, derived, gone)))
        assert len(await _find(desk, UP)) == 3
        await desk.commit(forget=(gone.id,))
        await desk.revise(source, "a, but not quite")
        assert await _find(desk, UP) == []
        assert await _find(desk, UP, known_at=source.recorded_at) == [source.ref]
        assert await _tokens(desk, source, derived, gone) == {source.ref: b"t"}
        assert await _index(system).generations(desk.key) == {ONE: 1}
        renewed = await desk.revise(derived, "b again")
        await _put(desk, (renewed, UP))
        assert await _find(desk, UP) == [renewed.ref]

    @scenario
    async def test_old_versions_are_found_where_they_were_current(self, system: Backends) -> None:
        desk = Desk(system)
        first = await desk.remember("lives in Rome")
        second = await desk.revise(first, "lives in Oslo")
        await _put(desk, (first, _at(1.0)), (second, _at(0.1)))
        assert await _find(desk, UP) == [second.ref]
        assert await _find(desk, UP, known_at=first.recorded_at) == [first.ref]
        assert await _find(desk, UP, known_at=second.recorded_at) == [second.ref]

    @scenario
    async def test_only_what_the_scope_admits_is_found(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        private = await desk.remember("a", agent_id="bot", visibility=Visibility.AGENT)
        over = await desk.remember("b", valid_to=Instant(1))
        told = await desk.remember("c", conversation_id="c1")
        await _put(desk, *((memory, UP) for memory in (private, over, told)))
        await _put(other, (await other.remember("d"), UP))
        assert await _find(desk, UP) == [told.ref]
        assert set(await _find(desk, UP, agent_id="bot")) == {private.ref, told.ref}
        assert set(await _find(desk, UP, as_of=Instant(0))) == {over.ref, told.ref}
        assert await _find(desk, UP, conversation_id="c1") == [told.ref]
        assert await _find(desk, UP, conversation_id="c2") == []

    @scenario
    async def test_the_scope_is_applied_before_the_limit(self, system: Backends) -> None:
        desk = Desk(system)
        wanted = await desk.remember(
            "a", kind=Kind.LESSON, labels=("x",), conversation_id="c9", valid_from=Instant(5)
        )
        nearer = [
            await desk.remember("b", valid_from=Instant(9), valid_to=Instant(10)) for _ in range(40)
        ]
        await _put(desk, (wanted, _at(0.1)), *((memory, UP) for memory in nearer))
        for narrowing in (
            {},
            {"kinds": frozenset({Kind.LESSON})},
            {"conversation_id": "c9"},
            {"as_of": Instant(6)},
            {"as_of": Instant(9), "filter": parse_filter({"labels": "x"})},
        ):
            assert await _find(desk, UP, limit=1, **narrowing) == [wanted.ref]

    @scenario
    async def test_cubes_and_tenants_stay_apart(self, system: Backends) -> None:
        desk, index = Desk(system), _index(system)
        memory = await desk.remember("a")
        await _put(desk, (memory, _at(0.4), b"mine"))
        for cube_id, tenant in (("user:bob", "acme"), ("user:ann", "other"), ("user:Ann", "acme")):
            stranger = Desk(system, cube_id, tenant)
            theirs = await stranger.remember("b")
            await _put(stranger, (theirs, UP, b"theirs"))
            assert await _find(stranger, UP) == [theirs.ref]
            assert await _tokens(stranger, memory, theirs) == {theirs.ref: b"theirs"}
            assert await index.missing(stranger.key, ONE, 10) == []
        assert await _find(desk, UP) == [memory.ref]
        assert await index.generations(desk.key) == {ONE: 1}
        await index.clear(Desk(system, "user:bob").key)
        await index.drop(Desk(system, tenant="other").key, ONE)
        assert await _find(desk, UP) == [memory.ref]
        assert await _tokens(desk, memory) == {memory.ref: b"mine"}

    @scenario
    async def test_tokens_come_back_as_they_were_put(self, system: Backends) -> None:
        desk, other, index = Desk(system), Desk(system, "user:bob"), _index(system)
        packed = [(await desk.remember("a"), bytes(range(256)) * at) for at in range(1, 71)]
        bare = await desk.remember("b")
        theirs = await other.remember("c")
        await _put(desk, (bare, UP), *((each, UP, tokens) for each, tokens in packed))
        await _put(other, (theirs, UP, b"other"))
        refs = [bare.ref, theirs.ref, *(memory.ref for memory, _ in packed)]
        found = await _packed(index, desk.reads(), ONE, [*refs, *refs])
        assert found == {memory.ref: tokens for memory, tokens in packed}
        both = desk.reads("user:ann", "user:bob", "user:nobody")
        assert (await _packed(index, both, ONE, refs))[theirs.ref] == b"other"
        assert await _packed(index, desk.reads(), TWO, refs) == {}
        assert await _packed(index, desk.reads(), ONE, []) == {}
        await index.drop(desk.key, ONE)
        assert await _packed(index, desk.reads(), ONE, refs) == {}

    @scenario
    async def test_vectors_come_back_in_the_order_of_the_references(self, system: Backends) -> None:
        desk, other, index = Desk(system), Desk(system, "user:bob"), _index(system)
        up, flat, bare, gone = [await desk.remember(text) for text in "abcd"]
        theirs = await other.remember("e")
        await _put(desk, (up, UP, b"t"), (flat, np.multiply(3.0, _at(0.0))), (gone, UP, b"t"))
        await _put(other, (theirs, UP))
        await desk.commit(forget=(gone.id,))
        await system.settle()
        refs = [theirs.ref, flat.ref, (UNKNOWN, 1), gone.ref, up.ref, bare.ref, flat.ref]
        rows = await index.embedded(desk.reads(), ONE, refs, tokens=False)
        assert rows.held.tolist() == [False, True, False, False, True, False, True]
        assert rows.tokens == [b""] * len(refs)
        wanted = [np.zeros(3), _at(0.0), *[np.zeros(3)] * 2, UP, np.zeros(3), _at(0.0)]
        assert np.abs(rows.vectors - np.array(wanted)).max() < 0.02
        both = await index.embedded(desk.reads("user:ann", "user:bob"), ONE, refs, tokens=True)
        assert both.held.tolist() == [True, True, False, False, True, False, True]
        assert both.tokens == [b"", b"", b"", b"", b"t", b"", b""]
        for rows in (
            await index.embedded(desk.reads(), TWO, refs, tokens=True),
            await index.embedded(Desk(system, "user:nobody").reads(), ONE, refs, tokens=True),
        ):
            assert not rows.held.any()
            assert not rows.vectors.any()
            assert not any(rows.tokens)
        assert (await index.embedded(desk.reads(), ONE, [], tokens=True)).vectors.shape == (0, 3)

    @scenario
    async def test_missing_are_current_versions_without_a_vector(self, system: Backends) -> None:
        desk, index = Desk(system), _index(system)
        first, old, done, gone, source = [await desk.remember(text) for text in "abcde"]
        await desk.remember("f", source)
        source = await desk.revise(source, "E")
        revised = await desk.revise(old, "B")
        await desk.commit(forget=(gone.id,))
        await _put(desk, (done, UP), (old, UP))
        assert await index.missing(desk.key, ONE, 10) == [first.ref, source.ref, revised.ref]
        assert await index.missing(desk.key, ONE, 2) == [first.ref, source.ref]
        for limit in (0, -1):
            assert await index.missing(desk.key, ONE, limit) == []
        everything = await index.missing(desk.key, TWO, 10)
        assert everything == [first.ref, done.ref, source.ref, revised.ref]
        await _put(desk, (first, UP), (source, UP), (revised, UP))
        assert await index.missing(desk.key, ONE, 10) == []
        again = await desk.revise(done, "C")
        assert await index.missing(desk.key, ONE, 10) == [again.ref]

    @scenario
    async def test_it_can_be_thrown_away_and_filled_again(self, system: Backends) -> None:
        desk, index = Desk(system), _index(system)
        memories = [await desk.remember(text) for text in "abc"]
        await _put(desk, *((memory, UP, b"t") for memory in memories))
        await _put(desk, (memories[0], [0, 0, 0, 0, 1]), generation=TWO)
        refs = [memory.ref for memory in memories]
        await index.clear(desk.key)
        assert await index.generations(desk.key) == {}
        assert await _find(desk, UP) == []
        assert await _tokens(desk, *memories) == {}
        await deliver(index, desk.key, await system.records.states(desk.key))
        assert await index.missing(desk.key, ONE, 10) == refs
        await _put(desk, *((memory, UP) for memory in memories))
        assert await _find(desk, UP) == refs

    @scenario
    async def test_older_states_change_nothing(self, system: Backends) -> None:
        desk, index = Desk(system), _index(system)
        memory, gone = [await desk.remember(text) for text in "ab"]
        old = await system.records.states(desk.key)
        await _put(desk, (memory, UP), (gone, UP))
        await desk.commit(forget=(gone.id,))
        for states in (old, await system.records.states(desk.key), old):
            await deliver(index, desk.key, states)
            await _put(desk, (gone, UP))
            assert await _find(desk, UP) == [memory.ref]
            assert await index.missing(desk.key, ONE, 10) == []

    @scenario
    async def test_doctor_has_nothing_to_compare(self, system: Backends) -> None:
        desk, index = Desk(system), _index(system)
        memory, other = [await desk.remember(text) for text in "ab"]
        await _put(desk, (memory, UP))
        assert await index.contents(desk.key) == {}
        assert index.expected(memory) is index.expected(other) is None

    @scenario
    async def test_an_unknown_cube_is_empty(self, system: Backends) -> None:
        nowhere, index = Desk(system, "user:nobody"), _index(system)
        assert await _find(nowhere, UP) == []
        assert await index.contents(nowhere.key) == {}
        assert await index.generations(nowhere.key) == {}
        assert await index.missing(nowhere.key, ONE, 10) == []
        assert await _packed(index, nowhere.reads(), ONE, [nowhere.memory("a").ref]) == {}
        await index.clear(nowhere.key)
        await index.drop(nowhere.key, ONE)
        await deliver(index, nowhere.key, [])

    @scenario
    async def test_it_says_what_it_is(self, system: Backends) -> None:
        assert _index(system).name == "vectors"
        assert isinstance(_index(system).inline, bool)


def _index(system: Backends) -> VectorIndex:
    assert system.vectors is not None, "these Backends have no vectors to look at"
    return system.vectors


def _at(cosine: float) -> Vector:
    """A vector of `ONE` with this cosine to `UP`."""
    return np.array([cosine, np.sqrt(1 - cosine**2), 0], np.float32)


async def _put(
    desk: Desk,
    *items: tuple[Memory, ArrayLike] | tuple[Memory, ArrayLike, bytes],
    generation: Generation = ONE,
    seq: int = 1,
) -> None:
    """Puts (memory, vector) or (memory, vector, tokens)."""
    made = [
        Embedded(memory.ref, seq, np.array(vector, np.float32), *tokens)
        for memory, vector, *tokens in items
    ]
    await _index(desk.system).put(desk.key, generation, made)


async def _find(
    desk: Desk,
    vector: Vector,
    *cube_ids: str,
    limit: int = 10,
    generation: Generation = ONE,
    **narrowing: object,
) -> list[Ref]:
    await desk.system.settle()
    scope = desk.reads(*cube_ids, **narrowing)
    return [hit.ref for hit in await _index(desk.system).search(scope, generation, [vector], limit)]


async def _tokens(desk: Desk, *memories: Memory) -> dict[Ref, bytes]:
    refs = [memory.ref for memory in memories]
    return await _packed(_index(desk.system), desk.reads(), ONE, refs)


async def _packed(
    index: VectorIndex, scope: ReadScope, generation: Generation, refs: Sequence[Ref]
) -> dict[Ref, bytes]:
    """The tokens of those versions that have any."""
    rows = await index.embedded(scope, generation, refs, tokens=True)
    assert len(rows.tokens) == len(rows.held) == len(rows.vectors) == len(refs)
    return {ref: one for ref, one in zip(refs, rows.tokens, strict=True) if one}
