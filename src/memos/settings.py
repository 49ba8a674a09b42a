"""Settings: one table of names, defaults and help; the only reader of the environment.

Each setting can be given to `MemOS` by name or in the environment as ``MEMOS_NAME``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from memos.errors import InvalidInput

PREFIX = "MEMOS_"
LOCAL = "http://127.0.0.1:8765"  # where `memos serve` listens unless it is told


class Secret:
    """A text that only `reveal` shows: prints as ``***``, or as nothing when there is none."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __str__(self) -> str:
        return "***" if self else ""

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


NO_KEY = Secret()


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Sizes are in characters unless the help says otherwise."""

    home: Path = _setting(Path("~/.memos"), "folder that holds everything embedded")
    tenant: str = _setting("default", "organisation on whose behalf the library works")
    sync: str = _setting(
        "full", "full: survives power loss; normal: faster, may lose the last commits"
    )
    records: str = _setting("sqlite", "backend of the records, the truth: sqlite or memory")
    text: str = _setting("sqlite", "backend of the text index: sqlite or memory")
    graph: str = _setting("sqlite", "backend of the entity graph: sqlite or memory")
    vectors: str = _setting("sqlite", "backend of the vectors: sqlite or memory")
    hot: str = _setting("memory", "backend of the working sets: memory or sqlite")
    blobs: str = _setting("folder", "backend of large objects: folder, sqlite or memory")
    outbox: str = _setting("sqlite", "backend of the backlog of work: sqlite or memory")
    queue: str = _setting(
        "outbox", "run-queue between outbox and workers: outbox (none) or redis://HOST"
    )
    queue_key: Secret = _setting(NO_KEY, "password of the run-queue, if it wants one")
    embedder: str = _setting(
        "minilm",
        "what turns text into vectors: minilm, hashing, openai:URL or sentence-transformers:MODEL",
    )
    model_dir: Path = _setting(
        Path("packaged"), "folder with the model of minilm; packaged: the one inside memos"
    )
    embedder_key: Secret = _setting(NO_KEY, "key for the server of the embedder, if it wants one")
    reranker: str = _setting(
        "none", "what judges found memories: none, rerank:URL, onnx:FOLDER or chat"
    )
    reranker_key: Secret = _setting(NO_KEY, "key for the server of the reranker, if it wants one")
    chat_model: str = _setting(
        "none", "language model: none, openai:URL, anthropic:MODEL, google:MODEL, ollama:MODEL, ..."
    )
    chat_model_key: Secret = _setting(
        NO_KEY, "key for the server of the language model, if it wants one"
    )
    learn: str = _setting(
        "on", "whether facts, preferences and the like are learned from what users say: on or off"
    )
    model_idle: int = _setting(
        30, "seconds of silence after which a language model reads what was said, if there is one"
    )
    model_calls: int = _setting(2_000, "calls of the language model that a tenant may use a day")
    model_tokens: int = _setting(2_000_000, "tokens of it that a tenant may use a day")
    redaction: str = _setting(
        "off",
        "secrets and personal identifiers in what is written: off (kept), redact (marks in their "
        "place) or block (refused)",
    )
    timezone: str = _setting("UTC", "IANA zone in which times without one are read")
    max_message: int = _setting(1_000_000, "longest message or memory")
    max_query: int = _setting(20_000, "longest query")
    max_id: int = _setting(256, "longest id of a user, agent, app, conversation, message or cube")
    max_batch: int = _setting(10_000, "most messages in one call")
    max_metadata: int = _setting(16_384, "largest metadata of one message, as JSON, in bytes")
    max_labels: int = _setting(32, "most labels of one memory")
    max_top_k: int = _setting(1_000, "most hits of one recall")
    max_context: int = _setting(200_000, "largest context block, in tokens")
    segment: int = _setting(600, "size at which long messages are cut into pieces")
    index_memory: int = _setting(256, "memory for the indexes of embedded cubes, in MiB")
    pending: int = _setting(2_000, "most unprojected versions that a recall looks through")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Settings from what was `given`, else the environment, else the defaults.

        Raises InvalidInput for an unknown name or a value that does not fit.
        """
        environ = os.environ if environ is None else environ
        known = {setting.name: setting for setting in fields(cls)}
        for name in given:
            if name not in known:
                raise InvalidInput(name, "an unknown setting", ", ".join(known))
        values = {}
        for name, setting in known.items():
            value = given.get(name)
            if value is None:
                value = environ.get(PREFIX + name.upper())
            if value is not None:
                values[name] = _fit(name, value, setting.default)
        return cls(**values)._checked()

    def _checked(self) -> Settings:
        if self.sync not in ("full", "normal"):
            raise InvalidInput("sync", repr(self.sync), "full or normal")
        if self.learn not in ("on", "off"):
            raise InvalidInput("learn", repr(self.learn), "on or off")
        if self.redaction not in ("off", "redact", "block"):
            raise InvalidInput("redaction", repr(self.redaction), "off, redact or block")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidInput("timezone", repr(self.timezone), "an IANA time zone") from error
        refuse_password("queue", self.queue)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which naive times are read."""
        return ZoneInfo(self.timezone)

    @property
    def folder(self) -> Path:
        """`home`, with ``~`` resolved."""
        return _resolved("home", self.home)

    @property
    def model_folder(self) -> Path | None:
        """`model_dir`, with ``~`` resolved; None for the one inside memos."""
        if self.model_dir == Path("packaged"):
            return None
        return _resolved("model_dir", self.model_dir)


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a client finds a server, from the environment."""

    base_url: str = LOCAL
    api_key: Secret = NO_KEY
    knowledge_bases: tuple[str, ...] = ()

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Remote:
        """From MEMOS_BASE_URL, MEMOS_API_KEY and KNOWLEDGE_BASE_IDS, a JSON list."""
        environ = os.environ if environ is None else environ
        listed = environ.get("KNOWLEDGE_BASE_IDS") or "[]"
        try:
            ids = json.loads(listed)
        except ValueError:
            ids = None
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            told = f"a string of length {len(listed)}"
            raise InvalidInput("KNOWLEDGE_BASE_IDS", told, "a JSON list of ids")
        return cls(
            environ.get(f"{PREFIX}BASE_URL") or LOCAL,
            as_secret("MEMOS_API_KEY", environ.get(f"{PREFIX}API_KEY", "")),
            tuple(ids),
        )


