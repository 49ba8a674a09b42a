"""Three systems in lockstep: equal answers, and nothing that its asker may not see.

The same calls, with the same clock and ids, go to SQLite, to the in-memory specification and
to records whose indexes follow late, doubled and out of order. Every text, name, label and
metadata value holds a canary of its own; each answer is searched for canaries and ids that
the access list does not let its asker have.
"""

# Size: one class, as Hypothesis wants its rules; what they drive is in `worlds`.

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from worlds import (
    AGENTS,
    CUBES,
    ENOUGH,
    KINDS,
    MESSAGE_IDS,
    TENANTS,
    THREADS,
    TOKEN,
    USERS,
    WORDS,
    AccessModel,
    Caller,
    Owner,
    World,
    figures,
    late_world,
    memory_world,
    sqlite_world,
)

from memos.model.cube import Role, principals
from memos.model.plain import plain
from memos.testing.results import report

# Some more often than others, so that they meet.
callers = st.builds(
    Caller,
    st.sampled_from((*TENANTS, *["a"] * 5, "A")),
    st.sampled_from((*USERS, *["a"] * 4, "A", None)),
    st.sampled_from((*[None] * 5, *AGENTS)),
).map(lambda one: one if one.mine else Caller(one.tenant, None, "*"))
cubes = st.sampled_from((*[None] * 14, *["%"] * 8, *CUBES, "user:a", "user:A", "agent:*"))
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
picks = st.integers(0, 999)


