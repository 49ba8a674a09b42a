"""Settings: one table of names, defaults and help; the only reader of the environment.

Each setting can be given to `MemOS` by name or in the environment as ``MEMOS_NAME``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from memos.errors import InvalidInput

PREFIX = "MEMOS_"


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
    hot: str = _setting("memory", "backend of the working sets: memory or sqlite")
    blobs: str = _setting("folder", "backend of large objects: folder, sqlite or memory")
    outbox: str = _setting("sqlite", "backend of the backlog of work: sqlite or memory")
    timezone: str = _setting("UTC", "IANA zone in which times without one are read")
    max_message: int = _setting(200_000, "longest message or memory")
    max_query: int = _setting(20_000, "longest query")
    max_id: int = _setting(256, "longest id of a user, agent, app, conversation, message or cube")
    max_batch: int = _setting(10_000, "most messages in one call")
    max_metadata: int = _setting(16_384, "largest metadata of one message, as JSON, in bytes")
    max_labels: int = _setting(32, "most labels of one memory")
    max_top_k: int = _setting(1_000, "most hits of one recall")
    max_context: int = _setting(200_000, "largest context block, in tokens")
    segment: int = _setting(600, "size at which long messages are cut into pieces")
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
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidInput("timezone", repr(self.timezone), "an IANA time zone") from error
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which naive times are read."""
        return ZoneInfo(self.timezone)

    @property
    def folder(self) -> Path:
        """`home`, with ``~`` resolved."""
        try:
            return self.home.expanduser()
        except RuntimeError as error:  # ~somebody who is not a user here
            raise InvalidInput("home", repr(str(self.home)), "a path") from error


def _fit(name: str, value: Any, default: Any) -> Any:
    """`value` as the type of the default."""
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
