"""Where a model is served: the URL in a setting, taken apart."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from memos.errors import InvalidInput

COMMON = ("model", "timeout", "attempts")
TIMEOUT = 30.0  # seconds for one attempt
ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`setting` names what is wrong in errors; `form` is an example of what is allowed."""

    setting: str
    form: str
    base: str  # without a slash at its end
    options: Mapping[str, str]
    patience: float = TIMEOUT  # the timeout unless an option says otherwise

    @classmethod
    def read(
        cls,
        setting: str,
        url: str,
        form: str,
        more: Collection[str] = (),
        *,
        patience: float = TIMEOUT,
    ) -> Endpoint:
        """The server that ``name:http://host/v1?model=NAME`` names; `more` are its options.

        Raises InvalidInput for what it does not know: a slip would be a silent default.
        """
        allowed = (*COMMON, *more)
        place, _, query = url.partition(":")[2].partition("?")
        if problem := _problem(place):
            raise InvalidInput(setting, problem, form)
        try:
            pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        except ValueError as error:
            raise InvalidInput(setting, "options that cannot be read", form) from error
        options = dict(pairs)
        if len(options) < len(pairs):
            raise InvalidInput(setting, "an option that comes twice", form)
        for name, value in pairs:
            if name not in allowed or not value:
                got = "an empty" if name in allowed else "an unknown"
                raise InvalidInput(setting, f"{got} option", ", ".join(allowed))
        return cls(setting, form, place.rstrip("/"), options, patience)

    def text(self, name: str) -> str:
        """An option that has to be there."""
        if name not in self.options:
            raise InvalidInput(self.setting, f"a URL without {name}=", self.form)
        return self.options[name]

    def count(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        given = self.options.get(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", given) or not 1 <= int(given) <= most:
            raise InvalidInput(self.setting, f"{name}={given[:20]!r}", f"{name}= 1 to {most}")
        return int(given)

    @property
    def model(self) -> str:
        """The model's name at its server."""
        return self.text("model")

    @property
    def timeout(self) -> float:
        """Seconds for one attempt."""
        given = self.options.get("timeout", str(self.patience))
        try:
            seconds = float(given)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds <= 3600:
            got, allowed = f"timeout={given[:20]!r}", "timeout= seconds, up to 3600"
            raise InvalidInput(self.setting, got, allowed)
        return seconds

    @property
    def attempts(self) -> int:
        """How often a request is sent at most."""
        return self.count("attempts", ATTEMPTS, 20)


def _problem(place: str) -> str | None:
    """What is wrong with a URL, if anything, without showing it: it may hold a key."""
    if not all("!" <= mark <= "~" for mark in place):
        return "a URL with spaces or characters outside ASCII"
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError:
        return "a URL whose host or port cannot be read"
    faults = {
        "begins with neither http:// nor https://": parts.scheme not in ("http", "https"),
        "has no host, or port 0": not parts.hostname or port == 0,
        "has a name or password, which belong into the setting of the key": "@" in parts.netloc,
        "has a #": "#" in place,
    }
    return next((f"a URL that {fault}" for fault, is_so in faults.items() if is_so), None)
