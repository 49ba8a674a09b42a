"""Schemas: what the API says of itself, made of the signatures and results of the library."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from memos.client.calls import OURS, Call
from memos.model.time import Instant
from memos.system import AsyncMemOS

_ARGUMENT = re.compile(r"^ {4,12}(\w+): (.+?)(?=^ {4,12}\w+: |\Z)", re.MULTILINE | re.DOTALL)


def method(call: Call) -> Any:  # noqa: ANN401 - any method
    """The method that a call stands for."""
    return getattr(AsyncMemOS, call.name)


@cache
def request(call: Call) -> type[BaseModel]:
    """The arguments that do not stand in the path; unknown ones are refused."""
    found, hints = method(call), get_type_hints(method(call))
    told = dict(_ARGUMENT.findall(inspect.getdoc(found) or ""))
    members: dict[str, Any] = {}
    for name, parameter in inspect.signature(found).parameters.items():
        if name in ("self", *OURS, *call.in_path):
            continue
        required = parameter.default is inspect.Parameter.empty
        default = ... if required else parameter.default
        said = " ".join(told.get(name, "").split()) or None
        members[name] = _sent(hints[name], text=not call.has_body), Field(default, description=said)
    config = ConfigDict(extra="forbid", strict=call.has_body)
    return create_model(f"{_camel(call.name)}Request", __config__=config, **members)


def result(call: Call) -> Any:  # noqa: ANN401 - a type
    """The model of what a call answers."""
    return _given(get_type_hints(method(call))["return"])


def _sent(hint: Any, *, text: bool) -> Any:  # noqa: ANN401 - a type for a type
    """What may be sent for an argument: moments as strings, in a query mappings as JSON."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is datetime:
        return str
    if is_dataclass(hint):
        return dict[str, Any]
    if origin in (Union, types.UnionType):
        kept = dict.fromkeys(_sent(one, text=text) for one in inner)
        return Union[tuple(kept)]  # noqa: UP007 - made at run time
    if origin is not None and issubclass(origin, Mapping):
        return str if text else dict[str, Any]
    if origin is not None and issubclass(origin, Sequence):
        return list[_sent(inner[0], text=text)]  # type: ignore[misc]
    return hint


@cache
def _given(hint: Any) -> Any:  # noqa: ANN401 - a type for a type
    """What is answered for a result: the model of a dataclass has its shown properties too."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is None:
        return _plain(hint)
    if origin in (Union, types.UnionType):
        return Union[tuple(_given(one) for one in inner)]  # noqa: UP007 - made at run time
    if issubclass(origin, Mapping):
        return dict[str, _given(inner[1])]  # type: ignore[misc]
    return list[_given(inner[0])]  # type: ignore[misc]


def _plain(hint: Any) -> Any:  # noqa: ANN401 - a type for a type
    if hint is Instant:
        return datetime
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Literal[tuple(member.value for member in hint)]
    if is_dataclass(hint):
        return _model(hint)
    return Any if hint is object else hint


def _model(kind: Any) -> type[BaseModel]:  # noqa: ANN401 - a dataclass
    hints = get_type_hints(kind)
    members: dict[str, Any] = {one.name: (_given(hints[one.name]), ...) for one in fields(kind)}
    for name in getattr(kind, "SHOWN", ()):
        returned = get_type_hints(getattr(kind, name).fget)["return"]
        members[name] = (_given(returned), ...)
    return create_model(kind.__name__, __doc__=inspect.getdoc(kind), **members)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
