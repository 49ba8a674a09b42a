"""What tenants do not want to keep is not kept: on every way in, and told to nobody."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from backends import BACKENDS

from memos import AsyncMemOS, InvalidInput, MemOS
from memos.errors import MessageExists, TextRefused
from memos.governance.redaction import KINDS
from memos.testing.scenario import scenario

MAIL, PASSWORD = "bob@example.com", "hunter2"
TOLD = f"Write to {MAIL}; the password is {PASSWORD}."
KEPT = "Write to [email]; the password is [password]."
Call = Callable[[AsyncMemOS], Awaitable[object]]

# Every call that takes a text to keep, and the field that holds it.
WAYS_IN: dict[str, tuple[str, Call]] = {
    "add_message": ("content", lambda m: m.add_message("ann", role="user", content=TOLD)),
    "message metadata": (
        "metadata",
        lambda m: m.add_message("ann", role="user", content="hi", metadata={"a": [{"b": TOLD}]}),
    ),
    "add_messages": (
        "messages[1].content",
        lambda m: m.add_messages(
            "ann", [{"role": "user", "content": "hi"}, {"role": "tool", "content": TOLD}]
        ),
    ),
    "store": ("text", lambda m: m.store("ann", "fact", TOLD)),
    "store labels": ("labels[1]", lambda m: m.store("ann", "fact", "x", labels=["a", TOLD])),
    "store kind": ("kind", lambda m: m.store("ann", TOLD, "x")),
    "store metadata": ("metadata", lambda m: m.store("ann", "fact", "x", metadata={"note": TOLD})),
    "feedback": ("text", lambda m: m.feedback("ann", f"no, {TOLD}")),
    "update text": ("text", lambda m: _update(m, text=TOLD)),
    "update labels": ("labels[0]", lambda m: _update(m, labels=[TOLD])),
    "update metadata": ("metadata", lambda m: _update(m, metadata={"note": TOLD})),
}


async def _update(memos: AsyncMemOS, **fields: Any) -> None:
    made = await memos.store("ann", "fact", "something")
    await memos.update_memory("ann", made.id, **fields)


@asynccontextmanager
async def opened(home: Path, backend: str, **settings: str) -> AsyncIterator[AsyncMemOS]:
    async with AsyncMemOS(home, embedder="none", **BACKENDS[backend], **settings) as memos:
        yield memos


def everything(home: Path) -> bytes:
    return b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())


async def _all(memos: AsyncMemOS) -> str:
    """All that can be read back."""
    told = await memos.get_messages("ann")
    found = await memos.recall("ann", "write password something hi x", top_k=50)
    return json.dumps(
        [one.to_dict() for one in told] + [hit.memory.to_dict() for hit in found],
        ensure_ascii=False,
    )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("way", WAYS_IN)
@scenario
async def test_marks_are_kept_instead(way: str, backend: str, tmp_path: Path, caplog):
    caplog.set_level(logging.DEBUG)
    async with opened(tmp_path, backend, redaction="redact", learn="on") as memos:
        await WAYS_IN[way][1](memos)
        await memos.drain()
        kept = await _all(memos)
        counted = {kind: count for kind, count in memos.redacted.items() if count}
    assert KEPT in kept
    assert counted == {"email": 1, "password": 1}
    for secret in (MAIL, PASSWORD):
        assert secret not in kept
        assert secret not in caplog.text
        assert secret.encode() not in everything(tmp_path)


@pytest.mark.parametrize("way", WAYS_IN)
@scenario
async def test_a_write_is_refused_and_says_why_and_not_what(way: str, tmp_path: Path, caplog):
    caplog.set_level(logging.DEBUG)
    field, call = WAYS_IN[way]
    async with opened(tmp_path, "sqlite", redaction="block") as memos:
        with pytest.raises(TextRefused) as caught:
            await call(memos)
        assert await memos.get_messages("ann") == []
        assert [hit.memory.content for hit in await memos.recall("ann", "write x hi")] in (
            [],
            ["something"],  # what was to be updated
        )
    error = caught.value
    assert (error.field, error.found) == (field, {"email": 1, "password": 1})
    assert str(error) == (
        f"{field}: got email (1), password (1); "
        "allowed: text without secrets and personal identifiers"
    )
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    for secret in (MAIL, PASSWORD):
        assert secret not in shown
        assert secret not in caplog.text
        assert secret.encode() not in everything(tmp_path)


@scenario
async def test_without_the_setting_all_is_kept(tmp_path: Path):
    async with opened(tmp_path, "sqlite") as memos:
        await memos.add_message("ann", role="user", content=TOLD, metadata={"note": TOLD})
        (message,) = await memos.get_messages("ann")
        assert (message.content, message.metadata) == (TOLD, {"note": TOLD})
        assert memos.redacted == {}
        assert "redacted" not in await memos.metrics()


@pytest.mark.parametrize("backend", BACKENDS)
@scenario
async def test_a_retry_is_still_the_same_message(backend: str, tmp_path: Path):
    async with opened(tmp_path, backend, redaction="redact") as memos:
        fields = {"role": "user", "content": TOLD, "message_id": "m1"}
        first = await memos.add_message("ann", **fields)
        again = await memos.add_message("ann", **fields)
        twice = await memos.add_messages("ann", [fields, fields])
        assert (first.repeated, again.repeated) == (False, True)
        assert [one.memory_ids for one in (again, *twice)] == [first.memory_ids] * 3
        with pytest.raises(MessageExists):
            await memos.add_message("ann", **{**fields, "content": "something else"})


@scenario
async def test_names_ids_and_keys_stay(tmp_path: Path):
    async with opened(tmp_path, "sqlite", redaction="block") as memos:
        await memos.add_message(
            MAIL,
            role="user",
            content="hi",
            name=MAIL,
            message_id=MAIL,
            conversation_id=MAIL,
            metadata={MAIL: "his address", "count": 4111111111111111},
        )
        (message,) = await memos.get_messages(MAIL)
    assert (message.name, message.message_id, message.conversation_id) == (MAIL, MAIL, MAIL)
    assert message.metadata == {MAIL: "his address", "count": 4111111111111111}


@scenario
async def test_the_key_of_a_value_says_what_it_is(tmp_path: Path):
    metadata = {
        "password": "correcthorse", "order": "13812345678", "deep": [{"phone": ["6552 9988"]}],
        "note": "swordfish",
    }  # fmt: skip
    async with opened(tmp_path, "sqlite", redaction="redact") as memos:
        made = await memos.store("ann", "fact", "x", metadata=metadata)
    assert made.metadata == {
        "password": "[password]", "order": "13812345678", "deep": [{"phone": ["[phone]"]}],
        "note": "swordfish",
    }  # fmt: skip


@scenario
async def test_labels_that_become_one(tmp_path: Path):
    async with opened(tmp_path, "sqlite", redaction="redact") as memos:
        made = await memos.store("ann", "fact", "x", labels=[MAIL, "eve@example.com", "friend"])
    assert made.labels == ("[email]", "friend")


@scenario
async def test_what_feedback_says_is_learned_without_it(tmp_path: Path):
    async with opened(tmp_path, "sqlite", redaction="redact", learn="on") as memos:
        made = await memos.store("ann", "fact", "Ann can be reached at the office.")
        result = await memos.feedback("ann", f"no, Ann's mail is {MAIL}", memory_ids=made.id)
        assert result.message_id
        await memos.drain()
        assert MAIL not in await _all(memos)
    assert MAIL.encode() not in everything(tmp_path)


@scenario
async def test_it_is_counted(tmp_path: Path):
    async with opened(tmp_path, "sqlite", redaction="redact") as memos:
        assert dict(memos.redacted) == dict.fromkeys(KINDS, 0)
        await memos.add_message("ann", role="user", content=f"{MAIL} {MAIL} +49 30 1234567")
        text = await memos.metrics()
    assert '# TYPE memos_redacted_total counter\nmemos_redacted_total{kind="' in text
    assert 'memos_redacted_total{kind="email"} 2\n' in text
    assert 'memos_redacted_total{kind="phone"} 1\n' in text
    assert 'memos_redacted_total{kind="card"} 0\n' in text


def test_both_faces_count(tmp_path: Path):
    with MemOS(tmp_path, embedder="none", redaction="block") as memos:
        with pytest.raises(TextRefused):
            memos.store("ann", "fact", MAIL)
        assert memos.redacted["email"] == 1


def test_a_setting_that_there_is_not():
    with pytest.raises(InvalidInput, match="redaction: got 'maybe'; allowed: off, redact or block"):
        AsyncMemOS(redaction="maybe")


@scenario
async def test_a_tenant_has_its_own(tmp_path: Path):
    async with (
        opened(tmp_path, "sqlite", tenant="strict", redaction="redact") as strict,
        opened(tmp_path, "sqlite", tenant="plain") as plain,
    ):
        for memos in (strict, plain):
            await memos.add_message("ann", role="user", content=TOLD)
        kept = [(await memos.get_messages("ann"))[0].content for memos in (strict, plain)]
    assert kept == [KEPT, TOLD]
