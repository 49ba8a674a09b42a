"""The segments of a home: made when a cube is asked for, kept while there is room."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar

import apsw

from memos.contracts.part import Part
from memos.errors import StorageError
from memos.model.scope import CubeKey, ReadScope
from memos.storage.segments.follow import follow
from memos.storage.segments.segment import Segment
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import many, one

T = TypeVar("T")

ENOUGH = 256  # versions whose terms are worth a transaction

FIND = "SELECT key, seq, epoch FROM cubes WHERE tenant=? AND cube_id=?"
SAVE = "INSERT OR IGNORE INTO terms (version, words, names, cues) {}"
CLEAR = "DELETE FROM terms WHERE version IN (SELECT key FROM versions WHERE cube=?)"

log = logging.getLogger("memos.segments")


class Segments(Part):
    """Shared by the embedded indexes of one home; holds at most about `room` bytes.

    Every search first reads what has been committed since the last one, in any process, so
    segments never lag behind the records.
    """

    needs_loop = False

    def __init__(self, database: Database, room: int) -> None:
        self._database = database
        self._room = room
        self._held: OrderedDict[int, Segment] = OrderedDict()
        self._sizes: dict[int, int] = {}  # bytes of what is held, by cube
        self._taken = 0  # their sum
        self._guard = threading.Lock()

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def read(self, scope: ReadScope, job: Callable[[apsw.Cursor, list[Segment]], T]) -> T:
        """Runs `job` over the segments of the scope's cubes, in its order; absent ones left out."""
        used: list[Segment] = []

        def work(cursor: apsw.Cursor) -> T:
            for key in scope.cube_keys:
                segment = self._current(cursor, key)
                if segment is not None:
                    used.append(segment)
            return job(cursor, used)

        made = await self._database.read(work)
        self._shrink(used)
        for segment in used:
            if len(segment.unsaved) >= ENOUGH:
                await self._save(segment)
        return made

    async def read_cube(self, key: CubeKey, job: Callable[[apsw.Cursor, Segment], T]) -> T | None:
        """The same for one cube; None if it is not there."""

        def work(cursor: apsw.Cursor) -> T | None:
            segment = self._current(cursor, key)
            return None if segment is None else job(cursor, segment)

        return await self._database.read(work)

    async def clear(self, key: CubeKey) -> None:
        """Throws away what was derived from a cube, here and in every other process."""

        def job(cursor: apsw.Cursor) -> None:
            row = one(cursor, FIND, key)
            if row is not None:
                cursor.execute(CLEAR, row[:1])
                cursor.execute("UPDATE cubes SET epoch = epoch + 1 WHERE key=?", row[:1])

        await self._database.write(job)

    def _current(self, cursor: apsw.Cursor, key: CubeKey) -> Segment | None:
        row = one(cursor, FIND, key)
        if row is None:
            return None
        cube, seq, epoch = row
        with self._guard:
            segment = self._held.get(cube)
            if segment is None or segment.epoch != epoch:
                segment = self._held[cube] = Segment(cube, key.cube_id, epoch)
            self._held.move_to_end(cube)
        with segment.lock:
            if segment.seq < seq:
                follow(cursor, segment, seq)
                segment.grown = True
        return segment

    def _shrink(self, used: Sequence[Segment]) -> None:
        """Counts what was used anew, and lets go of what was asked for longest ago."""
        with self._guard:
            for segment in used:
                if self._held.get(segment.cube) is segment and segment.grown:
                    segment.grown = False
                    self._resize(segment.cube, segment.nbytes)
            while self._taken > self._room and len(self._held) > 1:
                cube, _ = self._held.popitem(last=False)
                self._resize(cube, 0)

    def _resize(self, cube: int, size: int) -> None:
        self._taken += size - self._sizes.pop(cube, 0)
        if size:
            self._sizes[cube] = size

    async def _save(self, segment: Segment) -> None:
        """Keeps terms for other processes; without room for them, searches go on all the same."""
        with segment.lock:
            rows, segment.unsaved = segment.unsaved, []

        def job(cursor: apsw.Cursor) -> None:
            row = one(cursor, "SELECT epoch FROM cubes WHERE key=?", (segment.cube,))
            if row is not None and row[0] == segment.epoch:
                many(cursor, SAVE, rows)

        try:
            await self._database.write(job)
        except StorageError as error:
            log.warning("terms of %d versions were not kept: %s", len(rows), error)
