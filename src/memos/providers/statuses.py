"""What an HTTP status that is no success means, in words that say what to check."""

from __future__ import annotations

from memos.errors import ProviderBusy, ProviderDown, ProviderError, ProviderRefused
from memos.providers.endpoint import Endpoint

OVERLOADED = (408, 425)  # not of the 500s, and yet worth another attempt


def error_for(at: Endpoint, status: int, code: str, wait: float | None) -> ProviderError:
    """`code` is the server's own word for it, or empty; `wait` what it asks to wait."""
    got = f"{at.setting}: {at.base} answered {status}{code and f' ({code})'}"
    if status == 429:
        return ProviderBusy(f"{got}: too many requests or too little quota", wait)
    if status >= 500 or status in OVERLOADED:
        return ProviderDown(f"{got}: an error of the server", wait)
    return ProviderRefused(f"{got}: {_check(at, status)}")


def _check(at: Endpoint, status: int) -> str:
    if status in (401, 403):
        return f"check the setting {at.setting}_key"
    if status == 404:
        return f"check the URL in the setting {at.setting}, and its model={at.model[:80]!r}"
    if status < 400:
        return f"it sends elsewhere; give the final URL in the setting {at.setting}"
    return f"check that the model={at.model[:80]!r} takes such requests and texts of that length"
