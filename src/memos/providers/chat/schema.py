"""Whether a JSON value has the shape that a JSON Schema asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def misfit(value: object, schema: Mapping[str, Any], path: str = "answer") -> str | None:
    """Where and how `value` departs from `schema`; None if it does not.

    Knows type, enum, properties, required, additionalProperties and items. The rest of JSON
    Schema is left to the server: this guards against servers that ignore the schema.
    """
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(type(value) in KINDS[kind] for kind in kinds):
        return f"{path} is a {type(value).__name__}, not {' or '.join(kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{path} is none of the allowed values"
    if isinstance(value, dict):
        return _misfit_of_object(value, schema, path)
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        every = (misfit(one, schema["items"], f"{path}[{at}]") for at, one in enumerate(value))
        return next(filter(None, every), None)
    return None


def _misfit_of_object(
    value: Mapping[str, object], schema: Mapping[str, Any], path: str
) -> str | None:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            return f"{path}.{name} is missing"
    if schema.get("additionalProperties") is False and value.keys() - properties.keys():
        return f"{path} has more than the schema allows"
    known = ((name, one) for name, one in properties.items() if name in value)
    every = (misfit(value[name], one, f"{path}.{name}") for name, one in known)
    return next(filter(None, every), None)
