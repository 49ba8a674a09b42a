"""The public call that runs a recall again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from memos.errors import InvalidInput, NotFound
from memos.memories.scopes import Caller
from memos.memories.textual import CONTEXT_HITS
from memos.model import checks
from memos.model.filter import Filter, parse_filter
from memos.model.recall import Receipt
from memos.model.replay import Replay
from memos.model.scope import Narrowing, ReadScope
from memos.model.time import EARLIEST, Instant
from memos.retrieval.comparing import compared
from memos.retrieval.rank import Weights
from memos.retrieval.table import check_features, checked
from memos.system.base import Base


class Replaying(Base):
    """Recalls from their receipts."""

    async def replay(
        self,
        user_id: str | None = None,
        receipt: Receipt | Mapping[str, Any] | None = None,
        *,
        without: str | Sequence[str] | None = None,
        at: int | None = None,
        weights: Mapping[str, Any] | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> Replay:
        """The recall of `receipt` as it would be now, and what is otherwise than then.

        It asks the same of the same cubes as of the same moment, as far as the caller may
        read them now. Nothing counts as used by it.

        Args:
            user_id: who asks; access is theirs, whatever the receipt says.
            receipt: a receipt, or its `to_dict()`.
            without: ids of memories or messages that are left out, with what names them as
                its source. The statistics of words still count them.
            at: as the first cube of the receipt stood at this commit.
            weights: another table of weights, as `memos bench fit` writes it.
            agent_id: the reading agent.
            cube_id: only this cube.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        told = receipt if isinstance(receipt, Receipt) else Receipt.from_dict(receipt)
        zone = _zone(told.timezone)
        query = checks.check_text("receipt.query", told.query, self.settings.max_query)
        most = max(self.settings.max_top_k, CONTEXT_HITS)
        top_k = checks.check_int("receipt.top_k", told.top_k, 1, most)
        narrowing = replace(
            self._narrowed(caller, told, zone),
            without=frozenset((*told.narrowed.without, *self._omitted(without))),
        )
        commit = None if at is None else checks.check_int("at", at, 1, 2**63 - 1)
        table = None if weights is None else checked("weights", weights)
        await self._ready()
        scope, seqs = await self._reach(caller, told, narrowing)
        if commit is not None:
            scope = await self._as_of_commit(scope, seqs, commit)
        again = await self._textual.replay(
            scope, query, seqs, top_k=top_k, effort=told.effort, zone=zone, table=table
        )
        if table is not None:
            _check_used(table, again.receipt)
        return compared(told, again)

    def _narrowed(self, caller: Caller, told: Receipt, zone: ZoneInfo) -> Narrowing:
        """What the receipt wanted to see, for the one who asks now."""
        wanted, path = told.narrowed, "receipt.narrowed"
        return Narrowing(
            now=told.asked_at,
            as_of=wanted.as_of,
            known_at=wanted.known_at,
            kinds=None if wanted.kinds is None else frozenset(wanted.kinds),
            conversation_id=checks.optional_id(
                f"{path}.conversation_id", wanted.conversation_id, self.settings.max_id
            ),
            agent_id=caller.agent_id,
            include_archived=wanted.include_archived,
            filter=None if wanted.filter is None else _filter(wanted.filter, zone),
        )

    def _omitted(self, without: object) -> list[str]:
        if without is None:
            return []
        many = [without] if isinstance(without, str) else without
        named = checks.check_list("without", many, self.settings.max_batch)
        if not named:
            raise InvalidInput("without", "an empty list", "ids, or None")
        longest = self.settings.max_id
        return [checks.check_id(f"without[{n}]", id, longest) for n, id in enumerate(named)]

    async def _reach(
        self, caller: Caller, told: Receipt, narrowing: Narrowing
    ) -> tuple[ReadScope, dict[str, int]]:
        """The cubes of the receipt that the caller may read now; raises NotFound for none."""
        scope, seqs = await self._scopes.reading(caller, narrowing)
        here = told.tenant == scope.tenant
        cubes = tuple(cube for cube in dict.fromkeys(told.cubes) if here and cube in scope.cubes)
        if not cubes:
            raise NotFound("cube", told.cubes[0] if told.cubes else "")
        return replace(scope, cubes=cubes), seqs

    async def _as_of_commit(
        self, scope: ReadScope, seqs: Mapping[str, int], commit: int
    ) -> ReadScope:
        key = scope.cube_keys[0]
        if commit > seqs[key.cube_id]:
            allowed = f"a commit of {key.cube_id}, which is at {seqs[key.cube_id]}"
            raise InvalidInput("at", str(commit), allowed)
        moment = await self._parts.records.recorded_by(key, commit) or Instant(EARLIEST)
        return replace(scope, narrowing=replace(scope.narrowing, known_at=moment))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput("receipt.timezone", checks.shape(name), "an IANA time zone") from error


def _filter(source: Mapping[str, Any], zone: ZoneInfo) -> Filter:
    try:
        return parse_filter(source, zone)
    except InvalidInput as error:
        raise InvalidInput(f"receipt.narrowed.{error.field}", error.got, error.allowed) from error


def _check_used(table: Mapping[str, Weights], receipt: Receipt) -> None:
    """The features are known once there are candidates; of the other columns nothing was used."""
    signals = receipt.policy.rpartition("/")[2]
    for one in receipt.evidence[:1]:
        check_features(f"weights.{signals}", table[signals], one.features)
