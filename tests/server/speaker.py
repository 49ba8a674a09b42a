"""Who speaks the dialect openmem/v1 to a server, for tests."""

from __future__ import annotations

import ssl
from itertools import count
from typing import Any

import httpx
from keyed import Keyed

TLS = ssl.create_default_context()  # made once: it takes its time
PREFIX = "/api/openmem/v1"
SETTINGS: dict[str, Any] = {"sync": "normal", "embedder": "hashing"}
TEA = [
    {"role": "user", "content": "I live in Porto. I like green tea."},
    {"role": "assistant", "content": "Porto is lovely in spring."},
]


class Speaker:
    """Speaks the dialect with one key."""

    def __init__(self, url: str, key: str | None = "all", prefix: str = PREFIX) -> None:
        self._url = url
        self._headers = {} if key is None else {"Authorization": f"Token {key}"}
        self.prefix = prefix

    def http(self, verb: str, path: str, **more: Any) -> httpx.Response:
        return httpx.request(
            verb, self._url + path, headers=self._headers, verify=TLS, timeout=30, **more
        )

    def post(self, path: str, **body: object) -> httpx.Response:
        return self.http("POST", f"{self.prefix}/{path}", json=body)

    def data(self, path: str, **body: object) -> dict[str, Any]:
        answer = self.post(path, **body)
        told = answer.json()
        assert (answer.status_code, told["code"], told["message"]) == (200, 0, "ok"), told
        found: dict[str, Any] = told["data"]
        return found

    def refusal(self, path: str, **body: object) -> tuple[int, int, str]:
        answer = self.post(path, **body)
        told = answer.json()
        assert set(told) == {"code", "message", "data"}
        assert told["data"] is None
        return answer.status_code, told["code"], told["message"]

    def texts(self, user: str, query: str, **more: object) -> list[str]:
        found = self.data("search/memory", query=query, user_id=user, **more)
        return [one["memory_value"] for one in found["memory_detail_list"]]

    def stored(self, user: str, **more: object) -> list[str]:
        found = self.data("get/memory", user_id=user, size=50, **more)
        return sorted(
            one.get("memory_value") or one["preference"]
            for one in (*found["memory_detail_list"], *found["preference_detail_list"])
        )


class Breaking(Keyed):
    """Fails where a test asks for it."""

    async def recall(self, user_id: str | None = None, query: str = "", **more: Any) -> Any:
        if query == "break":
            raise RuntimeError("broken")
        return await super().recall(user_id, query, **more)


USERS = count()


def somebody() -> str:
    """A user whom no other test has."""
    return f"user{next(USERS)}"
