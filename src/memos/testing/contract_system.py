"""What the contract suites of records and of projections ask for.

A backend's own tests subclass a suite and override its fixtures. `Backends` are handed over
closed, with constructors that need no event loop: each test opens them, runs and closes them
in one loop of its own. `clock` is a `ManualClock`, by which the outbox counts leases.

``pytest.register_assert_rewrite("memos.testing")`` in a conftest makes failures readable.
"""

from __future__ import annotations

import pytest

from memos.testing.build import Backends


class SystemContract:
    """Two systems; a suite of a projection needs only the first."""

    @pytest.fixture
    def system(self) -> Backends:
        """A fresh, empty system, whose records write `text` and `graph` inline.

        To test a projection that cannot be inline: records that it follows, as below.
        """
        raise NotImplementedError("override the fixture `system`: fresh Backends, not yet open")

    @pytest.fixture
    def following(self) -> Backends:
        """A fresh, empty system without inline projections: ``followers=("text", "graph")``."""
        raise NotImplementedError("override the fixture `following`: Backends with followers")
