"""Lists in the answers of servers, put into the order of what was asked."""

from __future__ import annotations

from typing import Any

from memos.providers.http import Service


def in_order(service: Service, found: object, count: int) -> list[dict[str, Any]]:
    """The objects in `found` by their ``index``, one each from 0; raises BadAnswer."""
    if not isinstance(found, list):
        raise service.bad(f"a {type(found).__name__} for results", f"a list of {count}")
    if len(found) != count:
        raise service.bad(f"{len(found)} results", str(count))
    ordered: dict[int, dict[str, Any]] = {}
    for one in found:
        index = one.get("index") if isinstance(one, dict) else None
        if type(index) is not int or not 0 <= index < count or index in ordered:
            raise service.bad("an index that is missing, wrong or there twice", f"0 to {count - 1}")
        ordered[index] = one
    return [ordered[index] for index in range(count)]
