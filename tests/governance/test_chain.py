from __future__ import annotations

from dataclasses import replace

import pytest

from memos.governance.chain import check, check_end, linked
from memos.model.deeds import START, AuditEntry, Deed
from memos.model.time import Instant

DIGEST = "7cb388ed9a11ec9c068ea39201db2adf67ba044cda36a3b33086f1b2fac293a9"


def chain(length: int) -> list[AuditEntry]:
    made: list[AuditEntry] = []
    for at in range(length):
        deed = Deed("acme", "home", "keys.create", f"k{at}", "done")
        made.append(linked(made[-1] if made else None, deed, Instant(at)))
    return made


def test_a_whole_chain_page_by_page():
    entries = chain(6)
    assert check(entries) == check(entries[:3]) + check(entries[3:], entries[2]) == []
    assert check([]) == []
    assert check_end(entries[-1], entries[-1]) == check_end(None, None) == []
    assert entries[0].before == START


def test_a_digest_is_the_same_everywhere():
    """Else a chain that was written by one version would be broken for the next."""
    deed = Deed("用户", "home", "keys.create", 'a"b', "done")
    assert linked(None, deed, Instant(1)).digest == DIGEST


@pytest.mark.parametrize(
    "change",
    [
        {"at": Instant(99)},
        {"digest": "1" * 64},
        *(
            {"deed": replace(chain(1)[0].deed, **{name: "other"})}
            for name in ("tenant", "actor", "action", "subject", "outcome")
        ),
    ],
    ids=str,
)
def test_one_that_was_changed(change: dict[str, object]):
    entries = chain(5)
    entries[2] = replace(entries[2], **change)
    assert (3, "was changed") in check(entries)
    assert {number for number, _ in check(entries)} <= {3, 4}


def test_one_that_was_changed_with_its_digest():
    entries = chain(5)
    entries[2] = linked(entries[1], replace(entries[2].deed, actor="other"), entries[2].at)
    assert check(entries) == [(4, "does not follow entry 3")]


def test_those_that_are_gone():
    entries = chain(7)
    assert check(entries[1:]) == [(1, "is missing")]
    assert check(entries[:2] + entries[3:]) == [(3, "is missing")]
    assert check(entries[:2] + entries[5:]) == [(3, "is missing, with all up to 5")]


def test_a_tail_that_was_cut_added_or_rewritten():
    entries = chain(5)
    assert check_end(entries[3], entries[4]) == [(5, "is missing")]
    assert check_end(entries[1], entries[4]) == [(3, "is missing, with all up to 5")]
    assert check_end(None, entries[4]) == [(1, "is missing, with all up to 5")]
    assert check_end(entries[4], entries[3]) == [(5, "was not written by the log")]
    other = linked(entries[3], replace(entries[4].deed, actor="other"), entries[4].at)
    assert check_end(other, entries[4]) == [(5, "is not what was written last")]


def test_time_does_not_go_back():
    first = linked(None, chain(1)[0].deed, Instant(50))
    assert linked(first, first.deed, Instant(40)).at == 50