class Lockstep(RuleBasedStateMachine):
    """Each rule is one call to all worlds."""

    loop: asyncio.AbstractEventLoop
    root: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=self.root)
        self.worlds: list[World] = []
        self.access = AccessModel()
        self.placed: dict[str, Owner] = {}  # canaries and ids
        self.quoted: dict[str, list[Owner]] = defaultdict(
            list
        )  # ids that a memory names as sources
        self.memories: list[str] = []
        self.said: list[tuple[str | None, str, Owner]] = []
        self.numbers = count()

    @initialize(seed=st.integers(0, 9))
    def begin(self, seed: int) -> None:
        home = Path(self.folder.name)
        self.worlds = [sqlite_world(home), memory_world(home), late_world(home, seed)]
        self.run(*(world.open() for world in self.worlds))
        for tenant in TENANTS[:2]:
            owner = Caller(tenant, "a", None)
            self.make_cube(owner, "%")
            self.share_cube(owner, "%", "A", None, Role.READER)
            self.say_many(owner, "%", ["tea in Oslo", "coffee", "北京的茶"], "a", spoiled=False)
        self.put(Caller("a", "A", None), None, "fact", "tea at home")

    def run(self, *works: Any) -> list[Any]:
        async def all_of() -> list[Any]:
            return [await work for work in works]

        return self.loop.run_until_complete(all_of())

    def teardown(self) -> None:
        try:
            if self.worlds:
                self.finish()
        finally:
            self.run(*(world.close() for world in self.worlds))
            self.folder.cleanup()

    def finish(self) -> None:
        self.run(*(world.land() for world in self.worlds))
        figures["examples"] += 1
        for tenant in TENANTS:
            self.ask(Caller(tenant, "a", None), "recall", query="tea Oslo", top_k=ENOUGH)
            answers = self.run(
                *(world.systems[tenant].doctor(repair=False) for world in self.worlds)
            )
            for diagnosis in answers:
                assert diagnosis.differences == diagnosis.records == ()
            assert len({(one.cubes, one.versions) for one in answers}) == 1
            counts = self.run(*(world.systems[tenant].stats() for world in self.worlds))
            assert len({json.dumps(plain(one.counts), sort_keys=True) for one in counts}) == 1

    # One call

    def ask(self, caller: Caller, method: str, **given: Any) -> Any:
        """The answer of all worlds, which has to be the same and to hold nothing foreign."""
        if method not in ("stats", "doctor"):
            given = {**caller.named, **given}
        figures["steps"] += 1
        answers = self.run(*(world.ask(caller.tenant, method, given) for world in self.worlds))
        texts = [json.dumps(answer, ensure_ascii=False, sort_keys=True) for answer in answers]
        assert texts[0] == texts[1], "SQLite and memory differ"
        self.compare_late(given, answers[0], answers[2])
        for text in (texts[0], texts[2]):
            self.search(caller, text, json.dumps(given, ensure_ascii=False, default=str))
        return answers[0]

    def compare_late(self, given: Mapping[str, Any], exact: Any, late: Any) -> None:
        """Recall says which legs found what; all else is equal, and all of it once settled.

        While additions wait for the indexes, the ranks still hold. While the statistics count
        what has changed since, or what has arrived without a receipt, the hits hold.
        """
        if not (isinstance(exact, dict) and "receipt" in exact):
            assert late == exact, "an index that follows changed more than recall"
        elif "hits" not in exact:
            assert late["prefix"] == exact["prefix"]
            if self.worlds[2].settled:
                assert (late["text"], late["sources"]) == (exact["text"], exact["sources"])
        elif self.worlds[2].settled:
            assert ranked(late) == ranked(exact)
        elif not self.worlds[2].doubtful:
            assert [hit["memory"] for hit in late["hits"]] == [
                hit["memory"] for hit in exact["hits"]
            ]
        elif len(exact["hits"]) < given["top_k"]:
            terms = exact["receipt"]["plan"]["terms"]
            assert matching(late, terms) == matching(exact, terms)

    def search(self, caller: Caller, text: str, given: str) -> None:
        """Looks for canaries and ids that `caller` has not given and may not see."""
        for token in set(TOKEN.findall(text)) - set(TOKEN.findall(given)):
            owner = self.placed.get(token)
            if owner is not None:
                figures["tokens checked"] += 1
                places = [owner, *self.quoted[token]]
                assert any(self.access.sees(caller, one) for one in places), (
                    f"{caller} got {token} of {owner}: {text}"
                )

    def canary(self, caller: Caller, cube: str, *, hidden: bool) -> str:
        token = f"canary{next(self.numbers)}x"
        self.placed[token] = Owner(caller.tenant, cube, caller.agent_id if hidden else None)
        return token

    def place(self, ids: list[str], token: str) -> None:
        for one in ids:
            self.placed.setdefault(one, self.placed[token])

    @staticmethod
    def target(caller: Caller, cube: str | None) -> str:
        return caller.mine[0] if cube is None else cube

    def refused(self, answer: Any, *, allowed: bool) -> bool:
        """Whether a call was turned away, which it has to be if it is not allowed."""
        failed = isinstance(answer, dict) and answer.get("error") == "NotFound"
        if not allowed:
            assert failed, answer
            assert "cube" in answer["told"]
            figures["refused"] += 1
        return failed

    # Writing

    @rule(
        caller=callers, cube=cubes, text=words, thread=st.sampled_from(THREADS),
        name=st.sampled_from(MESSAGE_IDS), hidden=st.booleans(),
        role=st.sampled_from(["user", "assistant", "tool"]),
    )  # fmt: skip
    def say(self, *, caller, cube, text, thread, name, hidden, role) -> None:
        target = self.target(caller, cube)
        hidden = hidden and caller.agent_id is not None
        token = self.canary(caller, target, hidden=hidden)
        answer = self.ask(
            caller, "add_message", role=role, content=f"{text} {token}", name=f"Ann {token}",
            conversation_id=thread, message_id=name, metadata={"k": token}, cube_id=cube,
            visibility="agent" if hidden else None,
        )  # fmt: skip
        if self.refused(answer, allowed=self.access.may(caller, target, Role.WRITER)):
            return
        if "error" in answer:  # the message id stands for another text
            assert name is not None
            assert answer["error"] == "MessageExists"
            return
        assert not answer["repeated"]  # no two texts are the same
        self.keep(answer, thread, token)
        self.found(caller, target, token, answer["memory_ids"])

    @rule(
        caller=callers, cube=cubes, texts=st.lists(words, min_size=1, max_size=4),
        thread=st.sampled_from(THREADS), spoiled=st.booleans(),
    )  # fmt: skip
    def say_many(self, caller, cube, texts, thread, spoiled) -> None:
        target = self.target(caller, cube)
        tokens = [self.canary(caller, target, hidden=False) for _ in texts]
        messages: list[dict[str, Any]] = [
            {"role": "user", "content": f"{text} {token}", "message_id": f"batch {token}"}
            for text, token in zip(texts, tokens, strict=True)
        ]
        if spoiled:
            messages.append({"role": "user", "content": " "})
        answer = self.ask(
            caller, "add_messages", messages=messages, conversation_id=thread, cube_id=cube
        )
        if spoiled:
            assert answer["error"] == "InvalidInput"
            assert answer["told"].startswith(f"messages[{len(texts)}].content")
            return
        if self.refused(answer, allowed=self.access.may(caller, target, Role.WRITER)):
            return
        for added, token in zip(answer, tokens, strict=True):
            self.keep(added, thread, token)
        again = self.ask(
            caller, "add_messages", messages=messages, conversation_id=thread, cube_id=cube
        )
        assert again == [{**added, "repeated": True} for added in answer]

    @rule(caller=callers, text=words, thread=st.sampled_from(THREADS))
    def parrot(self, caller, text, thread) -> None:
        """What we put into a prompt is not learned when it comes back."""
        block = self.ask(caller, "context", query=text, max_tokens=2_000)
        if block["text"]:
            answer = self.ask(
                caller, "add_message", role="user", content=block["text"], conversation_id=thread
            )
            assert answer["memory_ids"] == []

    @rule(
        caller=callers, cube=cubes, kind=st.sampled_from(KINDS), text=words,
        sources=st.lists(picks, max_size=2), visible=st.sampled_from([None, "cube", "agent"]),
        until=st.sampled_from([None, None, "2024-01-01T00:01:00Z", "2030-01-01"]),
    )  # fmt: skip
    def store(self, *, caller, cube, kind, text, sources, visible, until) -> None:
        if caller.agent_id is None:
            visible = None
        chosen = self.pick(caller, sources)
        self.put(caller, cube, kind, text, visible=visible, until=until, sources=chosen)

    def put(self, caller, cube, kind, text, *, visible=None, until=None, sources=()) -> str | None:
        target = self.target(caller, cube)
        token = self.canary(caller, target, hidden=visible == "agent")
        answer = self.ask(
            caller, "store", kind=kind, text=f"{text} {token}", labels=[f"label {token}"],
            metadata={"k": token}, sources=list(sources) or None, visibility=visible,
            valid_to=until, cube_id=cube,
        )  # fmt: skip
        if self.refused(answer, allowed=self.access.may(caller, target, Role.WRITER)):
            return None
        if "error" in answer:
            assert sources or until
            return None
        for source in sources:
            self.quoted[source].append(self.placed[token])
        self.memories.append(answer["id"])
        self.place([answer["id"]], token)
        current = self.ask(caller, "get_memory", memory_id=answer["id"])
        assert {**answer, "tainted": current["tainted"]} == current
        if until is None and not current["tainted"]:
            self.found(caller, target, token, [answer["id"]])
        return answer["id"]

    @rule(
        caller=callers, pick=picks, text=words,
        version=st.sampled_from([None, None, 1, 2, 7]), labels=st.booleans(),
    )  # fmt: skip
    def update(self, caller, pick, text, version, labels) -> None:
        for memory_id in self.pick(caller, [pick]):
            owner = self.placed[memory_id]
            token = f"canary{next(self.numbers)}x"
            self.placed[token] = owner
            answer = self.ask(
                caller, "update_memory", memory_id=memory_id, text=f"{text} {token}",
                version=version, labels=[token] if labels else None,
            )  # fmt: skip
            if "error" in answer:
                continue
            assert self.access.sees(caller, owner)
            assert self.access.may(caller, owner.cube, Role.WRITER)
            if answer["valid_to"] is None:
                self.found(caller, owner.cube, token, [memory_id])

    @rule(caller=callers, other=callers, pick=picks, text=words, how=st.booleans())
    def derive_and_change(self, caller, other, pick, text, how) -> None:
        """Somebody's conclusion falls with what it was drawn from, and only they hear of it."""
        other = replace(other, tenant=caller.tenant)
        for source in self.pick(caller, [pick]):
            drawn = self.put(caller, None, "lesson", text, sources=[source])
            if how:
                answer = self.ask(other, "forget", memory_id=source)
            else:
                answer = self.ask(other, "update_memory", memory_id=source, importance=0.9)
            if drawn is not None and "error" not in answer:
                figures["conclusions fallen"] += 1
                assert self.ask(caller, "get_memory", memory_id=drawn)["tainted"]
                found = self.ask(caller, "recall", query=text, top_k=ENOUGH)
                assert drawn not in [hit["memory"]["id"] for hit in found["hits"]]

    @rule(caller=callers, chosen=st.lists(picks, min_size=1, max_size=2))
    def forget_memory(self, caller, chosen) -> None:
        ids = self.pick(caller, chosen)
        if not ids:
            return
        answer = self.ask(caller, "forget", memory_id=ids)
        if "error" not in answer:
            for one in ids:
                assert self.access.may(caller, self.placed[one].cube, Role.WRITER)
                assert self.ask(caller, "get_memory", memory_id=one)["error"] == "NotFound"

    @rule(caller=callers, pick=picks, cube=cubes)
    def forget_message(self, caller, pick, cube) -> None:
        near = [one for one in self.said if self.access.sees(caller, one[2])]
        pool = near if pick % 5 and near else self.said
        if pool:
            thread, name, owner = pool[pick % len(pool)]
            target = owner.cube if pick % 5 else self.target(caller, cube)
            answer = self.ask(
                caller, "forget", message_id=name, conversation_id=thread, cube_id=target
            )
            allowed = self.access.may(caller, target, Role.WRITER)
            assert allowed or answer["error"] == "NotFound"

    @rule(caller=callers, thread=st.sampled_from(THREADS[1:]), cube=cubes)
    def forget_thread(self, caller, thread, cube) -> None:
        target = self.target(caller, cube)
        answer = self.ask(caller, "forget", conversation_id=thread, cube_id=cube)
        if not self.refused(answer, allowed=self.access.may(caller, target, Role.WRITER)):
            left = self.ask(caller, "get_messages", conversation_id=thread, cube_id=target)
            assert "error" in answer or left == []

    # Reading

    @rule(
        caller=callers, cube=cubes, text=words, pick=picks, top_k=st.sampled_from([1, 3, ENOUGH]),
        narrowing=st.sampled_from([
            {}, {}, {"kinds": "episode"}, {"kinds": ["fact", "profile"]}, {"explain": True},
            {"conversation_id": "a"}, {"known_at": "2024-01-01T00:00:05Z"},
            {"as_of": "2024-01-01T00:00:10Z"}, {"include_archived": True},
            {"filter": {"role": "user"}}, {"filter": {"NOT": {"cube_id": "%"}}},
            {"filter": {"metadata.k": {"contains": "1"}}}, {"filter": {"trust": {"gte": 1}}},
        ]),
    )  # fmt: skip
    def recall(self, *, caller, cube, text, pick, top_k, narrowing) -> None:
        target = self.target(caller, cube)
        asked = {"query": f"{text} canary{pick % 50}x", "top_k": top_k, "cube_id": cube}
        answer = self.ask(caller, "recall", **asked, **narrowing)
        if cube is not None:
            self.refused(answer, allowed=self.access.may(caller, target, Role.READER))
        if "error" not in answer:
            scores = [hit["score"] for hit in answer["hits"]]
            assert scores == sorted(scores, reverse=True)
            self.only_readable(caller, [hit["memory"]["cube_id"] for hit in answer["hits"]])

    @rule(caller=callers, cube=cubes, text=words, budget=st.sampled_from([40, 200, 2_000]))
    def context(self, caller, cube, text, budget) -> None:
        target = self.target(caller, cube)
        answer = self.ask(caller, "context", query=text, max_tokens=budget, cube_id=cube)
        if cube is not None:
            self.refused(answer, allowed=self.access.may(caller, target, Role.READER))
        if "error" not in answer:
            assert answer["tokens"] <= budget

    @rule(caller=callers, pick=picks, cube=cubes, past=st.booleans())
    def look(self, caller, pick, cube, past) -> None:
        for memory_id in self.pick(caller, [pick]):
            when = "2024-01-01T00:00:08Z" if past else None
            answer = self.ask(
                caller, "get_memory", memory_id=memory_id, cube_id=cube, known_at=when
            )
            if "error" not in answer:
                assert self.access.sees(caller, self.placed[memory_id])
            told = self.ask(caller, "history", memory_id=memory_id, cube_id=cube)
            assert isinstance(told, list) or told["error"] == "NotFound"
            if not past:
                assert isinstance(told, list) == ("error" not in answer)

    @rule(
        caller=callers, cube=cubes, thread=st.sampled_from(THREADS), limit=st.sampled_from([1, 99])
    )
    def messages(self, caller, cube, thread, limit) -> None:
        target = self.target(caller, cube)
        answer = self.ask(caller, "get_messages", conversation_id=thread, limit=limit, cube_id=cube)
        if cube is not None:
            self.refused(answer, allowed=self.access.may(caller, target, Role.READER))
        if isinstance(answer, list) and answer:
            self.only_readable(caller, [message["cube_id"] for message in answer])
            first = answer[0]["id"]
            page = self.ask(caller, "get_messages", before=first, limit=limit, cube_id=cube)
            assert first not in [message["id"] for message in page]

    # Sharing

    @rule(caller=callers, cube=st.sampled_from(CUBES))
    def make_cube(self, caller, cube) -> None:
        answer = self.ask(caller, "create_cube", cube_id=cube)
        if (caller.tenant, cube) in self.access.owners:
            assert answer["error"] == "Conflict"
        else:
            assert answer["owner"] == caller.mine[0]
            self.access.owners[caller.tenant, cube] = caller.mine[0]

    @rule(
        caller=callers, cube=cubes, user=st.sampled_from(USERS),
        agent=st.sampled_from([None, None, *AGENTS]), role=st.sampled_from(Role),
    )  # fmt: skip
    def share_cube(self, caller, cube, user, agent, role) -> None:
        target = self.target(caller, cube)
        to = {"to_agent": agent} if agent else {"to_user": user}
        answer = self.ask(caller, "share", cube_id=cube, role=role.value, **to)
        if not self.refused(answer, allowed=self.access.may(caller, target, Role.ADMIN)):
            given = self.access.grants.setdefault((caller.tenant, target), {})
            given[principals(to.get("to_user"), to.get("to_agent"))[0]] = role
            shown = {grant["principal"]: Role(grant["role"]) for grant in answer["grants"]}
            assert shown == given

    @rule(caller=callers, cube=cubes, user=st.sampled_from(USERS), agent=st.booleans())
    def unshare_cube(self, caller, cube, user, agent) -> None:
        target = self.target(caller, cube)
        to = {"to_agent": AGENTS[1]} if agent else {"to_user": user}
        answer = self.ask(caller, "unshare", cube_id=cube, **to)
        if not self.refused(answer, allowed=self.access.may(caller, target, Role.ADMIN)):
            held = self.access.grants.get((caller.tenant, target), {})
            principal = principals(to.get("to_user"), to.get("to_agent"))[0]
            assert answer is (held.pop(principal, None) is not None)

    @rule(caller=callers)
    def list_cubes(self, caller) -> None:
        answer = self.ask(caller, "cubes")
        shared = {
            cube
            for tenant, cube in {**self.access.owners, **self.access.grants}
            if tenant == caller.tenant and self.access.role(caller, cube) is not None
        }
        listed = {cube["cube_id"] for cube in answer}
        assert listed - set(caller.mine) == shared - set(caller.mine)

    # The world outside

    @rule(seconds=st.sampled_from([1, 5, 90]))
    def wait(self, seconds) -> None:
        for world in self.worlds:
            world.parts.clock.advance(seconds)

    @rule(most=st.sampled_from([1, 3, 20]))
    def send(self, most) -> None:
        self.run(*(world.send(most) for world in self.worlds))

    @rule()
    def land(self) -> None:
        self.run(*(world.land() for world in self.worlds))

    # Helpers

    def pick(self, caller: Caller, places: list[int]) -> list[str]:
        """Memories, of five four that the caller may see."""
        near = [one for one in self.memories if self.access.sees(caller, self.placed[one])]
        pools = [near if at % 5 and near else self.memories for at in places]
        chosen = [pool[at % len(pool)] for pool, at in zip(pools, places, strict=True) if pool]
        return list(dict.fromkeys(chosen))

    def keep(self, added: Mapping[str, Any], thread: str | None, token: str) -> None:
        self.memories += added["memory_ids"]
        self.said.append((thread, added["message_id"], self.placed[token]))
        self.place([*added["memory_ids"], added["message_id"]], token)

    def found(self, caller: Caller, cube: str, token: str, ids: list[str]) -> None:
        """What was just acknowledged is the first thing that its own word recalls."""
        answer = self.ask(caller, "recall", query=token, top_k=1, cube_id=cube)
        assert [hit["memory"]["id"] for hit in answer["hits"]] == ids
        for world in self.worlds:
            world.parts.clock.advance(1)

    def only_readable(self, caller: Caller, found: list[str]) -> None:
        assert {cube for cube in found if self.access.role(caller, cube) is None} == set()