def refuse_password(name: str, url: str) -> None:
    """Raises InvalidInput for a URL with a password: URLs are shown, by ``memos settings`` too.

    Looks at more than a password may be, since one with ``/`` or ``?`` in it cuts a URL short.
    """
    before, at, _ = url.partition(":")[2].rpartition("@")
    if (at and ":" in before) or "password=" in url.lower():
        key = f"{PREFIX}{name.upper()}_KEY"
        raise InvalidInput(name, "a URL with a password", f"one without; the password in {key}")


def _resolved(name: str, path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:  # ~somebody who is not a user here
        raise InvalidInput(name, repr(str(path)), "a path") from error


def _fit(name: str, value: Any, default: Any) -> Any:
    """`value` as the type of the default."""
    if isinstance(default, Secret):
        return as_secret(name, value)
    if isinstance(default, Path):
        if isinstance(value, (str, Path)) and str(value) and "\0" not in str(value):
            return Path(value)
        raise InvalidInput(name, f"a {type(value).__name__}", "a path")
    if isinstance(default, int):
        try:
            number = int(value)
        except (TypeError, ValueError) as error:
            raise InvalidInput(name, repr(value)[:60], "a whole number") from error
        if number < 1:
            raise InvalidInput(name, str(number), "1 or more")
        return number
    if isinstance(value, str) and value:
        return value
    raise InvalidInput(name, f"a {type(value).__name__}", "a string that is not empty")


def as_secret(name: str, value: Any) -> Secret:
    """A key goes into a header: what cannot stand there is refused, and not shown."""
    if isinstance(value, Secret):
        value = value.reveal()
    allowed = "visible ASCII characters without spaces"
    if not isinstance(value, str):
        raise InvalidInput(name, f"a {type(value).__name__}", allowed)
    if not all("!" <= mark <= "~" for mark in value):
        raise InvalidInput(name, f"a string of length {len(value)} with other characters", allowed)
    return Secret(value)
