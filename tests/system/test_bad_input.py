"""Nothing wrong gets in: each parameter of each public call is given what it must refuse."""

# Size: mostly tables of values, which the tests below them share.

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from backends import BACKENDS
from bad_values import (
    AMOUNTS,
    BOOLS,
    CHOICES,
    COUNTS,
    EAST,
    FILTERS,
    HUGE,
    IDS,
    IMPORTANCE,
    KINDS,
    LABELS,
    LONG,
    METADATA,
    NAMES,
    NAN,
    NO_LISTS,
    NO_NUMBERS,
    NO_STRINGS,
    NO_TASKS,
    SECONDS,
    SURROGATE,
    TEXTS,
    TIMES,
    WEST,
)  # fmt: skip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_strings import strings
from receipts import BAD_RECEIPTS, BAD_TABLES, RECEIPT

from memos import AsyncMemOS
from memos.errors import InvalidInput, MemOSError, NotFound
from memos.model.recall import Receipt
from memos.testing.build import UNKNOWN

GOOD_MESSAGE = {"role": "user", "content": "some tea"}
BAD_FIELDS: dict[str, list[Any]] = {
    "role": [None, *CHOICES, "reader"],
    "content": TEXTS,
    "name": IDS,
    "conversation_id": IDS,
    "message_id": IDS,
    "timestamp": TIMES,
    "metadata": METADATA,
    "visibility": [*CHOICES, "agent"],  # `agent` needs an agent_id
    "app_id": IDS,
}
BATCHES = [
    None, *NO_LISTS, "x", b"x", GOOD_MESSAGE, [GOOD_MESSAGE] * 10_001,
    *([GOOD_MESSAGE, bad] for bad in (None, 1, "x", [], [1], object(), {}, {"role": "user"})),
    *([GOOD_MESSAGE, {**GOOD_MESSAGE, name: 1}] for name in ("id", "user_id", "", "\0", LONG)),
    *([GOOD_MESSAGE, {**GOOD_MESSAGE, key: 1}] for key in (1, None, ("a",), HUGE)),
    *(
        [GOOD_MESSAGE, {**GOOD_MESSAGE, field: bad}]
        for field, values in BAD_FIELDS.items()
        for bad in values
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A method, arguments that it takes, and what each parameter has to refuse.

    `absent` are values of the right form that name nothing.
    """

    good: Mapping[str, Any]
    bad: Mapping[str, list[Any]]
    absent: Mapping[str, list[Any]] = field(default_factory=dict)


NOBODY = [None, *IDS]  # of user_id and agent_id one is needed
WHO = {"user_id": NOBODY, "agent_id": IDS, "cube_id": IDS}
FOREIGN = ["nope", "user:bob", "agent:nope", "closed", "%", "*", "user:", "user:ann%", "USER:ann"]
READ = {
    **WHO, "kinds": KINDS, "conversation_id": IDS, "filter": FILTERS, "as_of": TIMES,
    "known_at": TIMES, "include_archived": BOOLS, "deadline_ms": [*COUNTS[1:], 3_600_001],
    "effort": CHOICES,
    "query": [*TEXTS, "x" * 20_001],
}  # fmt: skip
MEMORY = [None, *IDS]
GONE = ["nope", UNKNOWN, UNKNOWN.upper(), "%", "*", "' OR 1=1 --", "${bobs}", "${gone}"]
CHANGED = {
    "labels": LABELS, "metadata": METADATA, "importance": IMPORTANCE, "valid_from": TIMES,
    "valid_to": TIMES,
}  # fmt: skip


def unreadable(receipt: object) -> bool:
    """Whether it is no receipt at all, whatever it asks; only `replay` asks it again."""
    try:
        Receipt.from_dict(receipt)
    except InvalidInput:
        return True
    return False


CALLS: dict[str, Call] = {
    "add_message": Call(
        {"user_id": "ann", "role": "user", "content": "some tea"},
        {**WHO, **BAD_FIELDS},
        {"cube_id": FOREIGN},
    ),
    "add_messages": Call(
        {"user_id": "ann", "messages": [GOOD_MESSAGE]},
        {**WHO, "messages": BATCHES, "conversation_id": IDS, "app_id": IDS},
        {"cube_id": FOREIGN},
    ),
    "store": Call(
        {"user_id": "ann", "kind": "fact", "text": "some tea"},
        {
            **WHO, **CHANGED, "kind": [None, *IDS, "episode"], "text": TEXTS, "timestamp": TIMES,
            "sources": NAMES, "visibility": BAD_FIELDS["visibility"], "app_id": IDS,
            "importance": [None, *IMPORTANCE],
        },
        {"cube_id": FOREIGN, "sources": [[one] for one in GONE]},
    ),
    "update_memory": Call(
        {"user_id": "ann", "memory_id": "${anns}", "text": "green tea"},
        {**WHO, **CHANGED, "memory_id": MEMORY, "text": TEXTS[1:], "version": COUNTS[1:]},
        {"cube_id": FOREIGN, "memory_id": GONE},
    ),
    "forget": Call(
        {"user_id": "ann", "message_id": "m1", "conversation_id": "c"},
        {**WHO, "memory_id": NAMES, "message_id": NAMES, "conversation_id": IDS},
        {
            "cube_id": FOREIGN,
            "memory_id": [*GONE, *([one] for one in GONE), ["${anns}", "nope"]],
            "message_id": ["nope", "m1", ["nope", "m1"], "%"],  # m1 lies in a conversation
            "conversation_id": ["nope", "C", "%"],
        },
    ),
    "feedback": Call(
        {"user_id": "ann", "text": "that's wrong", "memory_ids": "${anns}"},
        {
            **WHO, "text": TEXTS, "memory_ids": NAMES,
            "receipt": [*NO_LISTS, "x", *filter(unreadable, BAD_RECEIPTS)],
            "rating": [*CHOICES, "up"],  # a text beside it
            "conversation_id": IDS,
        },
        {"cube_id": FOREIGN, "memory_ids": [*GONE, *([one] for one in GONE)]},
    ),
    "revert": Call(
        {"user_id": "ann", "memory_id": "${anns}"},
        {**WHO, "memory_id": MEMORY, "version": [*COUNTS[1:], 99]},
        {"cube_id": FOREIGN, "memory_id": GONE},
    ),
    "recall": Call(
        {"user_id": "ann", "query": "tea"},
        {**READ, "top_k": COUNTS, "explain": BOOLS},
        {"cube_id": FOREIGN},
    ),
    "context": Call(
        {"user_id": "ann", "query": "tea"}, {**READ, "max_tokens": COUNTS}, {"cube_id": FOREIGN}
    ),
    "replay": Call(
        {"user_id": "ann", "receipt": RECEIPT},
        {
            **WHO, "receipt": [None, *NO_LISTS, "x", *BAD_RECEIPTS], "without": NAMES,
            "at": [*COUNTS[1:], 99], "weights": [*NO_LISTS, "x", *BAD_TABLES],
        },
        {
            "cube_id": FOREIGN,
            "receipt": [
                {**RECEIPT, "cubes": []}, {**RECEIPT, "tenant": "other"},
                *({**RECEIPT, "cubes": [cube]} for cube in FOREIGN),
            ],
        },
    ),
    "pages": Call(
        {"user_id": "ann"}, {**WHO, "page": ["", "Profile", 1, True, []]}, {"cube_id": FOREIGN}
    ),
    "profile": Call({"user_id": "ann"}, WHO, {"cube_id": FOREIGN}),
    "get_memory": Call(
        {"user_id": "ann", "memory_id": "${anns}"},
        {**WHO, "memory_id": MEMORY, "as_of": TIMES, "known_at": TIMES},
        {"cube_id": FOREIGN, "memory_id": GONE},
    ),
    "history": Call(
        {"user_id": "ann", "memory_id": "${anns}"},
        {**WHO, "memory_id": MEMORY},
        {"cube_id": FOREIGN, "memory_id": GONE},
    ),
    "get_messages": Call(
        {"user_id": "ann"},
        {
            **WHO, "conversation_id": IDS, "limit": COUNTS, "before": IDS, "as_of": TIMES,
            "known_at": TIMES,
        },
        {"cube_id": FOREIGN},
    ),
    "memories": Call(
        {"user_id": "ann"},
        {
            **WHO, "kinds": KINDS, "conversation_id": IDS, "filter": FILTERS, "limit": COUNTS,
            "before": IDS, "as_of": TIMES, "known_at": TIMES, "include_archived": BOOLS,
        },
        {"cube_id": FOREIGN},
    ),
    "users": Call({}, {"limit": COUNTS, "after": IDS}),
    "create_cube": Call(
        {"user_id": "ann", "cube_id": "new"},
        {
            "user_id": NOBODY, "agent_id": IDS, "name": IDS,
            "cube_id": [None, *IDS, "user:ann", "agent:x", "user:"],
        },
    ),
    "cubes": Call({"user_id": "ann"}, {"user_id": NOBODY, "agent_id": IDS}),
    "share": Call(
        {"user_id": "ann", "to_user": "bob"},
        {
            **WHO, "to_user": NOBODY, "to_agent": [*IDS, "both"],
            "role": [None, *CHOICES, "owner"],
        },
        {"cube_id": FOREIGN},
    ),
    "unshare": Call(
        {"user_id": "ann", "to_user": "bob"},
        {**WHO, "to_user": NOBODY, "to_agent": [*IDS, "both"]},
        {"cube_id": FOREIGN},
    ),
    "drain": Call({}, {"timeout": SECONDS}),
    "stats": Call({}, {}),
    "dead_letters": Call({}, {"limit": [*COUNTS, 10_001]}),
    "replay_dead": Call(
        {},
        {"task_ids": [*NO_TASKS, [], *([1, one] for one in (None, *NO_TASKS)), [1] * 10_001]},
        {"task_ids": [1, [1], [7, 8], 2**63 - 1]},
    ),
    "reembed": Call({}, {"keep": BOOLS, "progress": [True, 0, 1.5, "bar", [], {}]}),
    "doctor": Call({"repair": False}, {"repair": BOOLS}),
    "audit": Call(
        {},
        {
            "user_id": IDS, "agent_id": IDS, "cube_id": IDS,
            "examples": [*NO_NUMBERS, -1, -HUGE, HUGE, 101, 1.0, NAN],
            "stale_days": [*NO_NUMBERS, -1, -HUGE, HUGE, 36_501, 1.0, NAN],
        },
    ),
    "start_working": Call(
        {}, {"concurrency": [*COUNTS, 4_097], "jobs": BOOLS}
    ),
    "work_report": Call({}, {}),
    "metrics": Call({}, {}),
    "task": Call({"task_id": 1}, {"task_id": [None, [], *NO_TASKS]}, {"task_id": [1, 2**63 - 1]}),
    "cancel_tasks": Call(
        {"task_ids": 1},
        {
            "task_ids": [None, *NO_TASKS, [], *([1, one] for one in (None, *NO_TASKS)),
                         [1] * 10_001],
            "reason": [*TEXTS, "x" * 1_001],
        },
        {"task_ids": [1, [1], [7, 8], 2**63 - 1]},
    ),
    "pause": Call({}, {"kind": IDS}),
    "resume": Call({}, {"kind": IDS}),
    "pauses": Call({}, {}),
    "jobs": Call({}, {}),
    "run_job": Call(
        {"name": "repair", "dry_run": True},
        {"name": [None, *IDS, "nope"], "dry_run": BOOLS, "progress": [True, 0, "bar", [], {}]},
    ),
}  # fmt: skip
QUOTA = dict.fromkeys(("memories", "bytes", "model_calls"), AMOUNTS)
KEY = [None, *IDS, "memos_" * 3, "k" * 13]  # longer may be a whole key, which no error repeats
NO_KEY = ["nope", "%", "*", "0" * 12]
TENANT = ["nope", "Default", "%", "*"]
CALLS |= {
    "create_tenant": Call({"name": "new"}, {"name": [None, *IDS], "actor": [None, *IDS], **QUOTA}),
    "tenants": Call({}, {}),
    "set_quota": Call(
        {"name": "default"},
        {"name": [None, *IDS], "actor": [None, *IDS], **QUOTA},
        {"name": TENANT},
    ),
    "create_key": Call(
        {"name": "key"},
        {
            "tenant": IDS, "name": [None, *IDS], "user_id": IDS, "agent_id": IDS, "cube_id": IDS,
            "rights": [None, *NO_LISTS, "read", [], ["read", "nope"], [None], [["read"]], [1],
                       ["read"] * 5],
            "rate": [*COUNTS[1:], 1_000_001], "expires_at": [*TIMES, "2001-01-01"],
            "expires_in": [*SECONDS, 0, 31_536_001], "actor": [None, *IDS],
        },
        {"tenant": TENANT},
    ),
    "keys": Call({}, {"tenant": IDS}),
    "rotate_key": Call(
        {"key_id": "${key}"},
        {"key_id": KEY, "overlap": [None, *SECONDS], "tenant": IDS, "actor": [None, *IDS]},
        {"key_id": NO_KEY},
    ),
    "revoke_key": Call(
        {"key_id": "${key}"},
        {"key_id": KEY, "tenant": IDS, "actor": [None, *IDS]},
        {"key_id": NO_KEY},
    ),
    "authenticate": Call({"text": "memos_"}, {"text": [None, *NO_STRINGS, []]}),
    "audit_log": Call(
        {}, {"tenant": IDS, "after": [one for one in COUNTS if one != 0],
             "limit": [*COUNTS, 10_001]}
    ),
    "verify_audit": Call({}, {"seen": IDS}),
}  # fmt: skip
CALLS["search_memory"] = CALLS["recall"]
ELSEWHERE = {"open", "close", "of"}  # take nothing

BAD = [(name, field) for name, call in CALLS.items() for field in call.bad]
ABSENT = [(name, field) for name, call in CALLS.items() for field in call.absent]
NAMED = {"cube_id": "cube", "receipt": "cube", "message_id": "message",
         "conversation_id": "conversation", "task_ids": "task", "task_id": "task", "name": "tenant",
         "tenant": "tenant", "key_id": "key"}  # fmt: skip
ALIASES = {"to_agent": "to_user"}  # an error about the two names the first


@dataclass
class House:
    """A system with something in it, run from tests that do not await."""

    memos: AsyncMemOS
    run: Callable[[Any], Any]
    names: dict[str, str]

    def ask(self, method: str, arguments: Mapping[str, Any]) -> Any:
        filled = {name: self.filled(value) for name, value in arguments.items()}
        return self.run(getattr(self.memos, method)(**filled))

    def filled(self, value: Any) -> Any:
        """`value`, with the ids of memories in the place of their names."""
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        return self.names.get(value, value) if isinstance(value, str) else value

    def state(self) -> dict[str, Any]:
        """All that a call could have changed."""
        diagnosis = self.run(self.memos.doctor(repair=False))
        assert diagnosis.healthy
        seqs = [cube.to_dict() for cube in self.run(self.memos.cubes("ann"))]
        counted = self.run(self.memos.stats()).to_dict()
        del counted["generations"]  # vectors come behind the calls
        log = self.run(self.memos.audit_log(limit=10_000))
        known = [self.run(self.memos.tenants()), self.run(self.memos.keys()), log]
        return {**counted, **diagnosis.to_dict(), "cubes of": seqs, "identity": known}


async def furnish(memos: AsyncMemOS) -> dict[str, str]:
    anns = await memos.store("ann", "fact", "ann drinks tea", timestamp="2024-01-01")
    gone = await memos.store("ann", "fact", "ann drinks coffee")
    await memos.forget("ann", gone.id)
    bobs = await memos.store("bob", "fact", "bob drinks tea")
    await memos.create_cube("bob", "closed")
    await memos.add_message(
        "ann", role="user", content="tea please", message_id="m1", conversation_id="c"
    )
    key = await memos.create_key(name="key")
    return {"${key}": key.key.id, "${anns}": anns.id, "${gone}": gone.id, "${bobs}": bobs.id}


@pytest.fixture(scope="module", params=BACKENDS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    loop = asyncio.new_event_loop()
    memos = AsyncMemOS(tmp_path_factory.mktemp("home"), **BACKENDS[request.param])
    yield House(memos, loop.run_until_complete, loop.run_until_complete(furnish(memos)))
    loop.run_until_complete(memos.close())
    loop.close()


def public() -> Iterator[tuple[str, inspect.Signature]]:
    for name, member in inspect.getmembers(AsyncMemOS, inspect.isfunction):
        if not name.startswith(("_", "each_")) and name not in ELSEWHERE:
            yield name, inspect.signature(member)


def others(method: str, parameter: str) -> dict[str, Any]:
    """Right arguments beside a wrong one; what `forget` is to forget is named once."""
    alone = method == "forget" and parameter in ("memory_id", "message_id", "conversation_id")
    return {"user_id": "ann"} if alone else dict(CALLS[method].good)


def shown(value: object) -> str:
    try:
        return f"{value!r:.80}"
    except ValueError:  # Python prints no integers of this length
        return "a very long number"


def test_every_parameter_of_every_method_is_in_the_table():
    known = {name: set(signature.parameters) - {"self"} for name, signature in public()}
    assert {name: set(call.bad) for name, call in CALLS.items()} == known


@pytest.mark.parametrize(("method", "parameter"), BAD, ids=[".".join(one) for one in BAD])
def test_a_wrong_value_is_refused_by_name(house: House, method: str, parameter: str):
    before = house.state()
    for bad in CALLS[method].bad[parameter]:
        good = others(method, parameter)
        with pytest.raises(InvalidInput) as caught:
            pytest.fail(f"took {shown(bad)}: {house.ask(method, {**good, parameter: bad})!r:.300}")
        named = caught.value.field
        path = named.partition("[")[0].partition(".")[0]
        assert path in (parameter, ALIASES.get(parameter)), f"{shown(bad)}: {caught.value!r:.300}"
        assert len(str(caught.value)) < 1_000
        str(caught.value).encode()  # printable everywhere
        if parameter == "messages" and isinstance(bad, list) and 1 < len(bad) < 10_000:
            assert named.startswith("messages[1]")
    assert house.state() == before


@pytest.mark.parametrize(("method", "parameter"), ABSENT, ids=[".".join(one) for one in ABSENT])
def test_what_is_not_there_for_the_caller_is_not_found(house: House, method: str, parameter: str):
    before = house.state()
    for absent in CALLS[method].absent[parameter]:
        good = others(method, parameter)
        with pytest.raises(NotFound) as caught:
            pytest.fail(f"took {absent!r}: {house.ask(method, {**good, parameter: absent})!r:.300}")
        assert caught.value.kind == NAMED.get(parameter, "memory")
        assert repr(caught.value.id) in str(caught.value)
    assert house.state() == before


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("store", {"text": "a", "valid_from": "2024-02-01", "valid_to": "2024-01-01"}, "valid_to"),
        ("store", {"text": "a", "valid_from": "2024-01-01", "valid_to": "2024-01-01"}, "valid_to"),
        ("update_memory", {"memory_id": "${anns}"}, "text"),
        ("forget", {}, "memory_id"),
        ("share", {"to_user": "bob", "to_agent": "bot"}, "to_user"),
        ("unshare", {"to_user": "bob", "to_agent": "bot"}, "to_user"),
    ],
)
def test_what_does_not_go_together(house: House, method: str, arguments: dict, field: str):
    before = house.state()
    with pytest.raises(InvalidInput) as caught:
        house.ask(method, {"user_id": "ann", **arguments})
    assert caught.value.field == field
    assert house.state() == before


def test_unknown_and_missing_arguments_are_type_errors(house: House):
    before = house.state()
    for method, call in CALLS.items():
        with pytest.raises(TypeError, match="unexpected keyword"):
            house.ask(method, {**call.good, "nope": 1})
    with pytest.raises(TypeError, match="missing"):
        house.ask("add_message", {"user_id": "ann", "role": "user"})
    assert house.state() == before


@pytest.mark.parametrize(
    "given",
    [
        {"nope": 1}, {"sync": "never"}, {"sync": 1}, {"timezone": "Mars/Olympus"},
        {"timezone": "../../etc/passwd"}, {"timezone": "\0"}, {"timezone": 1}, {"segment": 0},
        {"segment": "x"}, {"segment": []}, {"max_id": -1}, {"pending": NAN},
        {"home": ""}, {"home": 1}, {"home": "a\0b"}, {"records": "oracle"}, {"records": ""},
        {"text": "memory"}, {"hot": 1}, {"tenant": ""}, {"tenant": 1}, {"tenant": "a\0"},
        {"tenant": SURROGATE}, {"tenant": "x" * 300},
    ],
    ids=lambda given: f"{given!r:.40}".encode("ascii", "backslashreplace").decode(),
)  # fmt: skip
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, given: dict[str, Any]):
    with pytest.raises(InvalidInput) as caught:
        AsyncMemOS(**{"home": tmp_path / "home", **given})
    assert caught.value.field == next(iter(given))
    assert not (tmp_path / "home").exists()


# Anything at all

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=8)
    | st.sampled_from(["a", "c", "m1", "ann", "bob", "fact", "user", "2024-01-01", "metadata.a"])
    | st.datetimes() | st.datetimes(timezones=st.sampled_from([EAST, WEST]))
)  # fmt: skip
keys = st.sampled_from(["AND", "OR", "NOT", "kind", "said_at", "metadata.a", "in", "eq", "role"])
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(keys | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    method = draw(st.sampled_from(sorted(CALLS)))
    call = CALLS[method]
    strange = draw(st.lists(st.sampled_from(sorted(call.bad) or [""]), max_size=3, unique=True))
    made = {name: draw(anything) for name in strange if name}
    return method, {**call.good, **made}


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(call=calls())
def test_anything_gives_an_answer_or_one_of_our_errors(house: House, call: tuple[str, dict]):
    method, arguments = call
    if method == "drain":  # a time that is right would be waited for
        arguments["timeout"] = 0 if isinstance(arguments.get("timeout"), float) else None
    try:
        house.ask(method, arguments)
    except MemOSError as error:
        str(error).encode()


def test_the_system_works_after_all_that(house: House):
    added = house.ask("add_message", {"user_id": "eve", "role": "user", "content": "I like plums"})
    found = house.ask("recall", {"user_id": "eve", "query": "plums"})
    assert found[0].memory.id in added.memory_ids
    assert house.run(house.memos.doctor(repair=False)).healthy


# Odd but right: stored and found as it came


def test_odd_strings_are_kept_and_found_verbatim(house: House):
    texts = strings()
    assert len(texts) >= 60
    messages = [
        {
            "role": "user",
            "content": text,
            "message_id": f"odd{at}",
            "metadata": {"as": [text, text]},
        }
        for at, text in enumerate(texts)
    ]
    house.ask("add_messages", {"user_id": "odd", "messages": messages})
    kept = house.ask("get_messages", {"user_id": "odd", "limit": 10_000})
    assert [message.content for message in kept] == texts
    assert [dict(message.metadata) for message in kept] == [{"as": [text, text]} for text in texts]
    for at, text in enumerate(texts):
        marked = f"canary{at} {text}"
        stored = house.ask("store", {"user_id": "odd", "kind": "fact", "text": marked})
        found = house.ask("recall", {"user_id": "odd", "query": f"canary{at}", "kinds": "fact"})
        assert found[0].memory.id == stored.id
        assert found[0].memory.content == marked
        house.ask("recall", {"user_id": "odd", "query": text})  # as a question it harms nobody
        house.ask("context", {"user_id": "odd", "query": text, "filter": {"content": text}})
    assert house.run(house.memos.doctor(repair=False)).healthy


def test_odd_strings_as_ids_name_exactly_themselves(house: House):
    taken: dict[str, str] = {}
    for text in strings():
        with contextlib.suppress(InvalidInput):  # by whom, says the table above
            added = house.ask("add_message", {**CALLS["add_message"].good, "user_id": text})
            taken[text] = added.memory_ids[0]
    assert len(taken) > 30
    for text, memory_id in taken.items():
        found = house.ask("recall", {"user_id": text, "query": "tea"})
        assert [hit.memory.id for hit in found] == [memory_id]