def ranked(answer: Mapping[str, Any]) -> list[Any]:
    return [(hit["memory"], hit["score"], hit["sources"]) for hit in answer["hits"]]


def matching(answer: Mapping[str, Any], terms: list[str]) -> list[Any]:
    return sorted(
        (hit["memory"]["id"], hit["memory"]["version"])
        for hit in answer["hits"]
        if any(term in hit["memory"]["content"].casefold() for term in terms)
    )


@pytest.fixture
def lockstep(tmp_path: Path) -> Iterator[type[Lockstep]]:
    """The machine, with a loop and a folder for its examples."""
    figures.clear()
    loop = asyncio.new_event_loop()
    yield type("Lockstep", (Lockstep,), {"loop": loop, "root": tmp_path})
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def play(machine: type[Lockstep], examples: int, **more: Any) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


def test_three_systems_answer_alike_and_leak_nothing(lockstep: type[Lockstep]):
    play(lockstep, 150, derandomize=True)
    assert figures["examples"] >= 150
    assert figures["tokens checked"] > 1_000
    assert figures["refused"] > 50


@pytest.mark.soak
def test_soak_lockstep(lockstep: type[Lockstep]):
    examples = int(os.environ.get("MEMOS_SOAK_EXAMPLES", "10000"))
    begun = time.monotonic()
    try:
        play(lockstep, examples, print_blob=True)
    finally:
        told = {**figures, "seconds": round(time.monotonic() - begun, 1)}
        print(report("lockstep", told, os.environ.get("MEMOS_RESULTS")))
    assert figures["examples"] >= examples
