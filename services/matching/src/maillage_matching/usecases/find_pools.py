"""Whom one round could collect from, for who accompanies them, with what it would take to pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.break_even import BreakEven, break_even
from maillage_matching.domain.collecting import KeptPool
from maillage_matching.domain.gathering import Grid
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Ground, Side
from maillage_matching.domain.pooling import may_join, nearest_outlet
from maillage_matching.usecases.draft_leads import outlets_of
from maillage_matching.usecases.ground import ground_today, sides_of
from maillage_matching.usecases.store import Store


@dataclass(frozen=True)
class FindPools:
    """Of one resource or of all, behind a place in the order by amount."""

    resource: str | None
    after: int
    limit: int


@dataclass(frozen=True)
class FoundPool:
    """A pool with those of its members that are still there, and its economy today."""

    kept: KeptPool
    centre: GeoPoint
    members: tuple[Side, ...]
    outlet: Side | None
    economy: BreakEven | None


async def find_pools(
    query: FindPools, store: Store, now: datetime, *, knowledge: Knowledge, grid: Grid
) -> Sequence[FoundPool]:
    """The pools, the largest first; what changed since they were gathered is left out."""
    kept = await store.pools(resource=query.resource, after=query.after, limit=query.limit)
    ground = await ground_today(store, await store.policy(), knowledge, now)
    ids = {flow_id for one in kept for flow_id in one.pool.flow_ids}
    known = sides_of(await store.known_flows(ids), knowledge)
    there = {side.flow.flow_id: side for side in known if may_join(side, ground)}
    groups = [[there[flow_id] for flow_id in one.pool.flow_ids if flow_id in there] for one in kept]
    outlets = await outlets_of(groups, store, ground)
    return [
        _found(one, members, outlets, grid, ground)
        for one, members in zip(kept, groups, strict=True)
    ]


def _found(
    kept: KeptPool, members: Sequence[Side], outlets: Sequence[Side], grid: Grid, ground: Ground
) -> FoundPool:
    centre = grid.centre(kept.pool.cell)
    if not members:
        return FoundPool(kept, centre, (), None, None)
    rule = ground.knowledge.outlet_of(members[0].spec)
    outlet = nearest_outlet(rule, members, outlets, ground) if rule else None
    economy = break_even(members, centre, outlet, ground)
    return FoundPool(kept, centre, tuple(members), outlet, economy)
