"""Which model a setting names, and where: a server's URL, or a model at its usual place."""

from __future__ import annotations

from urllib.parse import quote

from memos.errors import InvalidInput
from memos.providers.endpoint import Endpoint

SETTING = "chat_model"
PATIENCE = 120.0  # seconds; a long answer takes its time
LIMITS = ("max_tokens", "max_completion_tokens")  # some models of OpenAI take only the second
HOSTS = {
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
    "ollama": "http://localhost:11434/v1",
    "vllm": "http://localhost:8000/v1",
}
"""Providers -> where they are unless a URL says otherwise. OpenAI's dialect is spoken anywhere."""
OWN_DIALECT = ("anthropic", "google")


def provider_of(url: str) -> str:
    """What comes before the first colon: whose dialect is spoken."""
    return url.partition(":")[0]


def read(url: str) -> Endpoint:
    """The endpoint that ``openai:http://host/v1?model=NAME`` or ``anthropic:NAME`` names."""
    provider, _, rest = url.partition(":")
    place, mark, query = rest.partition("?")
    form = f"{provider}:http://host:port/v1?model=NAME"
    if provider in HOSTS:
        form = f"{provider}:NAME or {form}"
        if not place.startswith(("http://", "https://")):
            more = f"&{query}" if mark else ""
            url = f"{provider}:{HOSTS[provider]}?model={quote(place, safe='')}{more}"
    options = () if provider in OWN_DIALECT else ("limit",)
    found = Endpoint.read(SETTING, url, form, options, patience=PATIENCE)
    if found.options.get("limit", LIMITS[0]) not in LIMITS:
        raise InvalidInput(SETTING, "an unknown limit=", " or ".join(LIMITS))
    return found
