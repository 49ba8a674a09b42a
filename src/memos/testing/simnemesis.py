"""The simulator's nemesis: it kills and stops workers, changes clocks and the weather."""

from __future__ import annotations

import asyncio

from memos.model.time import SECOND
from memos.testing.simnet import Odds
from memos.testing.simworld import LEASE, SKEW, Post, World


class Nemesis:
    """Does to the world what worlds do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random
        acts = [self._crash, self._freeze, self._skew, self._wipe, self._retire, self._weather]
        self._acts = self._random.sample(acts, self._random.randint(1, len(acts)))
        self._pause = self._random.choice((0.3, 1.0, 3.0))  # seconds between acts, at most
        self._weather()

    async def act(self) -> None:
        """Lets a moment pass, and does one thing."""
        await asyncio.sleep(self._random.uniform(0, self._pause))
        self._random.choice(self._acts)()

    def heal(self) -> None:
        """Undoes all of it; from now on nothing is lost but workers and the run-queue."""
        self._world.trace.note("heal")
        self._acts = [self._crash, self._retire, self._wipe, self._skew]
        self._world.network.odds = Odds()
        for post in self._world.posts:
            post.clock.skew = 0.0
            self._thaw(post)

    def _victim(self) -> Post | None:
        alive = [post for post in self._world.posts if post.process.alive]
        if not alive or self._world.outbox.is_strained():
            return None
        return self._random.choice(alive)

    def _crash(self) -> None:
        if post := self._victim():
            self._world.trace.note("crash", post.process.name)
            post.process.kill()

    def _freeze(self) -> None:
        """Stops a process, often until after its leases; it does not know when it goes on."""
        post = self._victim()
        if post is not None and not post.process.frozen:
            self._world.trace.note("freeze", post.process.name)
            post.process.frozen = True
            asleep = self._random.uniform(0, 4 * LEASE / SECOND)
            self._world.loop.call_later(asleep, self._thaw, post)

    def _thaw(self, post: Post) -> None:
        if post.process.frozen:
            self._world.trace.note("thaw", post.process.name)
            self._world.loop.thaw(post.process)

    def _skew(self) -> None:
        if post := self._victim():
            post.clock.skew = self._random.uniform(-SKEW, SKEW)
            self._world.trace.note("skew", f"{post.process.name} {post.clock.skew:.3f}")

    def _wipe(self) -> None:
        self._world.trace.note("wipe")
        self._world.queue.wipe()

    def _retire(self) -> None:
        if post := self._victim():
            retiring = asyncio.ensure_future(self._world.retire(post))
            self._world.retiring.add(retiring)
            retiring.add_done_callback(self._world.retiring.discard)

    def _weather(self) -> None:
        self._world.network.odds = Odds.draw(self._random)
        self._world.trace.note("weather", self._world.network.odds)
