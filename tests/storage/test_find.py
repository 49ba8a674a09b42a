from __future__ import annotations

from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from memos.storage.segments.find import Finder

# Few different halves, so that ids that share one are common.
ids = st.builds(
    lambda high, low: str(UUID(int=high << 64 | low)), st.integers(0, 3), st.integers(0, 3)
)
refs = st.lists(st.tuples(ids, st.integers(1, 3)), unique=True, max_size=30)


@given(held=refs, cuts=st.lists(st.integers(0, 30), max_size=4), asked=refs)
def test_it_finds_what_a_dictionary_finds(held, cuts, asked):
    packed = np.frombuffer(b"".join(UUID(id).bytes for id, _ in held), ">u8").astype(np.uint64)
    rows, versions = packed.reshape(-1, 2), np.array([version for _, version in held], np.int32)
    finder = Finder()
    for cut in sorted(cuts):
        finder.follow(rows[:cut])
    finder.follow(rows)
    asked = [*asked, ("no uuid", 1), *asked[:2]]
    places, docs = finder.find(rows, versions, asked)
    found = dict(zip(places.tolist(), docs.tolist(), strict=True))
    expected = {ref: doc for doc, ref in enumerate(held)}
    assert found == {at: expected[ref] for at, ref in enumerate(asked) if ref in expected}
