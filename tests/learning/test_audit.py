"""What an audit calls junk, a repetition or a contradiction, and what it leaves alone."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from audit_samples import CLEAN, GOOD, JUNK, RIVALS, TWINS

from memos.errors import InvalidInput
from memos.ingest.audit.dump import audit_dump
from memos.ingest.audit.item import Item, Sort
from memos.ingest.audit.junk import REASONS, junk
from memos.model.audit import SECTIONS, AuditReport


@pytest.fixture
def audited(tmp_path: Path):
    """The audit of a dump of texts."""

    def call(*texts: str, user: str = "ann", **options) -> AuditReport:
        path = tmp_path / "dump.json"
        found = [{"id": f"m{at}", "memory": one, "user_id": user} for at, one in enumerate(texts)]
        path.write_text(json.dumps({"results": found}, ensure_ascii=False), "utf-8")
        return audit_dump(path, **options)

    return call


def counts(report: AuditReport) -> dict[str, int]:
    return {row.reason: row.count for one in report.sections for row in one.rows if row.count}


@pytest.mark.parametrize("reason", JUNK)
def test_junk_is_known_by_its_reason(reason: str):
    assert {text: junk(Item("1", text)) for text in JUNK[reason]} == dict.fromkeys(
        JUNK[reason], reason
    )


def test_every_reason_for_junk_has_samples():
    assert set(JUNK) == set(REASONS)


@pytest.mark.parametrize("text", GOOD)
def test_what_only_looks_like_junk_is_none(text: str):
    assert junk(Item("1", text)) is None


def test_small_talk_belongs_into_messages_and_prompts_do_not():
    def said(reason: str, role: str = "user") -> set[str | None]:
        return {junk(Item("1", text, Sort.MESSAGE, role=role)) for text in JUNK[reason]}

    for reason in ("greeting", "question", "log or code", "empty", "assistant's words"):
        assert said(reason) == {None}
    assert said("boilerplate") == {"boilerplate"}
    assert said("heartbeat", "system") == {"heartbeat"}
    assert said("boilerplate", "assistant") == {None}
    assert {junk(Item("1", text, Sort.OTHER)) for text in JUNK["log or code"]} == {None}


def test_a_profile_in_lines_is_no_log():
    assert junk(Item("1", "Name: Ann\nAge: 34\nHeight: 170\nWeight: 65\nSmokes: true")) is None


def test_who_tells_of_a_trace_says_something():
    trace = JUNK["log or code"][0]
    assert junk(Item("1", f"why?\n{trace}")) == "log or code"
    told = "Since Monday my import job at the bakery dies every night, with this:"
    assert junk(Item("1", f"{told}\n{trace}")) is None


def test_a_standing_order_may_tell_what_to_do():
    order = "When the user asks for recipes, you should use grams"
    assert junk(Item("1", order)) == "boilerplate"
    assert junk(Item("1", order, order=True)) is None


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_twins(audited, one: str, other: str):
    found = audited(one, other)
    assert found.section("duplicates").count == 1
    assert found.section("contradictions").count == 0
    row = next(row for row in found.section("duplicates").rows if row.count)
    assert (row.examples[0].id, row.examples[0].other_id) == ("m1", "m0")


@pytest.mark.parametrize(("one", "other"), RIVALS)
def test_rivals(audited, one: str, other: str):
    found = audited(one, other)
    assert (found.section("contradictions").count, found.section("duplicates").count) == (1, 0)


def test_two_users_neither_repeat_nor_contradict_each_other(tmp_path: Path):
    path = tmp_path / "dump.jsonl"
    told = [
        {"text": text, "user_id": user}
        for user, text in zip("ab", ("I live in Porto", "I live in Lisbon"), strict=True)
    ]
    told += [{"text": "I like tea", "user_id": user} for user in "ab"]
    path.write_text("\n".join(map(json.dumps, told)), "utf-8")
    assert audit_dump(path).flagged == 0
    assert audit_dump(path, user_id="a").looked_at == 2


def test_clean_memories_have_nothing_wrong(audited):
    found = audited(*CLEAN)
    assert counts(found) == {}
    assert (found.looked_at, found.flagged, found.share) == (len(CLEAN), 0, 0.0)
    assert found.section("stale").unknown == found.section("unsupported").unknown == len(CLEAN)


def test_secrets_are_counted_by_kind_and_never_shown(audited):
    key, mail = "sk-Ab3dE5gH7jK9mN1pQ3rS5tU7", "ann@mail.example.org"
    found = audited(f"The key is {key}", f"My mail is {mail}", f"{'x ' * 90} {mail}")
    assert counts(found) == {"api key": 1, "email": 2}
    assert found.section("personal").count == 3
    told = json.dumps(found.to_dict())
    assert key[:12] not in told
    assert "ann@" not in told
    assert "[api key]" in told


def test_no_half_of_a_secret_is_shown(audited):
    key = (
        "-----BEGIN RSA PRIVATE KEY-----\n"
        + "MIIEpAIBAAKCAQEA7" * 12
        + "\n-----END RSA PRIVATE KEY-----"
    )
    token = "sk-Ab3dE5gH7jK9mN1pQ3rS5tU7"
    text = f"{key} {'x' * (392 - len(key))} {token}"
    found = audited(text, text)
    assert counts(found)["the same text"] == 1
    assert "sk-A" not in json.dumps(found.to_dict())


def test_another_language_than_the_rest_is_counted_and_no_fault(audited):
    found = audited(*CLEAN, "我住在波尔图附近的小镇")
    assert counts(found) == {"mixed languages": 1}
    assert found.flagged == 0


def test_rates_add_up(audited):
    found = audited(*CLEAN, *(text for texts in JUNK.values() for text in texts), "User likes tea.")
    section = found.section("junk")
    assert section.count == sum(row.count for row in section.rows) == sum(map(len, JUNK.values()))
    assert counts(found)["the same text"] == 1
    assert found.flagged == section.count + 1
    assert found.share == round(found.flagged / found.looked_at, 4)
    assert [one.name for one in found.sections] == list(SECTIONS)


@pytest.mark.parametrize("most", [0, 2])
def test_no_more_examples_than_asked_for(audited, most: int):
    found = audited(*JUNK["question"], *JUNK["question"], examples=most)
    row = next(row for row in found.section("junk").rows if row.reason == "question")
    assert len(row.examples) == most
    assert len({one.text for one in row.examples}) == most


NAMES = [
    "Ann", "Tom", "Rosa", "Ivan", "Mei",
    "Lars", "Olga", "Piet", "Nils", "Hana",
]  # fmt: skip
KIN = [
    "sister", "brother", "mother", "father", "boss",
    "neighbour", "cousin", "uncle", "aunt", "friend",
]  # fmt: skip
JOBS = [
    "nurse", "pilot", "baker", "teacher", "florist",
    "plumber", "dentist", "lawyer", "carpenter", "gardener",
]  # fmt: skip
PARTS = [
    "amber", "birch", "cedar", "delta", "ember",
    "fjord", "grove", "harbor", "ivory", "jasper",
]  # fmt: skip


def flood(rng: random.Random) -> list[str]:
    """A store of 10,000 of which 9,900 are junk, in the shares that users report."""

    def part() -> str:
        return rng.choice(PARTS)

    def beat() -> str:
        day = f"2026-01-{rng.randrange(1, 28):02d}"
        return rng.choice(
            ["HEARTBEAT_OK", f"Heartbeat check at {day}: nothing to report",
             f"Cron job '{part()}-{part()}' executed successfully"]
        )  # fmt: skip

    def boot() -> str:
        return rng.choice(
            [f"You are a helpful assistant named {part()}. Be concise.",
             f"The agent must read AGENTS.md and {part()}.md at session startup",
             f"# SOUL.md {rng.random()}\n\nYou should be helpful. Read USER.md at session start."]
        )  # fmt: skip

    vim = ["User prefers Vim", "The user prefers Vim", "User likes Vim", "User prefers using Vim",
           "User prefers the Vim editor", "User's preferred editor is Vim"]  # fmt: skip
    good = [f"User's {k} {n} works as a {rng.choice(JOBS)}" for k in KIN for n in NAMES]
    made = [boot() for _ in range(5_470)] + [beat() for _ in range(1_350)]
    made += [f"src/\n├── {part()}.py\n└── {part()}-{part()}.ts" for _ in range(1_020)]
    made += [rng.choice(vim) for _ in range(808)]
    made += [f"Server {part()} is at 192.168.{rng.randrange(256)}.7" for _ in range(652)]
    made += [f"How do I restart {part()} {part()}?" for _ in range(600)] + good
    rng.shuffle(made)
    return made


def test_a_store_full_of_junk_is_seen_for_what_it_is(audited):
    found = audited(*flood(random.Random(7)))
    assert found.looked_at == 10_000
    assert abs(found.share - 0.99) <= 0.02
    told = counts(found)
    assert (told["boilerplate"], told["heartbeat"], told["log or code"]) == (5_470, 1_350, 1_020)
    assert told["ip address"] == 652


SHAPES = [
    {"results": [{"id": "x", "memory": "I like tea", "user_id": "ann", "metadata": None}]},
    [{"id": "x", "memory": "I like tea", "user_id": "ann"}],
    {"memories": [{"id": "x", "content": "I like tea", "user_id": "ann"}]},
    {"messages": [{"id": "x", "text": "I like tea", "user_id": "ann"}]},
    {"id": "x", "text": "I like tea", "user_id": "ann"},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_dumps(tmp_path: Path, shape: object):
    path = tmp_path / "dump"
    path.write_text("\ufeff" + json.dumps(shape), "utf-8")
    assert audit_dump(path, user_id="ann").looked_at == 1


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", None),
        ("nonsense", ": line 1"),
        ('{"text": "a"}\n{"text"', ": line 2"),
        ("[1]", ": [0]"),
        ('{"results": [{"memory": "a"}, {"id": "b"}]}', ": results[1]"),
        ('{"results": [{"memory": 1}]}', ": results[0].memory"),
        ('[{"memory": "a", "user_id": []}]', ": [0].user_id"),
        ('{"found": []}', ""),
        ("3", ""),
    ],
)
def test_a_dump_that_is_none_is_refused_by_place(tmp_path: Path, text: str, field: str | None):
    path = tmp_path / "dump.json"
    path.write_text(text, "utf-8")
    if field is None:
        assert audit_dump(path).looked_at == 0
        return
    with pytest.raises(InvalidInput) as caught:
        audit_dump(path)
    assert caught.value.field == f"{path}{field}"


def test_files_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    for name in ("latin", "nothing", "."):
        with pytest.raises(InvalidInput) as caught:
            audit_dump(tmp_path / name)
        assert caught.value.field == str(tmp_path / name)
