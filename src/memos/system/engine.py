"""AsyncMemOS: all that callers can ask, put together."""

from __future__ import annotations

from memos.system.auditing import Auditing
from memos.system.care import Care
from memos.system.identity import Identity
from memos.system.jobs import Jobs
from memos.system.listing import Listing
from memos.system.pages import Consolidated
from memos.system.reading import Reading
from memos.system.remarking import Remarking
from memos.system.replaying import Replaying
from memos.system.sharing import Sharing
from memos.system.working import Working
from memos.system.writing import Writing


class AsyncMemOS(
    Writing,
    Reading,
    Listing,
    Consolidated,
    Remarking,
    Replaying,
    Sharing,
    Care,
    Auditing,
    Jobs,
    Working,
    Identity,
):
    """A memory operating system, embedded in this process.

    Opens itself on first use; ``async with`` or `close` ends it. All errors are from
    `memos.errors`. Of `user_id` and `agent_id` at least one is needed; `cube_id` names
    another cube than the personal one. What a caller may not see does not exist.
    """
