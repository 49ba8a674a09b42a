"""How a projection in the same database joins the transaction of the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import apsw

from memos.model.memory import Memory


class InlineProjection(Protocol):
    """Written by the records inside their commit. Version keys are ``versions.key``."""

    def write(
        self,
        cursor: apsw.Cursor,
        cube: int,
        added: Sequence[tuple[int, Memory]],
        removed: Sequence[int],
    ) -> None:
        """Indexes versions that have appeared and drops ones that must not be found."""
        ...
