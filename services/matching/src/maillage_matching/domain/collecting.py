"""Whom one round could collect from, wherever the borders of activity zones run."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.draft import Draft
from maillage_matching.domain.gathering import Grid, Source, gather
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Side
from maillage_matching.domain.pooling import MEMBERS_MIN
from maillage_matching.domain.search import stream_at, stream_of

POOL_REACH_KM = 5.0
"""As the crow flies: what a round drives around a place without becoming a journey."""
POOL_RESOLUTION = 8
"""Of H3: edges of half a kilometre, so that a centre is where it should be."""
POOL_FIRMS_MIN = 3
"""Two firms talk to one another."""
MISSING_FIRMS_MAX = 3
"""Farther from paying than that is a campaign, not a lead."""

FREE = "@"
SHOWN, LED = "pool:", "stream:"


@dataclass(frozen=True)
class Pool:
    """A group at a centre. One `slot` says what flows, and where; its flows are the members."""

    slot: str
    is_lead: bool
    resource: str
    cell: str
    flow_ids: tuple[FlowId, ...]


class KeptPool(NamedTuple):
    """A pool with its rank by amount, and when it was found."""

    pool: Pool
    place: int
    gathered_at: datetime


def pools_of(
    sides: Iterable[Side], grid: Grid, knowledge: Knowledge, kept: Iterable[str] = ()
) -> list[Pool]:
    """All groups, the largest first, then those of them that may become leads.

    A lead is made of firms that no zone brings together: one case for each stream and place. Where
    a lead waits or was turned down (`kept` slots), the centre stays, so that it is met again.
    """
    placed = [side for side in sides if side.flow.position is not None]
    shown = _by_stream(placed, knowledge)
    led = _by_stream(_left_over(placed, knowledge), knowledge)
    cells = _cells_of(kept)
    return [
        *_pools(shown, grid, is_lead=False, kept={}),
        *_pools(led, grid, is_lead=True, kept=cells),
    ]


def _by_stream(sides: Iterable[Side], knowledge: Knowledge) -> Mapping[str, list[Side]]:
    found: dict[str, list[Side]] = defaultdict(list)
    for side in sides:
        stream = stream_at(side, FREE, knowledge)
        if stream is not None:
            found[stream].append(side)
    return found


def _left_over(sides: Sequence[Side], knowledge: Knowledge) -> list[Side]:
    """Those that have nobody to share with in their own zone, or have no zone."""
    firms: dict[str | None, set[object]] = defaultdict(set)
    for side in sides:
        firms[stream_of(side, knowledge)].add(side.flow.actor_id)
    alone = {stream for stream, those in firms.items() if len(those) < MEMBERS_MIN}
    return [side for side in sides if stream_of(side, knowledge) in alone | {None}]


def _cells_of(slots: Iterable[str]) -> Mapping[str, list[str]]:
    """The kept cells of each stream."""
    found: dict[str, list[str]] = defaultdict(list)
    for slot in slots:
        before, _, behind = slot.rpartition(FREE)
        cell, colon, hazard = behind.partition(":")
        found[f"{before}{FREE}{colon}{hazard}"].append(cell)
    return found


def _pools(
    streams: Mapping[str, Sequence[Side]],
    grid: Grid,
    *,
    is_lead: bool,
    kept: Mapping[str, Sequence[str]],
) -> list[Pool]:
    found: list[tuple[Decimal, Pool]] = []
    for stream, sides in streams.items():
        sources = [_source(side) for side in sides]
        cells = kept.get(stream, ())
        for group in gather(sources, grid, POOL_REACH_KM, firms_min=POOL_FIRMS_MIN, kept=cells):
            before, _, behind = stream.rpartition(FREE)
            slot = f"{before}{FREE}{group.cell}{behind}"
            pool = Pool(
                slot=slot if is_lead else SHOWN + slot.removeprefix(LED),
                is_lead=is_lead,
                resource=sides[0].resource,
                cell=group.cell,
                flow_ids=tuple(one.flow_id for one in group.sources),
            )
            found.append((-group.amount, pool))
    return [pool for _, pool in sorted(found, key=lambda one: (one[0], one[1].slot))]


def _source(side: Side) -> Source:
    position = side.flow.position
    if position is None:
        message = "only flows with a position are gathered"
        raise ValueError(message)
    amount = side.yearly_kg
    if amount is None:
        amount = side.yearly[0] if side.yearly else Decimal(0)
    return Source(side.flow.flow_id, side.flow.actor_id, position, amount)


def is_worth_telling(draft: Draft) -> bool:
    """Whether it pays, or would with a few firms more: then it is worth an advisor's time."""
    pooled = draft.content.pooled
    if pooled is None or pooled.missing_firms is None:
        return False
    return pooled.missing_firms <= MISSING_FIRMS_MAX
