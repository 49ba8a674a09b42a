from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections import Counter
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from memos.model.changes import ChangeSet
from memos.model.memory import Kind, Memory
from memos.model.message import Message
from memos.storage.sqlite import database
from memos.testing.build import Desk, derivation
from memos.testing.clock import ManualClock
from memos.testing.crashfs import (
    Acked,
    CrashVFS,
    Created,
    Deleted,
    Found,
    Image,
    Log,
    Synced,
    Written,
    images,
)
from memos.testing.crashload import Oracle, Run, Step, Stores, blob, claim, commit, finish, play
from memos.testing.results import report

WORDS = ("tea", "train", "Alice", "Bergen", "rain", "violin", "Tuesday", "Oslo", "茶", "音乐")
PAGES = 40  # of 4 KiB: the log is folded back every few steps


@pytest.fixture(autouse=True)
def small_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CHECKPOINT_PAGES", PAGES)


class Workload:
    """Steps of all sorts over two cubes of two tenants; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.clock = ManualClock(tick=1)
        system = SimpleNamespace(clock=self.clock)
        self.desks = [Desk(system), Desk(system, "user:bob", "globex")]  # type: ignore[arg-type]
        self.messages: dict[Desk, list[tuple[Message, Memory]]] = {d: [] for d in self.desks}
        self.facts: dict[Desk, list[Memory]] = {d: [] for d in self.desks}
        self.claims = 0

    def steps(self, number: int) -> list[Step]:
        made: list[Step] = []
        while len(made) < number:
            desk = self.random.choice(self.desks)
            kinds = ["add", "batch", "fact", "update", "forget", "unsay", "task", "relay", "blob"]
            weights = [30, 15, 12, 10, 5, 4, 5, 8, 3]
            made += getattr(self, self.random.choices(kinds, weights)[0])(desk)
            if self.random.random() < 0.03 and self.messages[desk]:
                made += self.clash(desk)
        return made[:number]

    def text(self) -> str:
        long = 3000 if self.random.random() < 0.05 else 12  # words: some rows overflow their page
        return " ".join(self.random.choices(WORDS, k=self.random.randint(3, long)))

    def said(self, desk: Desk, number: int) -> ChangeSet:
        thread = self.random.choice(["c1", "c2", None])
        messages = [desk.message(self.text(), thread) for _ in range(number)]
        episodes = [desk.episode(message) for message in messages]
        self.messages[desk] += zip(messages, episodes, strict=True)
        return ChangeSet(
            messages=tuple(messages),
            memories=tuple(episodes),
            derivations=tuple(map(derivation, messages, episodes)),
            at=self.clock.now(),
        )

    def add(self, desk: Desk) -> list[Step]:
        return [commit(desk.writes, self.said(desk, 1))]

    def batch(self, desk: Desk) -> list[Step]:
        return [commit(desk.writes, self.said(desk, self.random.randint(2, 9)))]

    def fact(self, desk: Desk) -> list[Step]:
        made = desk.memory(self.text(), Kind.FACT)
        self.facts[desk].append(made)
        pairs = self.random.sample(self.messages[desk], min(2, len(self.messages[desk])))
        links = tuple(derivation(episode, made) for _, episode in pairs)
        changes = ChangeSet(memories=(made,), derivations=links, at=self.clock.now())
        return [commit(desk.writes, changes)]

    def update(self, desk: Desk) -> list[Step]:
        if not self.facts[desk]:
            return []
        at = self.random.randrange(len(self.facts[desk]))
        made = self.facts[desk][at] = desk.next_version(self.facts[desk][at], self.text())
        return [commit(desk.writes, ChangeSet(memories=(made,), at=self.clock.now()))]

    def forget(self, desk: Desk) -> list[Step]:
        if not self.facts[desk]:
            return []
        gone = self.facts[desk].pop(self.random.randrange(len(self.facts[desk])))
        return [commit(desk.writes, ChangeSet(forget=(gone.id,), at=self.clock.now()))]

    def unsay(self, desk: Desk) -> list[Step]:
        if not self.messages[desk]:
            return []
        pairs = self.messages[desk]
        message, _ = pairs.pop(self.random.randrange(len(pairs)))
        changes = ChangeSet(forget_messages=(message.id,), at=self.clock.now())
        return [commit(desk.writes, changes, hides=(message.id,))]

    def task(self, desk: Desk) -> list[Step]:
        tasks = tuple(desk.task(subject=f"s{self.random.randint(1, 9)}") for _ in range(3))
        return [commit(desk.writes, ChangeSet(outbox=tasks, at=self.clock.now()))]

    def relay(self, desk: Desk) -> list[Step]:
        self.claims += 1
        name = f"claim {self.claims}"
        return [
            claim(self.clock.now(), name, self.random.randint(1, 6)),
            finish(desk.writes, self.said(desk, 1), name),
        ]

    def blob(self, desk: Desk) -> list[Step]:
        return [blob(self.clock.now(), desk.key.tenant, self.random.randbytes(20_000))]

    def clash(self, desk: Desk) -> list[Step]:
        """A refused step: its group is rolled back, and its neighbours are written again."""
        message, _ = self.random.choice(self.messages[desk])
        again = desk.message("other words", message.conversation_id, message_id=message.message_id)
        return [Step(self.clock.now(), commit(desk.writes, ChangeSet(messages=(again,))).write)]


class Crash:
    """Plays a workload on a disk that logs, and judges what a power loss leaves of it."""

    def __init__(self, folder: Path, steps: int, seed: int = 1) -> None:
        self.folder = folder
        self.oracle = Oracle(Workload(seed).steps(steps))
        self.figures: Counter[str] = Counter()
        self.problems: list[str] = []
        self.number = 0

    def place(self) -> Path:
        self.number += 1
        made = self.folder / str(self.number)
        made.mkdir(parents=True)
        return made

    async def record(self, sync: str, home: Path | None = None, stands: int = 0) -> Log:
        """The log of steps after `stands`, in three sittings, so that the WAL is deleted too."""
        if self.number == 0:
            await self.oracle.prepare(self.place())
        home = home or self.place()
        log = Log()
        vfs = CrashVFS(log)
        steps = self.oracle.numbered(stands)
        third = len(steps) // 3 + 1
        for start in range(0, len(steps) or 1, third):
            stores = Stores(home, sync, vfs.name)
            await stores.open()
            run = Run(stores, self.oracle.leased)
            await play(run, steps[start : start + third], log.ack, together=6)
            await stores.close()
        vfs.close()
        return log

    async def judge(self, image: Image, *, before: int = 0) -> int:
        """Opens an image as a user would after the crash; writes to it, to see that it lives."""
        home = self.place()
        image.write(home)
        stores = Stores(home)
        await stores.open()
        acked = (*image.acked, before) if before else image.acked
        verdict = await self.oracle.judge(stores, acked)
        self.figures["images"] += 1
        self.figures["acked"] += len(image.acked)
        self.figures["images with lost acks"] += verdict.lost > 0
        self.figures["lost acks"] += verdict.lost
        self.figures["worst"] = max(self.figures["worst"], verdict.lost)
        self.figures["ahead of the acks"] += (verdict.stands or 0) > max(acked, default=0)
        self.figures["no state"] += verdict.stands is None
        self.problems += [f"crash at event {image.at}: {text}" for text in verdict.problems]
        if image.at % 7 == 0 and verdict.stands is not None:
            await self._goes_on(stores, verdict.stands)
        await stores.close()
        shutil.rmtree(home)
        return verdict.stands or 0

    async def _goes_on(self, stores: Stores, stands: int) -> None:
        next_steps = self.oracle.numbered(stands)[:3]
        await play(Run(stores, self.oracle.leased), next_steps)
        verdict = await self.oracle.judge(stores, [number for number, _ in next_steps])
        self.figures["images written on"] += 1
        self.problems += [f"after going on from {stands}: {text}" for text in verdict.problems]
        if verdict.lost:
            self.problems.append(f"after going on from {stands}: {verdict.lost} steps are gone")


def folded(log: Log) -> int:
    """How often the WAL was folded back into the database."""
    files = {event.file: event.path for event in log.events if isinstance(event, Found | Created)}
    synced = [files[event.file] for event in log.events if isinstance(event, Synced)]
    return sum(path.endswith(".db") for path in synced)


def play_and_crash(
    folder: Path, number: int, steps: int, sync: str = "full", seed: int = 1
) -> Crash:
    crash = Crash(folder, steps, seed)

    async def run() -> None:
        log = await crash.record(sync)
        crash.figures["events"] = len(log.events)
        crash.figures["checkpoints"] = folded(log)
        for image in images(log, seed=seed, number=number):
            await crash.judge(image)

    asyncio.run(run())
    return crash


def crash_again(folder: Path, number: int, each: int, steps: int) -> Crash:
    """Crashes, goes on from what is left, and crashes again, `each` times per first image."""
    crash = Crash(folder, steps)

    async def run() -> None:
        first = await crash.record("full")
        for at, image in enumerate(images(first, seed=2, number=number)):
            stands = await crash.judge(image)
            home = crash.place()
            image.write(home)
            log = await crash.record("full", home, stands)
            for second in images(log, seed=at, number=each):
                await crash.judge(second, before=stands)

    asyncio.run(run())
    return crash


def publish(name: str, figures: dict[str, object]) -> None:
    print(report(name, figures, os.environ.get("MEMOS_RESULTS")))


def test_nothing_acknowledged_is_lost(tmp_path: Path):
    crash = play_and_crash(tmp_path, 400, 70)
    assert crash.problems == []
    assert crash.figures["images"] == 400
    assert crash.figures["images with lost acks"] == 0
    assert crash.figures["checkpoints"] > 3
    assert crash.figures["ahead of the acks"] > 0  # else no crash fell between sync and ack
    assert crash.figures["images written on"] > 20


def test_without_full_sync_acks_are_lost_and_the_test_sees_it(tmp_path: Path):
    crash = play_and_crash(tmp_path, 60, 60, sync="normal")
    assert crash.problems == []  # old, but never half or damaged
    assert crash.figures["images with lost acks"] > 10


def test_a_crash_after_a_crash_loses_nothing(tmp_path: Path):
    crash = crash_again(tmp_path, 8, 5, 60)
    assert crash.problems == []
    assert crash.figures["images with lost acks"] == 0
    assert crash.figures["images"] == 48


def test_a_database_that_is_being_made_opens_after_a_crash(tmp_path: Path):
    crash = play_and_crash(tmp_path, 60, 0)
    assert crash.problems == []
    assert crash.figures["no state"] == 0
    assert crash.figures["images"] == 60


def test_a_step_in_two_transactions_is_seen(tmp_path: Path):
    crash = Crash(tmp_path, 20)
    first, second = crash.oracle.steps[:2]

    async def both(run: Run) -> None:
        await first.write(run)
        await second.write(run)

    crash.oracle.steps = (Step(first.at, both, alone=True), *crash.oracle.steps[2:])

    async def run() -> None:
        log = await crash.record("full")
        for image in images(log, seed=1, number=2000):  # how many it takes is up to the disk
            await crash.judge(image)
            if crash.figures["no state"]:
                break

    asyncio.run(run())
    assert crash.figures["no state"] > 0
    assert crash.figures["images with lost acks"] == 0


def test_what_was_synced_is_in_every_image_and_the_rest_in_some(tmp_path: Path):
    log = Log()
    log.events += [Created(1, "a"), Written(1, 0, b"x" * 600), Synced(1, folder=True), Acked(1)]
    log.events += [Written(1, 500, b"y" * 1000), Deleted("b", folder=False)]
    left = {image.files.get("a") for image in images(log, 1, 3000) if image.at == len(log.events)}
    whole = b"x" * 500 + b"y" * 1000
    assert {b"x" * 600, whole} < left
    assert b"x" * 500 + b"y" * 12 + b"x" * 88 in left  # the first of three sectors
    assert all(content and content.startswith(b"x" * 500) for content in left)
    early = [image for image in images(log, 1, 300) if image.at < 3]
    assert any("a" not in image.files for image in early)  # the name was not safe yet
    assert all(1 in image.acked for image in images(log, 1, 300, first=4))


@pytest.mark.soak
def test_soak_power_loss(tmp_path: Path):
    begun = time.monotonic()
    runs = [play_and_crash(tmp_path / str(seed), 400, 250, seed=seed) for seed in range(5)]
    again = crash_again(tmp_path / "again", 40, 10, 120)
    making = play_and_crash(tmp_path / "making", 400, 0)
    blind = play_and_crash(tmp_path / "normal", 400, 250, sync="normal")
    whole = {name: sum(crash.figures[name] for crash in runs) for name in runs[0].figures}
    whole["worst"] = max(crash.figures["worst"] for crash in runs)
    publish(
        "power-loss",
        {
            "full": whole,
            "crash after crash": dict(again.figures),
            "while creating": dict(making.figures),
            "normal": dict(blind.figures),
            "seconds": round(time.monotonic() - begun, 1),
        },
    )
    sound = [*runs, again, making]
    assert [crash.problems for crash in sound] == [[] for _ in sound]
    assert blind.problems == []
    assert whole["images"] == 2000
    assert sum(crash.figures["images with lost acks"] for crash in sound) == 0
    assert blind.figures["images with lost acks"] > 100
