"""Products of matrices of small whole numbers, exact and on one thread.

onnxruntime's ``MatMulInteger`` is several times as fast as products of floats, and shares no
work out among threads, which costs more than it wins where many search at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memos.runtime import session


def products(left: NDArray[np.uint8], right: NDArray[np.int8]) -> NDArray[np.int32]:
    """``left @ right`` of (n, k) and (k, m), (n, m).

    Numbers of `left` have to be at most 127: processors without VNNI add two products in 16
    bits and cut off what does not fit, and 2 x 128 x 128 does, so that all compute the same.
    """
    found: NDArray[np.int32] = _session().run(None, {"left": left, "right": right})[0]
    return found


@cache
def _session() -> Any:  # onnxruntime ships no types
    return session(graph())


def graph() -> bytes:
    """The ONNX model ``products = left x right``, as protobuf writes it.

    uint8 by int8 gives int32. Field numbers are those of onnx.proto, so that the package onnx
    is not needed to run it.
    """
    node = _field(1, b"left") + _field(1, b"right") + _field(2, b"products")
    node += _field(4, b"MatMulInteger")
    body = _field(1, node) + _field(2, b"products")
    body += _field(11, _value(b"left", 2)) + _field(11, _value(b"right", 3))  # uint8, int8
    body += _field(12, _value(b"products", 6))  # int32
    return _number(1, 5) + _field(7, body) + _field(8, _number(2, 10))  # IR 5, operators 10


def _value(name: bytes, kind: int) -> bytes:
    """A ValueInfoProto: a tensor with two sizes that are not told."""
    shape = _field(1, b"") * 2
    return _field(1, name) + _field(2, _field(1, _number(1, kind) + _field(2, shape)))


def _number(field: int, value: int) -> bytes:
    return bytes((field << 3, value))


def _field(field: int, content: bytes) -> bytes:
    size = len(content)
    length = (size,) if size < 128 else (size & 127 | 128, size >> 7)
    return bytes((field << 3 | 2, *length)) + content
