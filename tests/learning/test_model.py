"""Learning with a model that answers by script; a real server is in tests/providers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memos import MemOS
from memos.contracts.extractor import Extraction, Told
from memos.errors import (
    BadAnswer,
    NotFound,
    ProviderBusy,
    ProviderDown,
    ProviderRefused,
    ProviderTimeout,
)
from memos.memories.parts import build
from memos.model.claim import Claim, Relation
from memos.model.memory import Kind
from memos.settings import Settings
from memos.testing.extraction import ScriptedExtractor

HOME = Claim(Kind.PROFILE, "Ann moved in with Tom in Porto", attribute="home", value="Porto")
CAT = Claim(Kind.FACT, "the cat is called Mia", subject="cat", value="Mia")


@pytest.fixture
def model():
    return ScriptedExtractor()


@pytest.fixture
def opened(tmp_path, model):
    """Opens a home with the scripted model."""
    made = []

    def call(**settings) -> MemOS:
        chosen = Settings.load({}, home=tmp_path, embedder="none", sync="normal", **settings)
        parts = replace(build(chosen), extractor=model)
        made.append(MemOS(tmp_path, parts=parts, embedder="none", learn="on", **settings))
        return made[-1]

    yield call
    for memos in made:
        memos.close()


def say(memos, *texts: str, conversation_id: str = "c1", role: str = "user"):
    return memos.add_messages(
        "ann", [{"role": role, "content": text} for text in texts], conversation_id=conversation_id
    )


def known(memos, query: str = "Porto Lisbon Mia cat Ann live"):
    kinds = ["fact", "profile", "preference", "instruction"]
    return [hit.memory for hit in memos.recall("ann", query, kinds=kinds, top_k=50)]


def test_a_buffer_is_read_with_one_call(opened, model):
    memos = opened()
    model.script(Extraction((Told(HOME, 2), Told(CAT, 0)), calls=1, tokens_in=500, tokens_out=40))
    added = say(
        memos,
        "Mia scratched the sofa again, that cat",
        "sigh",
        "well, that flat of his in Porto it is, Tom and all",
    )
    memos.drain()
    (call,) = model.calls
    assert call[0][0].content == "Mia scratched the sofa again, that cat"
    found = {one.content: one for one in known(memos)}
    assert found[HOME.text].sources == (added[2].message_id,)
    assert found[CAT.text].metadata["learned"] == "model"
    used = {name: n for name, n in memos.stats().model.items() if n}
    assert used == {"model calls": 1, "model tokens": 540, "buffers": 1}
    memos.drain()
    assert len(model.calls) == 1


def test_each_conversation_is_read_for_itself(opened, model):
    memos = opened()
    say(memos, "one", conversation_id="a")
    say(memos, "two", conversation_id="b")
    say(memos, "only an answer", conversation_id="c", role="assistant")
    memos.drain()
    assert [[message.content for message in call[0]] for call in model.calls] == [["one"], ["two"]]


def test_nobody_waits_for_the_model(opened, model):
    memos = opened()
    say(memos, "I live in Lisbon.")
    memos.drain()
    assert [one.content for one in known(memos)] == ["I live in Lisbon"]


def test_what_is_known_is_offered_and_corrected(opened, model):
    memos = opened()
    say(memos, "I live in Lisbon.")
    memos.drain()
    model.script(Extraction((Told(HOME, 0, Relation.CONTRADICTION, 0),), calls=1))
    say(memos, "Lisbon is over, I am at Tom's in Porto now", conversation_id="c2")
    memos.drain()
    shown = model.calls[-1][1]
    assert [memory.content for memory in shown] == ["I live in Lisbon"]
    assert HOME.text in [one.content for one in known(memos)]
    assert "I live in Lisbon" not in [one.content for one in known(memos)]


def test_what_rules_had_found_only_gains(opened, model):
    memos = opened()
    model.script(Extraction((Told(replace(HOME, text="I live in Porto"), 0),), calls=1))
    say(memos, "I live in Porto.")
    memos.drain()
    (one,) = known(memos)
    assert (one.content, one.metadata["count"]) == ("I live in Porto", 1)


def test_claims_of_an_assistant_are_not_kept(opened, model):
    memos = opened()
    model.script(Extraction((Told(HOME, 1),), calls=1))
    say(memos, "hm")
    say(memos, "You live in Porto.", role="assistant")
    memos.drain()
    assert known(memos) == []


def test_what_was_never_said_is_not_kept(opened, model):
    memos = opened()
    invented = replace(HOME, text="Ann moved in with Tom in Madrid", value="Madrid")
    translated = replace(HOME, text="我搬到波尔图和汤姆一起住了", value="波尔图", language="zh")
    model.script(Extraction((Told(invented, 0), Told(translated, 0)), calls=1))
    say(memos, "well, that flat of his in Porto it is, Tom and all")
    memos.drain()
    assert known(memos) == []
    assert memos.stats().model["ungrounded claims"] == 2


@pytest.mark.parametrize("error", [ProviderDown, ProviderTimeout, ProviderBusy, ProviderRefused])
def test_a_model_that_fails_is_asked_again_later(opened, model, error):
    memos = opened()
    model.script(error("chat_model: no"), error("chat_model: no"))
    added = say(memos, "well, Mia is some cat", "I live in Lisbon.")
    memos.drain()
    assert [one.content for one in known(memos)] == ["I live in Lisbon"]  # the rules stand
    assert memos.stats().backlog.waiting == 1
    assert memos.dead_letters() == []
    memos.drain()
    model.script(Extraction((Told(CAT, 0),), calls=1))
    memos.drain()
    assert CAT.text in [one.content for one in known(memos)]
    assert memos.stats().backlog.open == 0
    assert [one.message_id for one in memos.get_messages("ann")] == [o.message_id for o in added]
    assert len(model.calls) == 3


def test_a_busy_model_is_left_alone_as_long_as_it_asks(opened, model):
    memos = opened()
    model.script(ProviderBusy("chat_model: too many requests", 1800))
    say(memos, "well, that flat by the river it is")
    memos.drain()
    (load,) = [one for one in memos.work_report().queues if one.kind == "study"]
    assert load.waiting == 1
    with MemOS(memos.settings.home, embedder="none", learn="off") as other:
        task = other.task(max(range(1, 50), key=lambda n: _waits(other, n)))
    assert task.task is not None
    assert task.task.due_at - task.task.enqueued_at > 1700 * 1_000_000


def _waits(memos, task_id: int) -> bool:
    try:
        return memos.task(task_id).task is not None
    except NotFound:
        return False


def test_garbage_ends_the_buffer_and_the_rules_stand(opened, model):
    memos = opened()
    model.script(BadAnswer("chat_model: not JSON"))
    say(memos, "I live in Lisbon.")
    memos.drain()
    assert [one.content for one in known(memos)] == ["I live in Lisbon"]
    assert memos.stats().backlog.open == 0
    assert memos.stats().model["garbled answers"] == 1
    memos.drain()
    assert len(model.calls) == 1


def test_a_day_has_a_budget(opened, model):
    memos = opened(model_calls=2)
    for n in range(4):
        say(memos, f"so be it {n}", conversation_id=f"c{n}")
        memos.drain()
    assert len(model.calls) == 2
    assert memos.stats().backlog.waiting == 1  # until tomorrow
    assert memos.stats().model["model calls"] == 2


def test_tokens_have_a_budget_too(opened, model):
    memos = opened(model_tokens=100)
    model.script(Extraction((), calls=1, tokens_in=90, tokens_out=20))
    say(memos, "one", conversation_id="a")
    memos.drain()
    say(memos, "two", conversation_id="b")
    memos.drain()
    assert len(model.calls) == 1


def test_answers_of_no_use_cost_their_tokens_too(opened, model):
    memos = opened(model_tokens=100)
    model.script(BadAnswer("chat_model: not JSON", 90, 20))
    say(memos, "one", conversation_id="a")
    memos.drain()
    assert memos.stats().model["model tokens"] == 110
    say(memos, "two", conversation_id="b")
    memos.drain()
    assert len(model.calls) == 1


def test_remarks_are_not_news_to_the_model(opened, model):
    memos = opened()
    say(memos, "My sister lives in Lisbon.")
    memos.drain()
    memos.feedback("ann", "no, my sister lives in Porto, not Lisbon")
    memos.drain()
    assert len(model.calls) == 1
