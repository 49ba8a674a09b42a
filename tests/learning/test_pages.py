"""Pages: what is known and was said, put together; nothing of what is gone stays in them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace

import pytest
from click.testing import CliRunner
from paged import ANN, HARBOUR, MEMORY, SISTER, SQLITE, pages, run, say

from memos import AsyncMemOS
from memos.cli.app import cli
from memos.errors import InvalidInput, NotFound
from memos.memories import page_steps
from memos.memories.parts import build
from memos.model.claim import slot_term
from memos.model.memory import OURS, Kind, State, Trust
from memos.model.scope import Narrowing, ReadScope, SystemScope
from memos.settings import Settings


@pytest.fixture(params=[SQLITE, MEMORY], ids=["sqlite", "memory"])
def memos(opened, request):
    return opened(base=request.param)


def everything(memos):
    """All that the records hold of each cube, and its marks."""
    records = memos._engine._parts.records

    async def look():
        keys = await records.cube_keys(SystemScope())
        return [(await records.states(key), await records.marks(key)) for key in keys]

    return memos._portal.run(look())


def readable(memos, *moments, user="ann"):
    """The text of all that any read may see, now and as it was known at each of the moments."""
    found = []
    for moment in (None, *moments):
        for archived in (False, True):
            hits = memos.recall(
                user,
                "Porto Lisbon sister nurse harbour exhibition Braga live",
                kinds=["summary"],
                top_k=50,
                known_at=moment,
                include_archived=archived,
            )
            found += [hit.memory.content for hit in hits]
    return "\n".join(found)


# --- profile -------------------------------------------------------------------------------------


def test_a_profile_is_what_is_known_of_the_user_now(memos):
    say(memos, "I live in Porto.", "I love window seats.", "My sister lives in Faro.",
        "Please always answer in short sentences.", day="2024-01-10")  # fmt: skip
    say(memos, "We moved to Lisbon last week.", "I'm going to Rome on 2024-09-01.",
        "I'm flying to Oslo on 2024-05-20.", day="2024-03-11")  # fmt: skip
    made = memos.profile("ann")
    _, *lines = made.content.split("\n")
    assert [line.split(": ")[0] for line in lines] == [
        "standing order",
        "home",
        "preference",
        "plan",
    ]
    assert "Lisbon" in lines[1]
    assert "Rome" in lines[3]
    for gone in ("Porto", "Faro", "Oslo"):
        assert gone not in made.content
    assert made.kind is Kind.SUMMARY
    assert made.role == OURS
    assert made.labels == ("slot:page/profile/ann",)
    assert made.trust is Trust.USER
    assert len(made.sources) == 4


def test_of_other_speakers_there_is_nothing_in_it(memos):
    say(memos, "I live in Porto.", name="Ann")
    say(memos, "I live in Lisbon.", name="Bob")
    assert memos.profile("ann").content.count("I live in") == 1
    assert "Porto" in memos.profile("ann").content


def test_a_user_who_speaks_under_a_name_has_a_profile_and_no_page_as_a_person(memos):
    say(memos, "I live in Porto.", "I'm Ann.", "I love cats.", user="user-1", name="Ann")
    run(memos)
    assert "I live in Porto" in memos.profile("user-1").content
    assert pages(memos, "person", user="user-1") == {}
    assert "I live in Porto" in memos.context("user-1", "what to cook").text


def test_what_is_repeated_and_important_comes_first(memos):
    say(memos, "I love pears.", "I love figs.")
    for n in range(3):
        say(memos, "I love figs.", day=f"2024-05-1{n}", conversation_id=f"again {n}")
    lines = memos.profile("ann").content.split("\n")[1:]
    assert ["figs" in line for line in lines] == [True, False]


def test_a_profile_is_up_to_date_whenever_it_is_asked_for(memos):
    assert memos.profile("ann") is None
    say(memos, "I live in Porto.")
    first = memos.profile("ann")
    assert memos.profile("ann") == first
    say(memos, "I love long walks.", day="2024-05-03")
    second = memos.profile("ann")
    assert (second.id, second.version) == (first.id, 2)
    memos.store("ann", "preference", "Writes with her left hand.")
    assert "left hand" in memos.profile("ann").content
    assert "2024" not in memos.profile("ann").content  # the page is no list of days


def test_a_plan_is_in_it_until_its_day_is_over(memos, clock):
    say(memos, "I live in Porto.", "I'm going to Rome on 2024-06-20.")
    run(memos)
    assert "Rome" in pages(memos)["ann"].content
    clock.set("2024-06-20T23:00:00Z")
    run(memos)
    assert "Rome" in pages(memos)["ann"].content
    clock.set("2024-06-21T01:00:00Z")
    assert run(memos).decided == 1
    assert "Rome" not in pages(memos)["ann"].content


def test_in_a_shared_cube_each_user_has_a_profile(opened):
    memos = opened()
    memos.create_cube("ann", "team")
    memos.share("ann", "team", to_user="bob", role="writer")
    memos.share("ann", "team", to_user="eve", role="reader")
    for user, town in (("ann", "Porto"), ("bob", "Lisbon")):
        memos.add_message(
            user, role="user", name=user, content=f"I live in {town}.", cube_id="team"
        )
    memos.drain()
    assert "Porto" in memos.profile("ann", cube_id="team").content
    assert "Lisbon" in memos.profile("bob", cube_id="team").content
    assert memos.profile("eve", cube_id="team") is None
    assert set(pages(memos, user="eve", cube_id="team")) == {"ann", "bob"}
    with pytest.raises(NotFound):
        memos.profile("mallory", cube_id="team")
    assert memos.pages("mallory") == []


# --- the other pages -----------------------------------------------------------------------------


def test_three_claims_make_a_person_a_page(memos):
    say(memos, *SISTER[:2])
    run(memos)
    assert pages(memos, "person") == {}
    say(memos, SISTER[2], day="2024-05-03", conversation_id="c2")
    run(memos)
    page = pages(memos, "person")["sister"]
    assert all(word in page.content for word in ("Lisbon", "nurse", "peanuts", "2024-05-03"))


def test_a_person_of_whom_too_little_is_known_by_now_is_archived(memos):
    say(memos, *SISTER)
    run(memos)
    page = pages(memos, "person")["sister"]
    nurse = next(hit.memory for hit in memos.recall("ann", "nurse", kinds=["fact", "profile"])
                 if "nurse" in hit.memory.content)  # fmt: skip
    memos.feedback("ann", "that's wrong", memory_ids=[nurse.id])
    assert pages(memos, "person") == {}  # tainted in the same commit
    run(memos)
    assert memos.get_memory("ann", page.id).state is State.ARCHIVED
    say(memos, "My sister is 40 years old.", day="2024-05-05", conversation_id="c2")
    run(memos)
    again = pages(memos, "person")["sister"]
    assert (again.id, again.version, again.state) == (page.id, 3, State.ACTIVE)
    assert "nurse" not in again.content


def test_a_conversation_that_is_over_has_its_key_sentences(memos):
    say(memos, *HARBOUR)
    run(memos)
    page = pages(memos, "conversation")["c1"]
    _, *lines = page.content.split("\n")
    quoted = [line.removeprefix("2024-05-02 user: ") for line in lines]
    assert 3 <= len(quoted) <= 7
    assert [text for text in HARBOUR if text in quoted] == quoted
    assert sum("exhibition" in text or "harbour" in text for text in quoted) >= 2
    assert page.conversation_id == "c1"
    assert page.metadata["messages"] == len(HARBOUR)
    say(memos, "The exhibition in Braga was extended until the end of September.", day="2024-05-03")
    run(memos)
    assert pages(memos, "conversation")["c1"].metadata["messages"] == len(HARBOUR) + 1


def test_a_conversation_that_goes_on_is_let_alone(memos, clock):
    clock.set("2024-06-01T09:20:00Z")
    say(memos, *HARBOUR, day="2024-06-01")  # 09:00 to 09:07
    run(memos)
    assert pages(memos) == {}
    clock.set("2024-06-01T09:38:00Z")
    assert run(memos).decided == 1
    assert set(pages(memos)) == {"c1"}


def test_another_one_that_was_begun_ends_it(memos, clock):
    clock.set("2024-06-01T09:20:00Z")
    say(memos, *HARBOUR, day="2024-06-01")
    run(memos)
    assert pages(memos) == {}
    say(memos, "hello", day="2024-06-01", conversation_id="c2")
    run(memos)
    assert set(pages(memos)) == {"c1"}


def test_few_messages_make_no_conversation(memos):
    say(memos, *HARBOUR[:7])
    run(memos)
    assert pages(memos) == {}


def weeks(memos, name="Braga", count=8):
    """Eight weeks in which a name comes up in each, one message a conversation."""
    for n in range(count):
        what = ("walls", "market", "bells", "gardens", "bridge", "station", "museum", "church")[
            n % 8
        ]
        say(memos, f"Last week I drew the {what} of {name} with charcoal.",
            conversation_id=f"week {n}", day=f"2024-04-{n + 1:02}")  # fmt: skip


def test_what_several_conversations_come_back_to_is_a_topic(memos):
    weeks(memos)
    run(memos)
    found = pages(memos, "topic")
    assert "braga" in found
    lines = found["braga"].content.split("\n")[1:]
    assert lines == sorted(lines)
    assert len(lines) >= 3
    assert lines[0].startswith("2024-04-")


def test_a_single_conversation_is_no_topic(memos):
    say(memos, *(f"The {n}th drawing of Braga is finished now." for n in range(10)))
    run(memos)
    assert pages(memos, "topic") == {}


def test_what_one_agent_alone_sees_is_in_no_page(opened):
    memos = opened()
    say(memos, *SISTER, agent_id="bot", visibility="agent")
    say(memos, *HARBOUR, conversation_id="c2", agent_id="bot", visibility="agent")
    run(memos)
    assert memos.profile("ann") is None
    assert pages(memos) == {} == pages(memos, agent_id="bot")


# --- how they are kept ---------------------------------------------------------------------------


def test_running_twice_is_running_once(memos):
    say(memos, "I live in Porto.", *SISTER)
    say(memos, *HARBOUR, conversation_id="c2")
    weeks(memos)
    assert run(memos).decided == 1
    once = everything(memos)
    again = run(memos)
    assert (again.decided, again.items) == (0, 0)
    assert everything(memos) == once


def test_what_changes_nothing_writes_no_page(memos):
    say(memos, "I live in Porto.", *SISTER)
    run(memos)
    before = {one.ref for one in memos.pages("ann")}
    say(memos, "Can you tell me a joke?", day="2024-05-03", conversation_id="c2")
    assert run(memos).decided == 0
    assert {one.ref for one in memos.pages("ann")} == before


def test_a_dry_run_says_what_would_be_done(memos):
    say(memos, "I live in Porto.", *SISTER)
    before = everything(memos)
    told = memos.run_job("consolidate", dry_run=True)
    assert [one.reason for one in told.decisions] == ["pages: 2 written"]
    assert everything(memos) == before
    assert [one.reason for one in run(memos).decisions] == ["pages: 2 written"]


def test_what_is_forgotten_is_in_no_page_at_any_moment(memos, clock):
    say(memos, *SISTER, "I live in Porto.", "I have a dog called Biscuit.")
    harbour = say(memos, *HARBOUR, conversation_id="c2")
    run(memos)
    page = pages(memos, "conversation")["c2"]
    secret = next(
        added for text, added in zip(HARBOUR, harbour, strict=True) if text in page.content
    )
    text = next(text for text in HARBOUR if text in page.content)
    then = clock.advance(60).iso()
    assert text in readable(memos, then)
    clock.advance(60)
    memos.forget("ann", message_id=secret.message_id, conversation_id="c2")
    assert text not in readable(memos, then)
    say(memos, "The harbour lights of Braga are switched off at midnight.", conversation_id="c2",
        day="2024-05-03")  # fmt: skip
    run(memos)
    made = pages(memos, "conversation")["c2"]
    assert made.id != page.id  # a next version would bring the first one back
    assert text not in readable(memos, then, clock.now().iso())
    with pytest.raises(NotFound):
        memos.get_memory("ann", page.id)


def test_a_change_is_a_next_version_and_the_earlier_one_stays_known(memos, clock):
    say(memos, "I live in Porto.")
    first = memos.profile("ann")
    then = clock.advance(60).iso()
    clock.advance(60)
    say(memos, "I moved to Lisbon.", day="2024-05-20")
    second = memos.profile("ann")
    assert (second.id, second.version) == (first.id, 2)
    assert memos.get_memory("ann", first.id, known_at=then).content == first.content
    assert "Lisbon" in second.content


def test_a_page_that_somebody_changed_is_made_anew(memos):
    say(memos, *SISTER)
    run(memos)
    page = pages(memos, "person")["sister"]
    memos.update_memory("ann", page.id, "My sister is an astronaut.")
    memos.update_memory("ann", page.id, labels=["mine"])
    run(memos)
    made = pages(memos, "person")["sister"]
    assert (made.content, made.labels) == (page.content, page.labels)


def test_two_runners_make_each_page_once(tmp_path, clock):
    given = {**SQLITE, "learn": "on"}

    async def both() -> None:
        parts = [build(Settings.load({}, home=tmp_path, **given), clock=clock) for _ in range(2)]
        one, other = (AsyncMemOS(tmp_path, parts=each, **given) for each in parts)
        async with one, other:
            texts = [*SISTER, *HARBOUR, "I live in Porto."]
            for conversation in ("c1", "c2", "c3"):
                told = [
                    {"role": "user", "content": text, "timestamp": "2024-05-02"} for text in texts
                ]
                await one.add_messages("ann", told, conversation_id=conversation)
            await one.drain()
            allowances = [one._timetable._begin(job, None).allowance
                          for job in one._timetable._jobs.values()
                          if job.name == "consolidate" for _ in range(2)]  # fmt: skip
            done = await asyncio.gather(
                one._pages.consolidate(ANN, allowances[0]),
                other._pages.consolidate(ANN, allowances[1]),
                one.profile("ann"),
                other.profile("ann"),
            )
            found = await one.pages("ann")
            names = Counter(page.labels for page in found)
            assert set(names.values()) == {1}
            assert len(names) >= 5
            assert all(page.version == 1 for page in found)
            assert done[2].id == done[3].id

    asyncio.run(both())


def test_a_run_that_was_ended_goes_on_where_it_was(opened, monkeypatch):
    memos = opened()
    monkeypatch.setattr("memos.memories.pages.BATCH", 1)
    for user in ("ann", "bob"):
        say(memos, "I live in Porto.", *SISTER, user=user)
    jobs = memos._engine._timetable._jobs
    jobs["consolidate"] = replace(
        jobs["consolidate"], budget=replace(jobs["consolidate"].budget, items=1)
    )
    results = [run(memos) for _ in range(8)]
    assert [one.finished for one in results][-1]
    assert sum(one.decided for one in results) >= 4
    assert {len(pages(memos, user=user)) for user in ("ann", "bob")} == {2}


def test_pages_that_have_quoted_too_much_begin_anew(memos, monkeypatch):
    monkeypatch.setattr("memos.memories.pages.MOST_MADE_OF", 2)
    say(memos, "I live in Porto.", "I love figs.", "I work as a nurse.")
    first = memos.profile("ann")
    say(memos, "I love pears.", day="2024-05-03")
    second = memos.profile("ann")
    assert second.id != first.id
    assert len(memos.pages("ann")) == 1


# --- beside recall -------------------------------------------------------------------------------


QUESTIONS = ("Where does she live?", "What about the harbour exhibition?", "Braga", "sister nurse")


def test_pages_change_no_recall_of_what_they_were_made_of(memos):
    say(memos, "I live in Porto.", *SISTER)
    say(memos, *HARBOUR, conversation_id="c2")
    weeks(memos)

    def figures():
        made = [memos.recall("ann", question, top_k=50) for question in QUESTIONS]
        return [[(hit.memory.id, hit.score) for hit in found] for found in made]

    before = figures()
    run(memos)
    assert len(pages(memos)) >= 4
    assert figures() == before
    text = memos.context("ann", "What about the harbour exhibition?").text
    assert "Conversation c2" not in text


def test_pages_are_found_where_summaries_are_asked_for(memos):
    say(memos, *HARBOUR, conversation_id="c2")
    own = memos.store("ann", "summary", "A summary of mine about the harbour.")
    run(memos)
    found = [hit.memory for hit in memos.recall("ann", "harbour exhibition", kinds=["summary"])]
    assert {one.id for one in found} == {own.id, pages(memos)["c2"].id}
    assert own.id in {hit.memory.id for hit in memos.recall("ann", "harbour")}
    assert own.id not in {one.id for one in memos.pages("ann")}


def test_the_text_index_finds_a_page_by_its_slot(memos):
    say(memos, "I live in Porto.")
    page = memos.profile("ann")
    parts = memos._engine._parts
    scope = ReadScope(*ANN[:1], (ANN.cube_id,), Narrowing(now=parts.clock.now()))
    term = slot_term(page_steps.slot_of(("profile", "ann")))
    found = memos._portal.run(parts.text.search(scope, [term], 5))
    assert [hit.ref for hit in found.hits] == [page.ref]


def test_only_sorts_that_there_are(memos):
    with pytest.raises(InvalidInput, match="page"):
        memos.pages("ann", page="diary")


def test_nothing_is_put_together_when_learning_is_off(opened):
    memos = opened(learn="off")
    assert "consolidate" not in {job.name for job in memos.jobs()}


# --- words as topics, and the command ------------------------------------------------------------


def test_words_are_topics_where_they_come_in_clumps(memos):
    for n in range(20):
        about = "{} for the sourdough" if n in (3, 11) else "nothing came of the {}"
        what = ("rye", "salt", "water", "flour", "time", "heat")
        told = [f"Maybe {about.format(each)} today, {n} says." for each in what]
        say(memos, *told, conversation_id=f"c{n}", day=f"2024-05-{n + 1:02}")
    run(memos)
    assert set(pages(memos, "topic")) == {"sourdough"}
    assert "rye for the sourdough" in pages(memos, "topic")["sourdough"].content


def test_the_command_prints_pages(opened, tmp_path, monkeypatch):
    memos = opened()
    say(memos, "I live in Porto.", *SISTER)
    run(memos)
    memos.close()
    monkeypatch.setenv("MEMOS_EMBEDDER", "none")
    given = ["--home", str(tmp_path), "--user", "ann"]
    profile = CliRunner().invoke(cli, ["profile", *given])
    assert "home: I live in Porto" in profile.output
    person = CliRunner().invoke(cli, ["profile", *given, "--page", "person", "--json"])
    assert [one["metadata"]["about"] for one in json.loads(person.output)] == ["sister"]
    nobody = CliRunner().invoke(cli, ["profile", "--home", str(tmp_path), "--user", "bob"])
    assert nobody.output == "nothing found\n"
