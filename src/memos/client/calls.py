"""Calls: which method of `MemOS` is reached where, the one table of server and clients.

The arguments of a call are those of the method, by name: those in the path there, the others in
the body, or in the query where there is none. Its answer is the result as `to_dict` gives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

from memos.model.key import Right

OURS = ("progress", "actor")
"""Arguments that are not sent: a function stays where it is, and who asks is known by the key."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `right` is what a key needs for it, `status` that of success."""

    name: str
    verb: str
    path: str
    right: Right
    status: int = 200

    @property
    def in_path(self) -> tuple[str, ...]:
        """Arguments that stand in the path."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.path) if name)

    @property
    def has_body(self) -> bool:
        """Whether the other arguments are sent as JSON."""
        return self.verb in ("POST", "PATCH", "PUT")


@dataclass(frozen=True, slots=True)
class Onward:
    """How a list goes on: `argument` takes the `member` of the entry at `end`."""

    argument: str
    member: str
    end: int = -1


ONWARD = {
    "memories": Onward("before", "id"),
    "get_messages": Onward("before", "id", 0),
    "users": Onward("after", "user_id"),
    "audit_log": Onward("after", "number"),
}
"""Lists that come in pages, which `limit` bounds."""

_R, _W, _A, _O = Right.READ, Right.WRITE, Right.ADMIN, Right.OPERATOR

CALLS: tuple[Call, ...] = (
    Call("add_message", "POST", "/v1/messages", _W, 201),
    Call("add_messages", "POST", "/v1/messages/batch", _W, 201),
    Call("get_messages", "GET", "/v1/messages", _R),
    Call("store", "POST", "/v1/memories", _W, 201),
    Call("memories", "GET", "/v1/memories", _R),
    Call("get_memory", "GET", "/v1/memories/{memory_id}", _R),
    Call("update_memory", "PATCH", "/v1/memories/{memory_id}", _W),
    Call("history", "GET", "/v1/memories/{memory_id}/history", _R),
    Call("revert", "POST", "/v1/memories/{memory_id}/revert", _W),
    Call("forget", "POST", "/v1/forget", _W),
    Call("feedback", "POST", "/v1/feedback", _W, 201),
    Call("recall", "POST", "/v1/search", _R),
    Call("context", "POST", "/v1/context", _R),
    Call("replay", "POST", "/v1/replay", _R),
    Call("pages", "GET", "/v1/pages", _R),
    Call("profile", "GET", "/v1/profile", _R),
    Call("cubes", "GET", "/v1/cubes", _R),
    Call("create_cube", "POST", "/v1/cubes", _W, 201),
    Call("share", "POST", "/v1/shares", _W, 201),
    Call("unshare", "POST", "/v1/shares/end", _W),
    Call("audit", "POST", "/v1/audit", _A),
    Call("users", "GET", "/v1/users", _A),
    Call("keys", "GET", "/v1/keys", _A),
    Call("create_key", "POST", "/v1/keys", _A, 201),
    Call("rotate_key", "POST", "/v1/keys/{key_id}/rotate", _A, 201),
    Call("revoke_key", "POST", "/v1/keys/{key_id}/revoke", _A),
    Call("audit_log", "GET", "/v1/audit/log", _A),
    Call("verify_audit", "GET", "/v1/audit/verify", _O),
    Call("tenants", "GET", "/v1/tenants", _O),
    Call("create_tenant", "POST", "/v1/tenants", _O, 201),
    Call("set_quota", "POST", "/v1/tenants/{name}/quota", _O),
    Call("stats", "GET", "/v1/stats", _A),
    Call("drain", "POST", "/v1/drain", _A),
    Call("doctor", "POST", "/v1/doctor", _A),
    Call("reembed", "POST", "/v1/reembed", _A),
    Call("dead_letters", "GET", "/v1/tasks/dead", _A),
    Call("replay_dead", "POST", "/v1/tasks/dead/replay", _A),
    Call("task", "GET", "/v1/tasks/{task_id}", _A),
    Call("cancel_tasks", "POST", "/v1/tasks/cancel", _A),
    Call("pauses", "GET", "/v1/pauses", _A),
    Call("pause", "POST", "/v1/pauses", _A, 201),
    Call("resume", "POST", "/v1/pauses/end", _A),
    Call("work_report", "GET", "/v1/work", _O),
    Call("jobs", "GET", "/v1/jobs", _O),
    Call("run_job", "POST", "/v1/jobs/{name}/run", _O),
)
