from __future__ import annotations

from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from memos.storage.segments import references
from memos.storage.segments.references import References

# Few different halves, so that ids that share one are common.
ids = st.builds(
    lambda high, low: str(UUID(int=high << 64 | low)), st.integers(0, 3), st.integers(0, 3)
)
refs = st.lists(st.tuples(ids, st.integers(1, 3)), unique=True, max_size=30)


@given(held=refs, cuts=st.lists(st.integers(0, 30), max_size=4), asked=refs)
def test_documents_are_found_as_in_a_dictionary(held, cuts, asked):
    made, start = References(), 0
    asked = [*asked, ("no uuid", 1), *asked[:2]]
    for cut in [*sorted(cuts), len(held)]:
        part = held[start : max(start, cut)]
        halves = np.frombuffer(b"".join(UUID(id).bytes for id, _ in part), ">u8")
        made.add(halves, [version for _, version in part])
        start += len(part)
        expected = {ref: doc for doc, ref in enumerate(held[:start])}
        for _ in range(2):  # the second time from what is remembered
            places, docs = made.find(asked)
            found = dict(zip(places.tolist(), docs.tolist(), strict=True))
            assert found == {at: expected[ref] for at, ref in enumerate(asked) if ref in expected}


@given(held=refs, asked=st.lists(st.integers(0, 29), max_size=40))
def test_references_of_documents(held, asked):
    made = References()
    halves = np.frombuffer(b"".join(UUID(id).bytes for id, _ in held), ">u8")
    made.add(halves, [version for _, version in held])
    docs = [doc for doc in asked if doc < len(held)]
    for _ in range(2):
        assert made.of(np.array(docs, np.int32)) == [held[doc] for doc in docs]


def test_what_is_remembered_has_a_limit(monkeypatch):
    monkeypatch.setattr(references, "REMEMBERED", 3)
    made = References()
    held = [(str(UUID(int=at)), 1) for at in range(10)]
    made.add(np.frombuffer(b"".join(UUID(id).bytes for id, _ in held), ">u8"), [1] * 10)
    for _ in range(2):
        assert made.of(np.arange(10, dtype=np.int32)) == held
        assert made.find(held)[1].tolist() == list(range(10))
    assert made.nbytes < 10 * 36 + 4 * references.EACH
