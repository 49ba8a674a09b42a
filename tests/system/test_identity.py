"""Tenants, keys and the audit log, through the public calls."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest
from backends import BACKENDS

from memos import AsyncMemOS, Conflict, InvalidInput, MemOS, NotFound
from memos.errors import AuthRefused
from memos.governance import keys as texts
from memos.memories.parts import build
from memos.model.deeds import START, ChainReport
from memos.model.key import ApiKey, NewKey, Quota, Right
from memos.model.time import SECOND, Instant
from memos.settings import Settings
from memos.system.identity import DAY
from memos.testing.clock import ManualClock


@asynccontextmanager
async def opened(folder: Path, clock: ManualClock, kind: str) -> AsyncIterator[AsyncMemOS]:
    settings = Settings.load(home=folder, embedder="none", **BACKENDS[kind])
    async with AsyncMemOS(folder, parts=build(settings, clock)) as memos:
        yield memos


@pytest.fixture(params=BACKENDS)
def play(request: pytest.FixtureRequest, tmp_path: Path):
    """Runs a scenario with a system of each family, and its clock."""

    def run(scenario: Callable[[AsyncMemOS, ManualClock], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            clock = ManualClock()
            async with opened(tmp_path, clock, request.param) as memos:
                await scenario(memos, clock)

        asyncio.run(whole())

    return run


async def actions(memos: AsyncMemOS) -> list[tuple[str, str, str, str]]:
    log = await memos.audit_log()
    assert {one.deed.outcome for one in log} <= {"done"}
    return [(d.tenant, d.actor, d.action, d.subject) for d in (one.deed for one in log)]


async def refused(memos: AsyncMemOS, text: str) -> None:
    with pytest.raises(AuthRefused) as caught:
        await memos.authenticate(text)
    assert str(caught.value) == "the key is not accepted"
    assert (vars(caught.value), caught.value.__cause__) == ({}, None)


def test_tenants_and_quotas(play):
    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        assert [one.name for one in await memos.tenants()] == ["default"]
        made = await memos.create_tenant("acme", memories=5, model_calls=0)
        assert (made.created_at, made.quota) == (clock.now(), Quota(5, None, 0))
        with pytest.raises(Conflict):
            await memos.create_tenant("acme")
        changed = await memos.set_quota("acme", bytes=9, actor="k1")
        assert changed == replace(made, quota=Quota(None, 9, None))
        assert changed in await memos.tenants()
        assert await actions(memos) == [
            ("acme", "home", "tenants.create", "acme"),
            ("acme", "k1", "tenants.quota", "acme"),
        ]

    play(scenario)


def test_a_key_opens_what_it_was_made_for(play):
    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        await memos.create_tenant("acme")
        made = await memos.create_key(
            "acme", name="bot", rights=["admin", "read"], user_id="ann", agent_id="x",
            cube_id="trip", rate=60, expires_in=60, actor="k0",
        )  # fmt: skip
        key = made.key
        wanted = ApiKey(
            key.id, "acme", "bot", frozenset({Right.READ, Right.ADMIN}), clock.now(), "k0",
            "ann", "x", "trip", 60, Instant(clock.now() + 60 * SECOND),
        )  # fmt: skip
        assert key == wanted
        assert await memos.authenticate(made.secret) == key
        plain = await memos.create_key(name="plain")
        assert (plain.key.tenant, plain.key.expires_at) == ("default", None)
        assert plain.key.rights == {Right.READ, Right.WRITE}
        assert await memos.keys("acme") == [key]
        assert await memos.keys() == [key, plain.key]
        assert (await actions(memos))[1:] == [
            ("acme", "k0", "keys.create", key.id),
            ("default", "home", "keys.create", plain.key.id),
        ]
        clock.advance(60)
        await refused(memos, made.secret)
        assert await memos.authenticate(plain.secret) == plain.key

    play(scenario)


def test_what_opens_nothing_is_refused_in_the_same_way(play):
    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        good = await memos.create_key(name="good")
        gone = await memos.create_key(name="gone")
        await memos.revoke_key(gone.key.id)
        text = good.secret
        for wrong in (
            "", "memos_", "x" * 100_000, "\ud800", f"{text} ", text[:-1] + "é",
            text.upper(), gone.secret,
            texts.mint(good.key.id, bytes(32)),  # a wrong secret
            texts.mint("0" * 12, bytes(32)),  # an unknown id
        ):  # fmt: skip
            await refused(memos, wrong)
        assert await memos.authenticate(text) == good.key

    play(scenario)


def test_whatever_is_wrong_a_digest_is_compared(play, monkeypatch):
    compared: list[int] = []
    same = texts.same
    monkeypatch.setattr(
        texts, "same", lambda one, other: compared.append(len(other)) or same(one, other)
    )

    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        good = await memos.create_key(name="good")
        known, unknown = texts.mint(good.key.id, bytes(32)), texts.mint("0" * 12, bytes(32))
        for wrong in ("nonsense", unknown, known):
            await refused(memos, wrong)
        assert compared == [32] * 3

    play(scenario)


def test_rotation_leaves_two_keys_until_the_overlap_is_over(play):
    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        old = await memos.create_key(name="bot", rights=["read"], user_id="ann", rate=5)
        clock.advance(100)
        new = await memos.rotate_key(old.key.id, actor="k0")
        same = replace(old.key, id=new.key.id, created_at=clock.now(), created_by="k0")
        assert new.key == same
        assert new.secret != old.secret
        clock.advance(DAY - 1)
        for one in (old, new):
            assert (await memos.authenticate(one.secret)).id == one.key.id
        clock.advance(1)
        await refused(memos, old.secret)
        assert await memos.authenticate(new.secret) == new.key
        with pytest.raises(Conflict):
            await memos.rotate_key(old.key.id)
        assert (await actions(memos))[1:] == [
            ("default", "k0", "keys.rotate", old.key.id),
            ("default", "k0", "keys.create", new.key.id),
        ]
        last = await memos.rotate_key(new.key.id, overlap=0)
        await refused(memos, new.secret)
        assert await memos.authenticate(last.secret) == last.key

    play(scenario)


def test_the_successor_of_a_key_that_ends_ends_with_it(play):
    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        old = await memos.create_key(name="bot", expires_at="2024-01-01T01:00:00Z")
        new = await memos.rotate_key(old.key.id)
        assert new.key.expires_at == old.key.expires_at
        known = {key.id: key.expires_at for key in await memos.keys()}
        assert known == {old.key.id: old.key.expires_at, new.key.id: old.key.expires_at}

    play(scenario)


def test_revoking(play):
    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        made = await memos.create_key(name="bot")
        ended = await memos.revoke_key(made.key.id)
        assert ended == replace(made.key, revoked_at=clock.now())
        clock.advance(9)
        assert await memos.revoke_key(made.key.id) == ended
        assert await memos.keys() == [ended]
        with pytest.raises(Conflict):
            await memos.rotate_key(made.key.id)
        assert [one[2] for one in await actions(memos)] == ["keys.create", "keys.revoke"]

    play(scenario)


def test_a_key_of_another_tenant_is_not_there(play):
    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        await memos.create_tenant("acme")
        made = await memos.create_key("acme", name="bot")
        for call in (memos.rotate_key, memos.revoke_key):
            with pytest.raises(NotFound) as caught:
                await call(made.key.id, tenant="default")
            assert (caught.value.kind, caught.value.id) == ("key", made.key.id)
        assert await memos.authenticate(made.secret) == made.key
        assert [one.deed.tenant for one in await memos.audit_log(tenant="default")] == []
        assert (await memos.revoke_key(made.key.id, tenant="acme")).revoked_at is not None

    play(scenario)


def test_one_end_is_enough(play):
    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        with pytest.raises(InvalidInput) as caught:
            await memos.create_key(name="bot", expires_at="2030-01-01", expires_in=5)
        assert caught.value.field == "expires_in"

    play(scenario)


def test_a_whole_log_page_by_page(play, monkeypatch):
    monkeypatch.setattr("memos.system.identity.PAGE", 3)

    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        assert await memos.verify_audit() == ChainReport(0, START, ())
        for at in range(8):
            await memos.create_key(name=f"k{at}")
        log = await memos.audit_log()
        report = await memos.verify_audit(seen=log[4].digest)
        assert report == ChainReport(8, log[-1].digest, ())
        assert report.to_dict()["ok"] is True
        assert [one.number for one in await memos.audit_log(after=2, limit=3)] == [3, 4, 5]
        assert (await memos.verify_audit(seen=START)).ok
        other = await memos.verify_audit(seen="f" * 64)
        assert other.broken == ((0, "the digest that was seen is not in the log any more"),)

    play(scenario)


def test_a_log_that_grows_while_it_is_checked_is_whole(play, monkeypatch):
    monkeypatch.setattr("memos.system.identity.PAGE", 1)

    async def scenario(memos: AsyncMemOS, clock: ManualClock) -> None:
        log, made = memos._parts.audit_log, [0]
        ask, end = log.entries, log.end

        async def grow() -> None:
            if made[0] < 5:
                made[0] += 1
                await memos.create_key(name="k")

        async def entries(*given: Any, **named: Any) -> Any:
            found = await ask(*given, **named)
            await grow()
            return found

        async def ending() -> Any:
            await grow()
            found = await end()
            await grow()
            return found

        for name, stand_in in (("entries", entries), ("end", ending)):
            monkeypatch.setattr(log, name, stand_in)
        assert (await memos.verify_audit()).ok
        assert made[0] == 5

    play(scenario)


CUT = "DELETE FROM audit WHERE number > 6"


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE audit SET actor='nobody' WHERE number=3", ((3, "was changed"),)),
        (
            "UPDATE audit SET at=at+1 WHERE number=8",
            ((8, "was changed"), (8, "is not what was written last")),
        ),
        ("DELETE FROM audit WHERE number=4", ((4, "is missing"),)),
        ("DELETE FROM audit WHERE number IN (4, 5)", ((4, "is missing, with all up to 5"),)),
        (CUT, ((7, "is missing, with all up to 8"),)),
        ("DELETE FROM audit", ((1, "is missing, with all up to 8"),)),
        ("DELETE FROM audit_end", ((1, "was not written by the log"),)),
    ],
)  # fmt: skip
def test_what_is_done_behind_the_store_s_back_shows(tmp_path: Path, sql: str, broken: tuple):
    with MemOS(tmp_path, embedder="none", sync="normal") as memos:
        for at in range(8):
            memos.create_key(name=f"k{at}")
        tamper(tmp_path, sql)
        report = memos.verify_audit()
        assert (report.ok, report.broken) == (False, broken)
        if sql == CUT:  # what is written next does not cover it
            memos.create_key(name="next")
            assert memos.verify_audit().broken == broken


def tamper(home: Path, sql: str) -> None:
    """As somebody does who can write the file, and knows of the triggers."""
    connection = apsw.Connection(str(home / "memos.db"))
    names = [name for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'"
    )]  # fmt: skip
    assert len(names) == 3
    for name in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql)
    connection.close()


def test_nobody_finds_a_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd):
    """Not in any file of the home, and in nothing that is printed, logged or raised."""
    caplog.set_level(logging.DEBUG)
    made: list[NewKey] = []
    told: list[object] = []
    with MemOS(tmp_path, embedder="none") as memos:
        made += (memos.create_key(name=f"k{at}") for at in range(90))
        made += (memos.rotate_key(one.key.id) for one in made[:10])
        for one in made:
            text = one.secret
            told += [repr(one), str(one), json.dumps(one.key.to_dict()), memos.authenticate(text)]
            for call in (memos.revoke_key, memos.rotate_key):
                with pytest.raises(InvalidInput) as caught:
                    call(text)  # its id was meant
                told.append(repr(caught.value))
            with pytest.raises(AuthRefused) as refusal:
                memos.authenticate(f"{text}x")
            told.append(repr(refusal.value))
        told += [memos.keys(), memos.audit_log(limit=1000), memos.work_report(), memos.metrics()]
        dump = read(tmp_path)
    dump += read(tmp_path) + repr(told).encode() + caplog.text.encode()
    dump += "".join(capfd.readouterr()).encode()
    assert len(made) == 100
    for one in made:
        _, secret = texts.parse(one.secret) or ("", "")
        number = 0
        for mark in secret:
            number = number * 62 + texts.ALPHABET.index(mark)
        random = number.to_bytes(32, "big")
        for form in (secret, secret[:20], random.hex(), random.hex().upper()):
            assert form.encode() not in dump
        assert random not in dump
        assert one.key.id.encode() in dump
        assert texts.digest(secret) in dump


def read(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_two_homes_in_two_instances_see_each_other_s_changes(tmp_path: Path):
    with MemOS(tmp_path, embedder="none") as one, MemOS(tmp_path, embedder="none") as two:
        made = one.create_key(name="bot")
        assert two.authenticate(made.secret) == made.key
        two.revoke_key(made.key.id)
        with pytest.raises(AuthRefused):
            one.authenticate(made.secret)
