"""Firms around free centres: whom one round, one machine or one plant would reach together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Protocol

from maillage_contracts.vocabulary import ActorId, FlowId, GeoPoint

Order = tuple[Decimal, int, float, str]
"""Most first, then most firms, then nearest to what they have, then always the same cell."""


class Grid(Protocol):
    """The cells that a territory is laid out in; their centres are where a group may meet."""

    def near(self, point: GeoPoint, reach_km: float) -> Iterable[tuple[str, float]]:
        """The cells whose centre lies within so many km of a point, and how far, by the crow."""
        ...

    def cell(self, point: GeoPoint) -> str:
        """The cell that a point is in."""
        ...

    def centre(self, cell: str) -> GeoPoint:
        """The middle of a cell."""
        ...


@dataclass(frozen=True)
class Source:
    """What one firm would bring: how much in a year (0 where it is not told), and from where."""

    flow_id: FlowId
    firm: ActorId
    point: GeoPoint
    amount: Decimal


Reached = tuple[Source, float]
"""What a cell reaches, and its amount times its distance."""


@dataclass(frozen=True)
class Group:
    """Those that one centre reaches, and what they would bring together."""

    cell: str
    centre: GeoPoint
    sources: tuple[Source, ...]

    @property
    def firms(self) -> int:
        """How many firms there are."""
        return len({one.firm for one in self.sources})

    @property
    def amount(self) -> Decimal:
        """What they bring in a year."""
        return sum((one.amount for one in self.sources), Decimal(0))


def gather(
    sources: Sequence[Source],
    grid: Grid,
    reach_km: float,
    *,
    firms_min: int,
    kept: Iterable[str] = (),
) -> list[Group]:
    """Groups that share nobody, the largest first, each with so many firms at least.

    Centres are free: any cell may be one, not only where a firm is. Of all cells the one that
    reaches most comes first, then the one that reaches most of what is left, and so on. Each such
    choice is within 1 - 1/e of the best possible for that number of centres (Nemhauser, Wolsey and
    Fisher 1978). What a cell still reaches can only shrink, so that a cell is counted again only
    when it comes to the top: the choice is the same, and far quicker.

    Groups at `kept` cells are made first, whatever they reach. The order of the sources does not
    matter.
    """
    reached: dict[str, list[Reached]] = defaultdict(list)
    for source in sorted(sources, key=lambda one: one.flow_id.int):
        weight = float(source.amount)
        for cell, km in grid.near(source.point, reach_km):
            reached[cell].append((source, weight * km))
    taken: set[FlowId] = set()
    groups: list[Group] = []
    for cell in sorted(set(kept)):
        _take(_left(reached.get(cell, ()), taken), cell, grid, taken=taken, groups=groups)
    heap = [_order(cell, _left(those, taken)) for cell, those in reached.items()]
    heapify(heap)
    while heap:
        order = heappop(heap)
        cell = order[-1]
        left = _left(reached[cell], taken)
        now = _order(cell, left)
        if -now[1] < firms_min:
            continue  # and never again: it can only shrink
        if now == order:
            _take(left, cell, grid, taken=taken, groups=groups)
        else:
            heappush(heap, now)
    return groups


def _take(
    left: Sequence[Reached], cell: str, grid: Grid, *, taken: set[FlowId], groups: list[Group]
) -> None:
    if left:
        members = tuple(source for source, _ in left)
        taken |= {one.flow_id for one in members}
        groups.append(Group(cell, grid.centre(cell), members))


def _left(those: Iterable[Reached], taken: set[FlowId]) -> list[Reached]:
    return [one for one in those if one[0].flow_id not in taken]


def _order(cell: str, those: Sequence[Reached]) -> Order:
    """Each part can only grow as sources are taken away, or is as it was: this makes lazy right."""
    amount = sum((source.amount for source, _ in those), Decimal(0))
    effort = sum(effort for _, effort in those)
    return -amount, -len({source.firm for source, _ in those}), round(effort, 6), cell
