"""The systems that the state machine drives, and who may see what in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backends import IN_MEMORY

from memos import AsyncMemOS
from memos.errors import MemOSError
from memos.memories.parts import Parts, build
from memos.model.cube import Role, principals
from memos.model.plain import plain
from memos.model.scope import CubeKey
from memos.model.task import Task
from memos.model.time import SECOND
from memos.settings import Settings
from memos.storage.graphs.memory import MemoryGraph
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.records.memory import MemoryRecords
from memos.storage.records.sqlite import SqliteRecords
from memos.storage.segments.cache import Segments
from memos.storage.sqlite.database import Database
from memos.storage.text.memory import MemoryText
from memos.testing.build import deliver
from memos.testing.clock import ManualClock
from memos.testing.ids import seeded_ids
from memos.testing.lagging import LaggingGraph, LaggingText

TENANTS = ("a", "A", "用户")
USERS = ("a", "A", "é", "%")
AGENTS = ("a", "*")
CUBES = ("a", "A", "é", "%", "_", "*", "../a", "user", "用户")
THREADS = (None, "a", "A", "%", "用户")
MESSAGE_IDS = (None, None, "m1", "M1", "%")
WORDS = ("tea", "coffee", "北京的茶", "Oslo", "Café", "yesterday", "'; --", "NEAR(", "*")
KINDS = ("fact", "preference", "instruction", "profile", "lesson", "some label")
TOKEN = re.compile(r"canary\d+x|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
ENOUGH = 100  # hits: more than there are memories

figures: Counter[str] = Counter()


class World:
    """One home with a system for each tenant, over the same parts."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        self.parts = parts
        self.systems = {
            tenant: AsyncMemOS(folder, parts=replace(parts, ids=seeded_ids(at)), tenant=tenant)
            for at, tenant in enumerate(TENANTS)
        }
        self.flying: list[Task] = []  # applied, but who knows whether they have arrived

    async def open(self) -> None:
        for system in self.systems.values():
            await system.open()
            await system._worker.stop()  # works when the test says so

    async def close(self) -> None:
        for system in self.systems.values():
            await system.close()

    async def ask(self, tenant: str, method: str, given: Mapping[str, Any]) -> Any:
        """The answer as plain data, an error too."""
        system = self.systems[tenant]
        try:
            answer = await getattr(system, method)(**given)
        except MemOSError as error:
            figures["errors"] += 1
            # What a conflict says in words is the backend's own.
            told = "" if "Conflict" in type(error).__name__ else str(error)
            return {"error": type(error).__name__, "told": told}
        finally:
            await system._touches.flush()
        return plain(answer)

    @property
    def settled(self) -> bool:
        return not self.parts.followers

    async def send(self, most: int) -> None:
        """Nothing follows here."""

    async def land(self) -> None:
        """Nothing is on its way here."""


class LateWorld(World):
    """Its indexes follow, when told to."""

    behind = False
    doubtful = False

    @property
    def settled(self) -> bool:
        return not self.behind

    async def ask(self, tenant: str, method: str, given: Mapping[str, Any]) -> Any:
        if method not in READS:
            self.behind = True
        if method in ("forget", "update_memory"):
            self.doubtful = True
        return await super().ask(tenant, method, given)

    async def send(self, most: int) -> None:
        """Applies up to `most` tasks; they stay open until they `land`."""
        following = {f"project.{one.name}": one for one in self.parts.followers}
        tasks = await self.parts.outbox.claim("test", most, 60 * SECOND, list(following))
        for task in tasks:
            key = CubeKey(task.tenant, task.cube_id)
            states = await self.parts.records.states(key, [task.subject])
            await following[task.kind].apply(key, states)
        self.flying += tasks
        self.doubtful = True

    async def land(self) -> None:
        """Lets everything arrive, what was never sent as well."""
        for one in self.parts.followers:
            await one.settle()
        await self.parts.outbox.complete(self.flying)
        self.flying = []
        following = {f"project.{one.name}": one for one in self.parts.followers}
        while tasks := await self.parts.outbox.claim("test", 99, 60 * SECOND, list(following)):
            for task in tasks:
                key = CubeKey(task.tenant, task.cube_id)
                states = await self.parts.records.states(key, [task.subject])
                await deliver(following[task.kind], key, states)
            await self.parts.outbox.complete(tasks)
        self.behind = self.doubtful = False


READS = {"recall", "context", "get_memory", "history", "get_messages", "cubes", "stats", "doctor"}


def sqlite_world(folder: Path) -> World:
    # Without vectors: those of SQLite are coarser, so features differ in their last digits.
    given = Settings.load({}, home=folder, sync="normal", blobs="memory", embedder="none")
    return World(folder, build(given, ManualClock()))


def memory_world(folder: Path) -> World:
    return World(
        folder, build(Settings.load({}, home=folder, embedder="none", **IN_MEMORY), ManualClock())
    )


def late_world(folder: Path, seed: int) -> World:
    base = build(Settings.load({}, home=folder, embedder="none", **IN_MEMORY), ManualClock())
    text = LaggingText(MemoryText(inline=False), seed, busy=0.0)
    graph = LaggingGraph(MemoryGraph(inline=False), seed, busy=0.0)
    names, later = ["text", "graph"], ManualClock("2100-01-01T00:00:00Z")  # all tasks are due
    if seed % 2:
        database = Database(folder / "late.db", "normal")
        outbox: Any = SqliteOutbox(database, later)
        records: Any = SqliteRecords(database, Segments(database, 1 << 20), names)
    else:
        outbox = MemoryOutbox(later)
        records = MemoryRecords(followers=names, outbox=outbox)
    return LateWorld(folder, replace(base, records=records, text=text, graph=graph, outbox=outbox))


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    tenant: str
    user_id: str | None
    agent_id: str | None

    @property
    def mine(self) -> tuple[str, ...]:
        return principals(self.user_id, self.agent_id)

    @property
    def named(self) -> dict[str, str | None]:
        return {"user_id": self.user_id, "agent_id": self.agent_id}


@dataclass(frozen=True)
class Owner:
    """Where a canary or an id was put."""

    tenant: str
    cube: str
    agent: str | None  # the only agent that may see it; None: every reader


class AccessModel:
    """Who may see what, told by dictionaries."""

    def __init__(self) -> None:
        self.owners: dict[tuple[str, str], str] = {}
        self.grants: dict[tuple[str, str], dict[str, Role]] = {}

    def role(self, caller: Caller, cube: str) -> Role | None:
        if cube in caller.mine:
            return Role.ADMIN
        if self.owners.get((caller.tenant, cube)) in caller.mine:
            return Role.ADMIN
        held = self.grants.get((caller.tenant, cube), {})
        roles = [held[one] for one in caller.mine if one in held]
        return max(roles, key=list(Role).index, default=None)

    def may(self, caller: Caller, cube: str, role: Role) -> bool:
        held = self.role(caller, cube)
        return held is not None and held.includes(role)

    def sees(self, caller: Caller, owner: Owner) -> bool:
        return (
            owner.tenant == caller.tenant
            and self.role(caller, owner.cube) is not None
            and owner.agent in (None, caller.agent_id)
        )
