from __future__ import annotations

import pytest

from memos import MemOS
from memos.errors import InvalidInput

FILLER = (
    "The train to {n} was late again, what a day.",
    "Can you explain how photosynthesis works in {n} sentences?",
    "Thanks, that was helpful!",
    "I had {n} meetings this morning.",
    "What is the capital of Mongolia?",
)
HAN_FILLER = (
    "今天第{n}趟地铁又晚点了。", "你能用{n}句话解释一下光合作用吗？", "谢谢，很有帮助！",
    "今天上午开了{n}个会。", "蒙古的首都是哪里？",
)  # fmt: skip


def live(say, filler, conversations: int = 40):
    for n in range(conversations):
        say(filler[n % len(filler)].format(n=n + 2), at=f"2024-06-{n % 28 + 1:02}T12:00",
            conversation_id=f"later {n}")  # fmt: skip


@pytest.mark.parametrize(
    ("said", "filler", "changed", "asked", "old", "new"),
    [
        (
            "Could you sort this list? I like a concise code style.", FILLER,
            "I now prefer verbose code with comments, I no longer like a concise code style.",
            "write me a function", "concise", "verbose",
        ),
        (
            "帮我排个序。我喜欢简洁的代码风格。", HAN_FILLER,
            "我现在不喜欢简洁的代码风格了，我喜欢注释详细的代码。", "帮我写个函数",
            "简洁", "注释详细",
        ),
    ],
)  # fmt: skip
def test_what_was_said_once_in_passing_is_there_when_it_matters(
    memos, say, said, filler, changed, asked, old, new
):
    say(said, conversation_id="first")
    live(say, filler)
    assert old in memos.context("ann", asked).text
    say(changed, at="2024-07-20T10:00", conversation_id="last")
    text = memos.context("ann", asked).text
    assert new in text
    assert said not in text


def test_where_somebody_lives_is_known_once(say, known, memos):
    say("I live in Porto.", at="2024-01-10")
    say("I moved to Lisbon last week.", at="2024-03-11")
    (current,) = known("where do I live", "profile")
    assert current.metadata["value"] == "Lisbon"
    (then,) = known("where do I live", "profile", as_of="2024-02-01")
    assert then.metadata["value"] == "Porto"
    events = [entry.event for entry in memos.history("ann", then.id)]
    assert events == ["created", "updated"]
    assert then.metadata["superseded_by"] == current.id
    assert current.metadata["supersedes"] == [then.id]


def test_what_is_heard_late_does_not_replace_what_was_said_later(say, known):
    say("I moved to Lisbon.", at="2024-03-11")
    say("I live in Porto.", at="2024-01-10")
    assert [one.metadata["value"] for one in known("live", "profile")] == ["Lisbon"]
    assert [one.metadata["value"] for one in known("live", "profile", as_of="2024-02-01")] == [
        "Porto"
    ]


def test_of_two_speakers_each_lives_somewhere(say, known):
    say("I live in Porto.", name="Ann")
    say("I live in Lisbon.", name="Bob")
    found = {one.name: one.metadata["value"] for one in known("live", "profile")}
    assert found == {"Ann": "Porto", "Bob": "Lisbon"}


def test_in_a_shared_cube_each_user_lives_somewhere(memos, known):
    memos.create_cube("ann", cube_id="team")
    memos.share("ann", "team", to_user="bob", role="writer")
    for user, place in (("ann", "Porto"), ("bob", "Lisbon")):
        memos.add_message(user, role="user", content=f"I live in {place}.", cube_id="team")
    memos.drain()
    found = {one.user_id: one.metadata["value"] for one in known("live", "profile", cube_id="team")}
    assert found == {"ann": "Porto", "bob": "Lisbon"}


def test_third_persons_keep_what_is_theirs(say, known):
    say("I live in Porto and my sister lives in Lisbon.")
    found = {one.metadata["subject"]: one.metadata["value"] for one in known("lives", "profile")}
    assert found == {"self": "Porto", "sister": "Lisbon"}


def test_a_pronoun_is_told_with_its_person(say, known):
    say("我妹妹住在成都，她对花生过敏。")
    say("我妹妹住在成都，她对花生过敏。", at="2024-06-01")
    found = {one.content: one.metadata["count"] for one in known("成都 花生 过敏")}
    assert found == {"我妹妹住在成都": 2, "妹妹: 她对花生过敏": 2}


def test_saying_it_again_adds_a_source_and_no_memory(say, known):
    first = say("I am allergic to peanuts.")
    second = say("As I said, I'm allergic to peanuts!", at="2024-06-01")
    (one,) = known("allergic peanuts")
    assert one.sources == (first.message_id, second.message_id)
    assert one.metadata["count"] == 2
    assert one.importance > 0.7


@pytest.mark.parametrize("role", ["assistant", "tool", "system"])
def test_only_what_users_say_is_learned(say, known, memos, role):
    memos.add_message("ann", role=role, content="I live in Porto.")
    memos.drain()
    assert known("live") == []


