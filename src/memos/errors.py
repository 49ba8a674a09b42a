"""Every error that memos raises on purpose.

MemOSError
├── InvalidInput        a value the caller gave is not allowed (also a ValueError)
│   └── TextRefused     a text holds secrets or personal identifiers
├── NotFound            no such thing for this caller (also a LookupError)
├── Conflict            the state changed, or says something else
│   ├── MessageExists   a message id is already taken in its conversation
│   └── VersionConflict the version to replace is not the current one
├── StorageError        a store failed; nothing of the call was written
│   ├── StorageFull     no room left on the device
│   ├── StorageBusy     the store did not answer in time
│   └── StorageCorrupt  what was read is not what was written
├── AuthRefused         a key does not open anything
├── DeadlineExceeded    the time the caller allowed is over (also a TimeoutError)
├── MissingDependency   an extra has to be installed (also an ImportError)
├── ProviderError       a model did not do what it was asked
│   ├── ProviderDown    no connection, a broken one, or an error of the server
│   ├── ProviderBusy    too many requests, or too little quota
│   ├── ProviderTimeout no answer in time (also a TimeoutError)
│   ├── ProviderRefused the key, the model or the request is not accepted
│   └── BadAnswer       an answer that cannot be used
├── ModelMissing        a model's file is missing or damaged
└── UsageError          the right call in the wrong place (also a RuntimeError)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = [
    "AuthRefused",
    "BadAnswer",
    "Conflict",
    "DeadlineExceeded",
    "InvalidInput",
    "MemOSError",
    "MessageExists",
    "MissingDependency",
    "ModelMissing",
    "NotFound",
    "ProviderBusy",
    "ProviderDown",
    "ProviderError",
    "ProviderRefused",
    "ProviderTimeout",
    "StorageBusy",
    "StorageCorrupt",
    "StorageError",
    "StorageFull",
    "TextRefused",
    "UsageError",
    "VersionConflict",
]


class MemOSError(Exception):
    """Root of the tree; ``except MemOSError`` catches everything deliberate."""


class InvalidInput(MemOSError, ValueError):
    """A value is not allowed: names the field, the shape it had, and what is allowed."""

    def __init__(self, field: str, got: str, allowed: str) -> None:
        super().__init__(f"{field}: got {got}; allowed: {allowed}")
        self.field = field
        self.got = got
        self.allowed = allowed


class TextRefused(InvalidInput):
    """A text holds secrets or personal identifiers, and the setting `redaction` is ``block``.

    `found` says how many of each kind; what they are is nowhere in the error.
    """

    def __init__(self, field: str, found: Mapping[str, int]) -> None:
        got = ", ".join(f"{kind} ({count})" for kind, count in sorted(found.items()))
        super().__init__(field, got, "text without secrets and personal identifiers")
        self.found = dict(found)


class NotFound(MemOSError, LookupError):
    """Nothing under this id for this caller; foreign and absent ids read the same."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"no {kind} {id!r} for this caller")
        self.kind = kind
        self.id = id


class Conflict(MemOSError):
    """The call contradicts what is stored; nothing was written."""


class MessageExists(Conflict):
    """These message ids stand for something else in their conversation.

    `taken` are (conversation id or "", message id); `places` where in the batch they stood.
    """

    def __init__(self, taken: Sequence[tuple[str, str]], places: Sequence[int] = ()) -> None:
        field = f"messages[{places[0]}].message_id" if places else "message_id"
        shown = [f"{message!r} in conversation {thread!r}" for thread, message in taken[:3]]
        more = f" and {len(taken) - 3} more" if len(taken) > 3 else ""
        super().__init__(f"{field}: stands for another message: {', '.join(shown)}{more}")
        self.taken = tuple(taken)
        self.places = tuple(places)


class VersionConflict(Conflict):
    """The version to be replaced is not the current one: read again, then decide."""

    def __init__(self, memory_id: str, expected: int, actual: int) -> None:
        super().__init__(f"version: memory {memory_id} is at version {actual}, not {expected}")
        self.memory_id = memory_id
        self.expected = expected
        self.actual = actual


class StorageError(MemOSError):
    """A store failed; nothing of the call was written."""


class StorageFull(StorageError):
    """No room left on the device; reads go on, writes work again once there is room."""


class StorageBusy(StorageError):
    """The store did not answer within its timeout."""


class StorageCorrupt(StorageError):
    """What was read is not what was written; run ``memos doctor``."""


class AuthRefused(MemOSError):
    """A key is malformed, unknown, wrong, expired or revoked; which of these, nobody is told."""

    def __init__(self) -> None:
        super().__init__("the key is not accepted")


class DeadlineExceeded(MemOSError, TimeoutError):
    """The time that the caller allowed is over."""


class MissingDependency(MemOSError, ImportError):
    """A backend was asked for whose package is not installed."""

    def __init__(self, backend: str, extra: str) -> None:
        super().__init__(f"{backend} needs an extra: pip install 'memos-engine[{extra}]'")
        self.backend = backend
        self.extra = extra


class ModelMissing(MemOSError):
    """A file of the default embedder is missing, damaged, or of another version of memos."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(
            f"model_dir: {path} {problem}; install memos-engine again (its build says what it "
            "needs), or set MEMOS_MODEL_DIR to a folder that holds the model.onnx and "
            "tokenizer.json of this version"
        )
        self.path = path
        self.problem = problem


class ProviderError(MemOSError):
    """A model did not do what it was asked: begins with the setting that names the model.

    `retry_after` are the seconds that its server asks to be left alone, if it said so.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ProviderDown(ProviderError):
    """No connection, a broken one, or an error of the server, in each attempt."""


class ProviderBusy(ProviderError):
    """Too many requests or too little quota, in each attempt."""


class ProviderTimeout(ProviderError, TimeoutError):
    """No answer within the model's own timeout."""


class ProviderRefused(ProviderError):
    """The key, the model or the request is not accepted: trying again changes nothing."""


class BadAnswer(ProviderError):
    """The answer is not what was asked for. It cost these model tokens all the same."""

    def __init__(self, message: str, tokens_in: int = 0, tokens_out: int = 0) -> None:
        super().__init__(message)
        self.tokens_in = tokens_in
        self.tokens_out = tokens_out


class UsageError(MemOSError, RuntimeError):
    """The right call in the wrong place: after close, or inside a running event loop."""
