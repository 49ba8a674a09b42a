"""Public calls about tenants, API keys and the audit log."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from memos.errors import AuthRefused, InvalidInput, NotFound
from memos.governance import keys as texts
from memos.governance.chain import check, check_end
from memos.model import checks
from memos.model.deeds import START, AuditEntry, ChainReport, Deed
from memos.model.key import ApiKey, NewKey, Quota, Right, Tenant
from memos.model.time import LATEST, SECOND, Instant
from memos.system.base import Base, When

HOME = "home"  # the actor who has the files
DAY = 86_400  # seconds
LARGEST_QUOTA = 10**15
LARGEST_RATE = 1_000_000  # calls a minute
LAST_ENTRY = 2**63 - 1
PAGE = 1000  # entries that are checked at once
_NO_DIGEST = bytes(32)  # what an unknown key is compared with


class Identity(Base):
    """Who may do what over the network, in the whole home, and who did what.

    `actor` is who asks, for the audit log: the id of a key, or `home` for who has the files.
    Whether they may is for a server to know: here everybody may.
    """

    async def create_tenant(
        self,
        name: str,
        *,
        memories: int | None = None,
        bytes: int | None = None,
        model_calls: int | None = None,
        actor: str = HOME,
    ) -> Tenant:
        """Makes a tenant; raises Conflict when there is one of that name.

        Args:
            name: what it is called, for good.
            memories: how many memories it may have; None: no limit.
            bytes: how much text its messages and memories may hold; None: no limit.
            model_calls: how often a day models may be called for it; None: no limit.
            actor: who asks.
        """
        wanted = self._id("name", name)
        quota = _quota(memories, bytes, model_calls)
        deed = self._deed(wanted, actor, "tenants.create", wanted)
        await self._ready()
        made = Tenant(wanted, self._parts.clock.now(), quota)
        await self._parts.keyring.add_tenant(made, deed)
        return made

    async def tenants(self) -> list[Tenant]:
        """The tenants of the home, by name."""
        await self._ready()
        return await self._parts.keyring.tenants()

    async def set_quota(
        self,
        name: str,
        *,
        memories: int | None = None,
        bytes: int | None = None,
        model_calls: int | None = None,
        actor: str = HOME,
    ) -> Tenant:
        """Gives a tenant another quota, as a whole: what is None has no limit from now on."""
        wanted = self._id("name", name)
        quota = _quota(memories, bytes, model_calls)
        deed = self._deed(wanted, actor, "tenants.quota", wanted)
        await self._ready()
        return await self._parts.keyring.set_quota(wanted, quota, deed)

    async def create_key(
        self,
        tenant: str | None = None,
        *,
        name: str = "key",
        rights: Sequence[str] = ("read", "write"),
        user_id: str | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
        rate: int | None = None,
        expires_at: When | None = None,
        expires_in: float | None = None,
        actor: str = HOME,
    ) -> NewKey:
        """Makes a key; its text is in `secret` and nowhere else, now and never again.

        Args:
            tenant: whose memories it opens; None: the tenant that is set.
            name: for people to read.
            rights: `read`, `write`, `admin`, `operator`; none includes another.
            user_id: the only user for whom it acts.
            agent_id: the only agent for whom it acts.
            cube_id: the only cube that it opens.
            rate: how many calls a minute it may make.
            expires_at: when it ends; None: not by itself.
            expires_in: the same, in seconds from now.
            actor: who asks.
        """
        now = self._parts.clock.now()
        made = ApiKey(
            id=texts.fresh_id(secrets.token_bytes(16)),
            tenant=self._tenant(tenant),
            name=self._id("name", name),
            rights=_rights(rights),
            created_at=now,
            created_by=self._id("actor", actor),
            user_id=self._optional("user_id", user_id),
            agent_id=self._optional("agent_id", agent_id),
            cube_id=self._optional("cube_id", cube_id),
            rate=None if rate is None else checks.check_int("rate", rate, 1, LARGEST_RATE),
            expires_at=self._expiry(expires_at, expires_in, now),
        )
        deed = self._deed(made.tenant, made.created_by, "keys.create", made.id)
        await self._ready()
        text, digest = _minted(made)
        await self._parts.keyring.add(made, digest, deed)
        return NewKey(made, text)

    async def keys(self, tenant: str | None = None) -> list[ApiKey]:
        """The keys of a tenant, or of all, also those that have ended; without their secrets."""
        wanted = self._optional("tenant", tenant)
        await self._ready()
        return await self._parts.keyring.keys(wanted)

    async def rotate_key(
        self,
        key_id: str,
        *,
        overlap: float = DAY,
        tenant: str | None = None,
        actor: str = HOME,
    ) -> NewKey:
        """Makes a key with the same rights and bounds; the old one ends after the overlap.

        Raises NotFound, and Conflict when the old one has ended already.

        Args:
            key_id: the old key.
            overlap: for how many seconds both are valid.
            tenant: only if it is one of this tenant's; others do not exist.
            actor: who asks.
        """
        wanted = _key_id(key_id)
        span = round(checks.check_seconds("overlap", overlap) * SECOND)
        who, wall = self._id("actor", actor), self._optional("tenant", tenant)
        await self._ready()
        old = await self._key(wanted, wall)
        now = self._parts.clock.now()
        made = replace(
            old,
            id=texts.fresh_id(secrets.token_bytes(16)),
            created_at=now,
            created_by=who,
        )
        deeds = [
            self._deed(old.tenant, who, "keys.rotate", old.id),
            self._deed(old.tenant, who, "keys.create", made.id),
        ]
        text, digest = _minted(made)
        until = Instant(min(now + span, LATEST))
        await self._parts.keyring.rotate(wanted, until, made, digest, deeds)
        return NewKey(made, text)

    async def revoke_key(
        self, key_id: str, *, tenant: str | None = None, actor: str = HOME
    ) -> ApiKey:
        """Ends a key at once and for good; one that was revoked stays as it is.

        Raises NotFound; with `tenant` also for a key of another tenant.
        """
        wanted = _key_id(key_id)
        who, wall = self._id("actor", actor), self._optional("tenant", tenant)
        await self._ready()
        old = await self._key(wanted, wall)
        deed = self._deed(old.tenant, who, "keys.revoke", wanted)
        ended = await self._parts.keyring.revoke(wanted, self._parts.clock.now(), deed)
        return ended or old

    async def authenticate(self, text: str) -> ApiKey:
        """The key whose text this is; raises AuthRefused, without saying why.

        It takes the same steps for every text, so that time does not tell either.
        """
        if not isinstance(text, str):
            raise InvalidInput("text", checks.shape(text), "the text of a key")
        await self._ready()
        key_id, secret = texts.parse(text) or ("", "")
        found = await self._parts.keyring.find(key_id)
        key, digest = found or (None, _NO_DIGEST)
        right = texts.same(texts.digest(secret), digest)
        if key is None or not right or not key.valid(self._parts.clock.now()):
            raise AuthRefused
        return key

    async def audit_log(
        self, *, tenant: str | None = None, after: int = 0, limit: int = 100
    ) -> list[AuditEntry]:
        """Who did what: the first entries with a number above `after`, of a tenant or of all."""
        wanted = self._optional("tenant", tenant)
        since = checks.check_int("after", after, 0, LAST_ENTRY)
        most = checks.check_int("limit", limit, 1, self.settings.max_batch)
        await self._ready()
        return await self._parts.audit_log.entries(wanted, after=since, limit=most)

    async def verify_audit(self, *, seen: str | None = None) -> ChainReport:
        """Checks the whole audit log: whether an entry was changed, removed or cut off.

        Args:
            seen: the `last` of an earlier report, kept elsewhere; who rewrites the whole log
                cannot bring it back.
        """
        kept = self._optional("seen", seen)
        await self._ready()
        log = self._parts.audit_log
        count, found, last = 0, kept in (None, START), None
        broken: list[tuple[int, str]] = []
        end = await log.end()
        while page := await log.entries(after=last.number if last else 0, limit=PAGE):
            broken += check(page, last)
            found = found or any(entry.digest == kept for entry in page)
            count, last = count + len(page), page[-1]
        if last is not None and (end is None or last.number > end.number):
            end = await log.end()  # others have written meanwhile
            if end is not None and end.number > last.number:
                end = last  # and go on: up to here it is whole
        broken += check_end(last, end)
        if not found:
            broken.append((0, "the digest that was seen is not in the log any more"))
        return ChainReport(count, last.digest if last else START, tuple(broken))

    async def _key(self, key_id: str, tenant: str | None) -> ApiKey:
        found = await self._parts.keyring.find(key_id)
        if found is None or tenant not in (None, found[0].tenant):
            raise NotFound("key", key_id)
        return found[0]

    def _id(self, field: str, value: object) -> str:
        return checks.check_id(field, value, self.settings.max_id)

    def _optional(self, field: str, value: object) -> str | None:
        return checks.optional_id(field, value, self.settings.max_id)

    def _tenant(self, tenant: object) -> str:
        return self._optional("tenant", tenant) or self.settings.tenant

    def _deed(self, tenant: str, actor: object, action: str, subject: str) -> Deed:
        return Deed(tenant, self._id("actor", actor), action, subject, "done")

    def _expiry(self, at: object, span: object, now: Instant) -> Instant | None:
        """When a key ends that was made now."""
        field, found = "expires_at", self._desk.moment("expires_at", at)
        if span is not None:
            if found is not None:
                raise InvalidInput("expires_in", "expires_at beside it", "one of them")
            field = "expires_in"
            found = Instant(min(now + checks.check_seconds(field, span) * SECOND, LATEST))
        if found is not None and found <= now:
            raise InvalidInput(field, "a moment that is over", "one that is still to come")
        return found


def _key_id(value: object) -> str:
    """Anything longer may be a whole key, which no error must repeat."""
    return checks.check_id("key_id", value, texts.ID_LENGTH)


def _minted(key: ApiKey) -> tuple[str, bytes]:
    """The text of a key, and the digest that is kept of it."""
    text = texts.mint(key.id, secrets.token_bytes(texts.SECRET_BYTES))
    secret = text[-texts.SECRET_LENGTH - texts.CHECKSUM_LENGTH : -texts.CHECKSUM_LENGTH]
    return text, texts.digest(secret)


def _rights(value: object) -> frozenset[Right]:
    listed = checks.check_list("rights", value, len(Right))
    if not listed:
        raise InvalidInput("rights", "none", ", ".join(right.value for right in Right))
    return frozenset(checks.check_choice("rights", one, Right) for one in listed)


def _quota(memories: object, size: object, model_calls: object) -> Quota:
    return Quota(
        _amount("memories", memories), _amount("bytes", size), _amount("model_calls", model_calls)
    )


def _amount(field: str, value: object) -> int | None:
    return None if value is None else checks.check_int(field, value, 0, LARGEST_QUOTA)
