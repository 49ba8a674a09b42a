from __future__ import annotations

from pathlib import Path

import pytest

from memos import MemOS

ORDER = "From now on, mention the platform when I ask about trains."


def filled(home: Path, **settings) -> MemOS:
    memos = MemOS(home, **settings)
    texts = [f"The train to Oslo was late again on day {at}" for at in range(30)]
    for at, text in enumerate([ORDER, "Always add a test when I ask for code.", *texts]):
        memos.add_message("ann", role="user", content=text, message_id=str(at))
    memos.drain()
    return memos


@pytest.mark.parametrize("settings", [{}, {"embedder": "none"}])
@pytest.mark.parametrize("effort", ["fast", "normal"])
def test_an_order_whose_occasion_has_come_is_among_the_first(tmp_path, settings, effort):
    with filled(tmp_path, **settings) as memos:
        found = memos.recall("ann", "Which train goes to Oslo?", effort=effort)
        hits = {hit.sources[0]: hit for hit in found}
        assert "0" in hits
        assert "1" not in hits
        assert "a standing order" in hits["0"].why


def test_occasions_are_embedded_once(tmp_path):
    with filled(tmp_path) as memos:
        occasions = memos._engine._textual._sources.occasions
        memos.recall("ann", "Which train goes to Oslo?")
        held = list(occasions._meant)
        assert held
        memos.recall("ann", "Is the train to Bergen late?")
        assert sorted(occasions._meant) == sorted(held)
