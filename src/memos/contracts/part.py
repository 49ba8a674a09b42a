"""What every part of the system has in common: it is opened, and it is closed."""

from __future__ import annotations


class Part:
    """A part with a life. `open` before use, `close` after; both may be called twice.

    Neither is abstract: a part without resources has nothing to do. A part that does not
    need a loop can also be awaited in a thread that runs none: it then blocks that thread.
    """

    needs_loop = True

    async def open(self) -> None:
        """Takes what the part needs (files, connections); raises StorageError if it cannot."""

    async def close(self) -> None:
        """Gives it back. What was acknowledged before stays durable."""
