from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from memos.model.task import Load, Priority
from memos.scheduler.admission import IN_FLIGHT, LOWER, Admission

URGENT, NORMAL, BULK = Priority

loads = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(Priority)), st.integers(1, 300), max_size=12
).map(lambda found: [Load(tenant, p, ready, 0) for (tenant, p), ready in found.items()])


def load(tenant: str, ready: int, priority: Priority = NORMAL, running: int = 0) -> Load:
    return Load(tenant, priority, ready, running)


def served(admission: Admission, waiting: list[Load], limit: int, calls: int = 1) -> Counter:
    found = Counter()
    for _ in range(calls):
        for share in admission.shares(waiting, limit):
            found[share.tenant, share.priority] += share.most
    return found


@given(st.lists(st.tuples(loads, st.integers(0, 100)), max_size=8))
def test_never_more_than_there_is_and_nothing_left_idle(calls):
    admission = Admission(in_flight=1000)
    for waiting, limit in calls:
        shares = admission.shares(waiting, limit)
        ready = {(one.tenant, one.priority): one.ready for one in waiting}
        got = Counter()
        for share in shares:
            assert share.most > 0
            got[share.tenant, share.priority] += share.most
        assert all(count <= ready[key] for key, count in got.items())
        assert sum(got.values()) == min(limit, sum(ready.values()))


def test_one_tenant_with_much_leaves_as_much_to_others():
    waiting = [load("flood", 1000), load("small", 10), load("other", 1000)]
    assert served(Admission(), waiting, 30)["small", NORMAL] >= 8
    over_time = served(Admission(), waiting, 7, calls=300)
    assert abs(over_time["flood", NORMAL] - over_time["other", NORMAL]) <= 16
    assert over_time["small", NORMAL] >= 650


def test_small_limits_go_round():
    waiting = [load(tenant, 1000) for tenant in "abc"]
    over_time = served(Admission(quantum=1), waiting, 1, calls=9)
    assert over_time == {(tenant, NORMAL): 3 for tenant in "abc"}


def test_a_tenant_is_held_to_what_may_be_in_flight():
    waiting = [load("a", 1000, running=IN_FLIGHT - 3), load("b", 1000, running=IN_FLIGHT)]
    assert served(Admission(), waiting, 64) == {("a", NORMAL): 3}
    both = [load("a", 9, URGENT, IN_FLIGHT - 3), load("a", 9, BULK, IN_FLIGHT - 3)]
    assert sum(served(Admission(), both, 64).values()) == 3


def test_classes_in_their_order_and_none_starves():
    waiting = [load("a", 1000, URGENT), load("a", 1000), load("a", 1000, BULK)]
    first = served(Admission(in_flight=10_000), waiting, 16)
    assert first["a", URGENT] == 16
    over_time = served(Admission(in_flight=10_000), waiting, 16, calls=100)
    assert over_time["a", NORMAL] >= 100 * 16 / LOWER / 2
    assert over_time["a", BULK] >= 100 * 16 / LOWER / 2
    assert over_time["a", URGENT] > 100 * 16 / 2
    one_by_one = served(Admission(in_flight=10_000), waiting, 1, calls=400)
    assert one_by_one["a", URGENT] > 200
    assert min(one_by_one.values()) >= 20


def test_an_idle_class_saves_nothing_up():
    admission = Admission(in_flight=10_000)
    served(admission, [load("a", 1000, URGENT)], 64, calls=100)
    assert served(admission, [load("a", 1000, URGENT), load("a", 9, BULK)], 16)["a", BULK] == 0
