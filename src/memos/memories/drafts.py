"""What callers write, checked and turned into drafts and memories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from memos.errors import InvalidInput
from memos.governance.redaction import Guard
from memos.ingest.pipeline import Draft
from memos.memories.scopes import Caller
from memos.model import checks
from memos.model.memory import Kind, Memory, Visibility
from memos.model.message import ROLES
from memos.model.time import Instant
from memos.settings import Settings

MESSAGE_FIELDS = (
    "role", "content", "name", "conversation_id", "message_id", "timestamp", "metadata",
    "visibility", "app_id",
)  # fmt: skip


class Desk:
    """Checks of everything that is written, by the limits of the settings.

    What may not be kept is taken out here, before anything is compared or stored: a message
    that is sent again is the same again. Names and ids are not looked at.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._zone = settings.zone
        self._guard = Guard(settings.redaction)

    @property
    def redacted(self) -> Mapping[str, int]:
        """How many secrets and identifiers were kept out so far, by kind."""
        return dict(self._guard.counts)

    def caller(self, user_id: object, agent_id: object = None, cube_id: object = None) -> Caller:
        """Who calls."""
        longest = self._settings.max_id
        return Caller(
            checks.optional_id("user_id", user_id, longest),
            checks.optional_id("agent_id", agent_id, longest),
            # A personal cube's id is its owner's with a prefix.
            checks.optional_id("cube_id", cube_id, longest + 8),
        )

    def moment(self, field: str, value: object) -> Instant | None:
        """A time that the caller gave."""
        return checks.check_instant(field, value, self._zone)

    def draft(self, caller: Caller, fields: Mapping[str, Any], path: str = "") -> Draft:
        """One message; `path` stands before field names in errors."""
        longest = self._settings.max_id
        get = fields.get
        role = get("role")
        if role not in ROLES:
            got = repr(role[:24]) if isinstance(role, str) else checks.shape(role)
            raise InvalidInput(f"{path}role", got, ", ".join(ROLES))
        return Draft(
            role=role,
            content=self._text(f"{path}content", get("content")),
            message_id=checks.optional_id(f"{path}message_id", get("message_id"), longest),
            conversation_id=checks.optional_id(
                f"{path}conversation_id", get("conversation_id"), longest
            ),
            name=checks.optional_id(f"{path}name", get("name"), longest),
            said_at=self.moment(f"{path}timestamp", get("timestamp")),
            user_id=caller.user_id,
            agent_id=caller.agent_id,
            app_id=checks.optional_id(f"{path}app_id", get("app_id"), longest),
            visibility=self._visibility(caller, get("visibility"), path),
            metadata=self._metadata(f"{path}metadata", get("metadata")),
        )

    def drafts(self, caller: Caller, messages: object, defaults: Mapping[str, Any]) -> list[Draft]:
        """A batch; errors name the message by its place."""
        found = checks.check_list("messages", messages, self._settings.max_batch)
        made = []
        for at, fields in enumerate(found):
            path = f"messages[{at}]."
            if not isinstance(fields, Mapping):
                raise InvalidInput(path[:-1], checks.shape(fields), "a mapping")
            for name in fields:
                if name not in MESSAGE_FIELDS:
                    raise InvalidInput(
                        path + checks.shown(name), "an unknown field", ", ".join(MESSAGE_FIELDS)
                    )
            made.append(self.draft(caller, {**defaults, **fields}, path))
        return made

    def memory(
        self, caller: Caller, cube_id: str, id: str, now: Instant, fields: Mapping[str, Any]
    ) -> Memory:
        """A memory that is stored directly. A kind that is none is a label on a fact."""
        kind, labels = self._kind(fields["kind"], fields["labels"])
        valid_from = self.moment("valid_from", fields["valid_from"])
        valid_to = self.moment("valid_to", fields["valid_to"])
        _check_interval(valid_from, valid_to)
        return Memory(
            id=id,
            version=1,
            kind=kind,
            content=self.text(fields["text"]),
            cube_id=cube_id,
            recorded_at=now,
            user_id=caller.user_id,
            agent_id=caller.agent_id,
            app_id=checks.optional_id("app_id", fields["app_id"], self._settings.max_id),
            labels=labels,
            metadata=self._metadata("metadata", fields["metadata"]),
            visibility=self._visibility(caller, fields["visibility"]),
            trust=caller.trust,
            importance=check_importance(fields["importance"]),
            said_at=self.moment("timestamp", fields["timestamp"]),
            valid_from=valid_from,
            valid_to=valid_to,
        )

    def changes(self, current: Memory, given: Mapping[str, Any]) -> dict[str, Any]:
        """What an update changes; refuses one that changes nothing."""
        made: dict[str, Any] = {}
        if given["text"] is not None:
            made["content"] = self.text(given["text"])
        if given["labels"] is not None:
            made["labels"] = self.labels(given["labels"])
        if given["metadata"] is not None:
            made["metadata"] = self._metadata("metadata", given["metadata"])
        if given["importance"] is not None:
            made["importance"] = check_importance(given["importance"])
        for field in ("valid_from", "valid_to"):
            if given[field] is not None:
                made[field] = self.moment(field, given[field])
        if not made:
            raise InvalidInput("text", "no change", f"one or more of {', '.join(given)}")
        _check_interval(
            made.get("valid_from", current.valid_from), made.get("valid_to", current.valid_to)
        )
        return made

    def text(self, value: object) -> str:
        """The content of a memory."""
        return self._text("text", value)

    def _text(self, field: str, value: object) -> str:
        text = checks.check_text(field, value, self._settings.max_message)
        return self._guard.text(field, text)

    def _metadata(self, field: str, value: object) -> Mapping[str, Any]:
        checked = checks.check_metadata(field, value, self._settings.max_metadata)
        return {key: self._guard.metadata(field, item, key) for key, item in checked.items()}

    def _label(self, field: str, value: object) -> str:
        return self._guard.text(field, checks.check_id(field, value, self._settings.max_id))

    def labels(self, value: object) -> tuple[str, ...]:
        """Labels, each once, in the order given."""
        found = checks.check_list("labels", value, self._settings.max_labels)
        return tuple(
            dict.fromkeys(self._label(f"labels[{at}]", label) for at, label in enumerate(found))
        )

    def ids(self, field: str, value: object) -> list[str]:
        """One id or a list of them."""
        if isinstance(value, str):
            return [checks.check_id(field, value, self._settings.max_id)]
        found = checks.check_list(field, value, self._settings.max_batch)
        if not found:
            raise InvalidInput(field, "an empty list", "one id or more")
        return [
            checks.check_id(f"{field}[{at}]", one, self._settings.max_id)
            for at, one in enumerate(found)
        ]

    def _kind(self, kind: object, labels: object) -> tuple[Kind, tuple[str, ...]]:
        named = self._label("kind", kind)
        rest = () if labels is None else self.labels(labels)
        try:
            known = Kind(named)
        except ValueError:
            return Kind.FACT, tuple(dict.fromkeys((named, *rest)))
        if known is Kind.EPISODE:
            raise InvalidInput(
                "kind", "'episode'", "add_message for what was said; other kinds here"
            )
        return known, rest

    def _visibility(self, caller: Caller, value: object, path: str = "") -> Visibility:
        if value is None:
            return Visibility.CUBE
        made = checks.check_choice(f"{path}visibility", value, Visibility)
        if made is Visibility.AGENT and caller.agent_id is None:
            raise InvalidInput(
                f"{path}visibility", "'agent' without agent_id", "an agent_id with it"
            )
        return made


def check_importance(value: object) -> float:
    """A number from 0 to 1."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:  # type: ignore[operator]
        raise InvalidInput("importance", checks.shape(value), "a number from 0 to 1")
    return float(value)  # type: ignore[arg-type]


def _check_interval(start: Instant | None, end: Instant | None) -> None:
    if start is not None and end is not None and end <= start:
        raise InvalidInput("valid_to", end.iso(), f"a moment after valid_from, {start.iso()}")


def check_kinds(value: object) -> frozenset[Kind] | None:
    """Kinds to read; None means all."""
    if value is None:
        return None
    found: Sequence[Any] = (
        [value] if isinstance(value, str) else checks.check_list("kinds", value, 32)
    )
    if not found:
        raise InvalidInput("kinds", "an empty list", ", ".join(kind.value for kind in Kind))
    return frozenset(checks.check_choice(f"kinds[{at}]", one, Kind) for at, one in enumerate(found))
