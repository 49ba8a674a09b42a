"""The contract suite of keyrings: subclass `KeyringContract`, override `ring` and `log`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from memos.contracts.audit_log import AuditLog
from memos.contracts.keyring import Keyring
from memos.errors import Conflict, NotFound
from memos.model.deeds import Deed
from memos.model.key import ApiKey, Quota, Right, Tenant
from memos.model.time import SECOND, Instant
from memos.testing.clock import ManualClock
from memos.testing.scenario import scenario

START = ManualClock().now()
LATER, LATEST = Instant(START + 10 * SECOND), Instant(START + 20 * SECOND)
ACME = Tenant("acme", START, Quota(memories=10, bytes=0, model_calls=None))
KEY = ApiKey(
    id="k1",
    tenant="default",
    name="é'\" 用户",
    rights=frozenset({Right.READ, Right.ADMIN}),
    created_at=START,
    created_by="home",
    user_id="ann",
    agent_id="e\u0301",
    cube_id="trip",
    rate=60,
    expires_at=LATEST,
)
PLAIN = ApiKey("k2", "default", "plain", frozenset({Right.WRITE}), START, "k1")
DIGEST, OTHER = bytes(range(32)), bytes(32)


def deed(subject: str) -> Deed:
    """Something to be told by."""
    return Deed("default", "home", "test", subject, "done")


class KeyringContract:
    """Tenants and keys by their names, and a deed for each change."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The clock of `ring` and `log`."""
        return ManualClock()

    @pytest.fixture
    def log(self, clock: ManualClock) -> AuditLog:
        """The fresh, empty audit log in which `ring` writes; not yet open."""
        raise NotImplementedError(f"override the fixture `log`: a fresh AuditLog by {clock}")

    @pytest.fixture
    def ring(self, log: AuditLog, clock: ManualClock) -> Keyring:
        """A fresh, empty keyring that writes its deeds into `log`; not yet open."""
        raise NotImplementedError(f"override the fixture `ring`: a Keyring over {log} by {clock}")

    @scenario
    async def test_at_first_there_is_one_tenant(self, ring: Keyring, log: AuditLog) -> None:
        assert [one.name for one in await ring.tenants()] == ["default"]
        found = await ring.tenant("default")
        assert found is not None
        assert found.quota == Quota()
        assert await ring.tenant("acme") is None
        assert await ring.keys() == []
        assert await ring.find("k1") is None
        assert await log.entries() == []

    @scenario
    async def test_tenants_are_kept(self, ring: Keyring, log: AuditLog) -> None:
        await ring.add_tenant(ACME, deed("acme"))
        assert await ring.tenant("acme") == ACME
        for taken in ("acme", "default"):
            with pytest.raises(Conflict):
                await ring.add_tenant(Tenant(taken, LATER), deed("again"))
        assert await ring.tenant("acme") == ACME
        assert await self._told(log) == ["acme"]

    @scenario
    async def test_quotas_are_set_as_a_whole(self, ring: Keyring, log: AuditLog) -> None:
        await ring.add_tenant(ACME, deed("acme"))
        quota = Quota(model_calls=7)
        wanted = replace(ACME, quota=quota)
        for _ in range(2):  # the second time nothing changes
            assert await ring.set_quota("acme", quota, deed("quota")) == wanted
        assert await ring.tenant("acme") == wanted
        with pytest.raises(NotFound):
            await ring.set_quota("nobody", quota, deed("nobody"))
        assert await self._told(log) == ["acme", "quota"]

    @scenario
    async def test_keys_are_kept_with_their_digest(self, ring: Keyring, log: AuditLog) -> None:
        await ring.add(KEY, DIGEST, deed("k1"))
        await ring.add(PLAIN, OTHER, deed("k2"))
        assert await ring.find("k1") == (KEY, DIGEST)
        assert await ring.find("k2") == (PLAIN, OTHER)
        assert await ring.find("K1") is None
        assert await self._told(log) == ["k1", "k2"]

    @scenario
    async def test_no_key_without_a_tenant_and_no_id_twice(
        self, ring: Keyring, log: AuditLog
    ) -> None:
        await ring.add(KEY, DIGEST, deed("k1"))
        with pytest.raises(NotFound):
            await ring.add(replace(KEY, id="k3", tenant="nobody"), DIGEST, deed("k3"))
        with pytest.raises(Conflict):
            await ring.add(replace(PLAIN, id="k1"), OTHER, deed("k1 again"))
        assert await ring.find("k3") is None
        assert await ring.find("k1") == (KEY, DIGEST)
        assert await self._told(log) == ["k1"]

    @scenario
    async def test_keys_in_their_order(self, ring: Keyring) -> None:
        await ring.add_tenant(ACME, deed("acme"))
        made = [
            replace(PLAIN, id="z", tenant="acme"),
            replace(PLAIN, id="b"),
            replace(PLAIN, id="c"),
            replace(PLAIN, id="a", created_at=LATER),
        ]
        for key in reversed(made):
            await ring.add(key, OTHER, deed(key.id))
        assert await ring.keys() == made
        assert await ring.keys("default") == made[1:]
        assert await ring.keys("Default") == []

    @scenario
    async def test_names_are_their_code_points(self, ring: Keyring) -> None:
        names = ["A", "a", "a ", "e\u0301", "é", "用户"]
        for name in reversed(names):
            await ring.add_tenant(Tenant(name, START), deed(name))
            await ring.add(replace(PLAIN, id=name, tenant=name), OTHER, deed(name))
        assert [one.name for one in await ring.tenants()] == sorted([*names, "default"])
        assert [one.id for one in await ring.keys()] == sorted(names)
        for name in names:
            assert [one.id for one in await ring.keys(name)] == [name]

    @scenario
    async def test_a_key_takes_the_place_of_another(self, ring: Keyring, log: AuditLog) -> None:
        await ring.add(PLAIN, OTHER, deed("k2"))
        after = replace(PLAIN, id="k3", created_at=LATER)
        await ring.rotate("k2", LATEST, after, DIGEST, [deed("old"), deed("new")])
        assert await ring.find("k2") == (replace(PLAIN, expires_at=LATEST), OTHER)
        assert await ring.find("k3") == (after, DIGEST)
        assert await self._told(log) == ["k2", "old", "new"]

    @scenario
    async def test_an_expiry_is_never_set_later(self, ring: Keyring) -> None:
        await ring.add(KEY, OTHER, deed("k1"))
        wanted = ((Instant(LATEST + 1), LATEST), (LATER, LATER), (LATEST, LATER))
        for at, (until, ends) in enumerate(wanted):
            await ring.rotate("k1", until, replace(KEY, id=f"n{at}"), DIGEST, [deed("k1")])
            assert await ring.find("k1") == (replace(KEY, expires_at=ends), OTHER)

    @scenario
    async def test_no_key_takes_the_place_of_one_that_is_none(
        self, ring: Keyring, log: AuditLog
    ) -> None:
        await ring.add_tenant(ACME, deed("acme"))
        await ring.add(KEY, DIGEST, deed("k1"))
        await ring.add(PLAIN, DIGEST, deed("k2"))
        await ring.revoke("k2", START, deed("gone"))
        before, told = await ring.keys(), await self._told(log)
        new = replace(KEY, id="k3", created_at=LATER)
        for key_id, key, error in (
            ("nope", new, NotFound),
            ("k1", replace(new, tenant="acme"), NotFound),  # it is another tenant's
            ("k1", replace(new, created_at=LATEST), Conflict),  # it has expired by then
            ("k1", replace(new, id="k2"), Conflict),
            ("k2", new, Conflict),  # revoked
        ):
            with pytest.raises(error):
                await ring.rotate(key_id, LATEST, key, OTHER, [deed("rotated")])
        assert await ring.keys() == before
        assert await self._told(log) == told

    @scenario
    async def test_what_is_revoked_stays_so(self, ring: Keyring, log: AuditLog) -> None:
        await ring.add(KEY, DIGEST, deed("k1"))
        wanted = replace(KEY, revoked_at=LATER)
        for at in (LATER, LATEST, START):
            assert await ring.revoke("k1", at, deed("gone")) == wanted
        assert await ring.find("k1") == (wanted, DIGEST)
        assert await ring.keys() == [wanted]
        assert await ring.revoke("nope", LATER, deed("nope")) is None
        assert await self._told(log) == ["k1", "gone"]

    @scenario
    async def test_of_those_who_are_at_it_at_once_one_wins(
        self, ring: Keyring, log: AuditLog
    ) -> None:
        adding = (
            ring.add_tenant(replace(ACME, created_at=Instant(at)), deed("acme")) for at in range(9)
        )
        lost = [one for one in await asyncio.gather(*adding, return_exceptions=True) if one]
        assert [type(one) for one in lost] == [Conflict] * 8
        await ring.add(KEY, DIGEST, deed("k1"))
        moments = [Instant(START + at) for at in range(9)]
        ended = await asyncio.gather(*(ring.revoke("k1", at, deed("gone")) for at in moments))
        assert len(set(ended)) == 1
        assert await self._told(log) == ["acme", "k1", "gone"]

    async def _told(self, log: AuditLog) -> list[str]:
        return [one.deed.subject for one in await log.entries()]
