"""Of two messages that state the figure asked for, the one that changed it stands first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memos import MemOS

TALK = "We had soup. The train was late. Nobody minded. "
OLD_QUOTA = "My API key has a daily quota of 1,000 calls per day, that is my API key quota."
NEW_QUOTA = "They wrote to me: the daily quota of my key is now 1,200 calls."
QUOTA = "What is the daily call quota of my API key?"
NEWER = "states a newer figure"


@pytest.fixture
def memos(tmp_path: Path) -> Iterator[MemOS]:
    with MemOS(tmp_path, embedder="none", learn="off") as made:
        yield made


def asked(memos: MemOS, question: str, *said: str | dict[str, str]) -> list[str]:
    """What was said, one a day, in the order of the answer."""
    for day, one in enumerate(said, 1):
        fields = one if isinstance(one, dict) else {"content": one}
        memos.add_message("ann", timestamp=f"2024-03-{day:02}", **{"role": "user", **fields})
    return [hit.memory.content for hit in memos.recall("ann", question)]


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (QUOTA, OLD_QUOTA, NEW_QUOTA),
        (
            "What is the deadline of the first sprint of the portfolio?",
            "The first sprint of the portfolio has its deadline, a sprint deadline on April 1.",
            "We move the portfolio on, the new sprint deadline is April 5",
        ),
        (
            "How many plants are on my balcony?",
            "On my balcony there are 14 plants, plants everywhere on that balcony.",
            "Since the market the number of plants outside has gone up to 17, on the balcony too.",
        ),
        (
            "What time is my lesson with Dana on Fridays?",
            "My lesson with Dana is on Fridays, the lesson with Dana begins at 3 pm.",
            "Dana called: the lesson was moved to 4:30 pm.",
        ),
        ("我的房租是多少钱？", "我的房租是每月4000元，房租每月付。", "房东说房租涨到4500元"),
        ("报告的截止日期是几号？", "报告的截止日期是5月10日，报告的截止。", "报告推迟到5月20日"),
    ],
    ids=["quota", "deadline", "count", "clock", "rent", "han-date"],
)  # fmt: skip
def test_the_newer_figure_stands_first(memos, question, old, new):
    assert asked(memos, question, old, TALK, new)[0] == new
    (first, *others) = memos.recall("ann", question)
    assert NEWER in first.why
    assert not any(NEWER in hit.why for hit in others)


@pytest.mark.parametrize(
    "new",
    [
        "The daily quota of calls is 1,200 in their brochure.",  # nothing says that it changed
        "The key is now in 3 places, one of them daily.",  # another thing
        "The daily quota of my key is now 1,000 calls.",  # the same figure
        {"role": "assistant", "content": NEW_QUOTA},  # somebody else
    ],
    ids=["unchanged", "thing", "same", "speaker"],
)
def test_what_replaces_nothing(memos, new):
    assert asked(memos, QUOTA, OLD_QUOTA, new)[0] == OLD_QUOTA


def test_an_older_change_replaces_nothing(memos):
    assert asked(memos, QUOTA, NEW_QUOTA, OLD_QUOTA)[0] == OLD_QUOTA


def test_a_figure_that_the_question_names_decides(memos):
    twelve = "My accuracy in area problems improved to 90% after 12 problems, accuracy in area."
    fifteen = "I did 15 problems about area and have 95% accuracy"
    question = "What is my accuracy in area after 15 problems?"
    assert asked(memos, question, twelve, fifteen)[0] == fifteen


def test_any_piece_of_a_long_message_states_the_figure(memos):
    old = f"My daily quota for the key, for calls. {TALK * 60} It is 1,000 calls for the key."
    new = "They wrote about the key, it is now 1,200 calls."
    assert asked(memos, "What is my daily quota of calls for the key?", old, new)[0] == new
    assert NEWER in memos.recall("ann", "What is my daily quota of calls for the key?")[0].why
