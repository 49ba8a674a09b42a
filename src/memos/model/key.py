"""API keys: who may do what over the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from memos.model.plain import Plain
from memos.model.time import Instant

DEFAULT_TENANT = "default"
"""The tenant that exists from the start."""


class Right(str, Enum):
    """What a key opens; none includes another."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"  # keys, users, tasks, jobs and the audit log of its tenant
    OPERATOR = "operator"  # all tenants: making them, their keys, metrics


@dataclass(frozen=True, slots=True)
class ApiKey(Plain):
    """A key as it is known after it was made: without its secret.

    Where `user_id`, `agent_id` or `cube_id` is set, the key acts for that user or agent only,
    on that cube only; what lies outside does not exist for it. `rate` is in calls a minute.
    """

    id: str
    tenant: str
    name: str
    rights: frozenset[Right]
    created_at: Instant
    created_by: str  # the id of a key, or "home" for who has the files
    user_id: str | None = None
    agent_id: str | None = None
    cube_id: str | None = None
    rate: int | None = None
    expires_at: Instant | None = None
    revoked_at: Instant | None = None

    def valid(self, now: Instant) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class NewKey(Plain):
    """A key that was just made, with its text, which nobody can ever be told again.

    Printed it does not show the text; `to_dict` gives it, for who hands it over.
    """

    key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Quota(Plain):
    """What a tenant may have at most; None: no limit."""

    memories: int | None = None
    bytes: int | None = None  # of the text of its messages and memories
    model_calls: int | None = None  # a day


@dataclass(frozen=True, slots=True)
class Tenant(Plain):
    """An organisation with memories behind the hard wall."""

    name: str
    created_at: Instant
    quota: Quota = Quota()