def test_an_agents_own_memory_stays_its_own(memos, known):
    memos.add_message(
        "ann", role="user", content="I live in Porto.", agent_id="bot", visibility="agent"
    )
    memos.drain()
    assert known("live") == []
    assert [one.visibility.value for one in known("live", agent_id="bot")] == ["agent"]


def test_text_stays_in_its_language(say, known):
    say("我住在成都。")
    (one,) = known("成都")
    assert "成都" in one.content
    assert one.metadata["language"] == "zh"


def test_a_dated_event_says_its_day(say, known):
    say("I broke my wrist last Friday.", at="2024-05-02T09:30")
    (one,) = known("wrist")
    assert one.metadata["start"] == "2024-04-26"
    assert "(2024-04-26)" in one.content


def test_forgetting_what_was_said_takes_what_was_learned_along(memos, say, known):
    added = say("I live in Porto.")
    assert len(known("live")) == 1
    memos.forget("ann", message_id=added.message_id)
    assert known("live") == []


def test_context_that_comes_back_is_not_learned_again(memos, say):
    say("I live in Porto. My dog is called Biscuit. I love long walks.")
    say("Please always answer in short sentences.")
    before = memos.stats().counts["memories"]
    for n in range(100):
        text = memos.context("ann", "Where do I live?").text
        memos.add_message("ann", role="user", content=text, conversation_id=f"echo {n}")
    memos.drain()
    assert memos.stats().counts["memories"] == before


def test_told_again_in_so_many_words_adds_no_knowledge(memos, say, known):
    say("I live in Porto. My dog is called Biscuit. I love long walks.")
    before = {one.id for one in known("Porto Biscuit walks dog live love")}
    assert before
    for n in range(20):
        say(
            "I live in Porto. My dog is called Biscuit. I love long walks.",
            at=f"2024-06-{n + 1:02}",
        )
    assert {one.id for one in known("Porto Biscuit walks dog live love")} == before


def test_nothing_is_learned_when_it_is_off(tmp_path):
    with MemOS(tmp_path, embedder="none", learn="off") as memos:
        memos.add_message("ann", role="user", content="I live in Porto.")
        memos.drain()
        assert memos.stats().counts["memories"] == 1
    with pytest.raises(InvalidInput):
        MemOS(tmp_path, learn="maybe")


def test_learning_makes_up_for_the_time_it_was_off(tmp_path):
    with MemOS(tmp_path, embedder="none", learn="off") as memos:
        memos.add_message("ann", role="user", content="I live in Porto.")
    with MemOS(tmp_path, embedder="none", learn="on") as memos:
        memos.add_message("ann", role="user", content="hello")
        memos.drain()
        (hit,) = memos.recall("ann", "live", kinds=["profile"])
        assert hit.memory.content == "I live in Porto"


def known_of(memos: MemOS, query: str, **more) -> list[str]:
    kinds = ["fact", "profile", "preference", "instruction"]
    hits = memos.recall("ann", query, kinds=kinds, **more)
    return [hit.memory.metadata["value"] for hit in hits]


def test_a_fact_stands_on_what_is_left_of_its_sources(memos):
    first, second = (
        memos.add_message("ann", role="user", content=said)
        for said in ("I'm allergic to peanuts.", "As I said, I'm allergic to peanuts!")
    )
    memos.drain()
    memos.forget("ann", message_id=first.message_id)
    memos.drain()
    (hit,) = memos.recall("ann", "peanuts", kinds=["profile"])
    assert hit.memory.sources == (second.message_id,)
    assert hit.memory.metadata["count"] == 1
    memos.forget("ann", message_id=second.message_id)
    memos.drain()
    assert known_of(memos, "peanuts") == []


def test_an_edited_message_is_learned_anew(memos):
    added = memos.add_message("ann", role="user", content="I live in Porto and I love tea.")
    memos.drain()
    memos.update_memory("ann", added.memory_ids[0], "I live in Braga and I love tea.")
    memos.drain()
    assert sorted(known_of(memos, "live Braga Porto tea")) == ["Braga", "tea"]


def test_what_a_forgotten_message_had_ended_holds_again(memos):
    said = ["I live in Porto.", "I moved to Lisbon.", "I moved to Braga."]
    added = [memos.add_message("ann", role="user", content=one) for one in said]
    memos.drain()
    memos.forget("ann", message_id=added[1].message_id)
    memos.drain()
    assert known_of(memos, "live moved") == ["Braga"]
    memos.forget("ann", message_id=added[2].message_id)
    memos.drain()
    assert known_of(memos, "live moved") == ["Porto"]


def test_what_was_forgotten_by_its_own_id_is_not_learned_again(memos):
    for said in ("I'm allergic to peanuts.", "As I said, I'm allergic to peanuts!"):
        memos.add_message("ann", role="user", content=said)
    memos.drain()
    (hit,) = memos.recall("ann", "peanuts", kinds=["profile"])
    memos.forget("ann", hit.memory.id)
    memos.drain()
    assert known_of(memos, "peanuts") == []
