"""A column: an array that grows."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


class Column(Generic[Scalar]):
    """An array that grows at its end."""

    def __init__(self, kind: type[Scalar]) -> None:
        self._room: NDArray[Scalar] = np.empty(16, kind)
        self._size = 0

    @property
    def values(self) -> NDArray[Scalar]:
        """What is there, without a copy."""
        return self._room[: self._size]

    def extend(self, values: Any) -> None:
        """Appends; readers of earlier `values` keep what they have."""
        needed = self._size + len(values)
        if needed > len(self._room):
            room = np.empty(max(needed, 2 * len(self._room)), self._room.dtype)
            room[: self._size] = self.values
            self._room = room
        self._room[self._size : needed] = values
        self._size = needed
