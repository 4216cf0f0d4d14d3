"""Containers for reuse: where each is in its loop, how often it came back, which are lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import Label, UnitId, Value, Word
from maillage_tours.domain.tour import Action


class UnitStatus(StrEnum):
    """Where a container is in its loop."""

    IN_STOCK = "in_stock"
    OUT_FULL = "out_full"
    AT_CUSTOMER = "at_customer"
    OUT_EMPTY = "out_empty"
    TO_WASH = "to_wash"
    LOST = "lost"
    SCRAPPED = "scrapped"


_S = UnitStatus
_GONE = frozenset({_S.LOST, _S.SCRAPPED})

NEXT: dict[UnitStatus, frozenset[UnitStatus]] = {
    _S.IN_STOCK: _GONE | {_S.OUT_FULL},
    _S.OUT_FULL: _GONE | {_S.AT_CUSTOMER},
    _S.AT_CUSTOMER: _GONE | {_S.OUT_EMPTY},
    _S.OUT_EMPTY: _GONE | {_S.TO_WASH},
    _S.TO_WASH: _GONE | {_S.IN_STOCK},
    # What was given up for lost and turns up again is washed first.
    _S.LOST: frozenset({_S.TO_WASH, _S.SCRAPPED}),
    _S.SCRAPPED: frozenset(),
}
"""The loop, and the two ways out of it."""


class Unit(Value):
    """One crate, pallet, bin or jar with a label that can be scanned."""

    unit_id: UnitId
    kind: Word
    label: Label | None = None
    status: UnitStatus = UnitStatus.IN_STOCK
    loops: int = 0
    """How often it came back to stock, washed."""
    since: datetime
    """When it came to be where it is."""

    def become(self, status: UnitStatus, at: datetime) -> Self:
        """The container one step further; raises Refused when that step is not in NEXT."""
        if status not in NEXT[self.status]:
            raise Refused(f"unit {self.unit_id} is {self.status}: it cannot become {status}")
        came_back = self.status == UnitStatus.TO_WASH and status == UnitStatus.IN_STOCK
        loops = self.loops + came_back
        return self.model_copy(update={"status": status, "loops": loops, "since": at})


def seen(unit: Unit, status: UnitStatus, at: datetime) -> list[Unit]:
    """The steps by which a container came to where it was scanned, those that nobody told too.

    Scans are forgotten: a crate that leaves a hub again must have come back to it. An older scan
    than the last one, or one where it already is, changes nothing; nor does one of what was
    scrapped: its label was misread.
    """
    if unit.status in {status, UnitStatus.SCRAPPED} or at < unit.since:
        return []
    steps: list[Unit] = []
    while unit.status != status:
        (onward,) = NEXT[unit.status] - _GONE
        unit = unit.become(onward, at)
        steps.append(unit)
    return steps


def status_after(action: Action, *, at_hub: bool) -> UnitStatus:
    """Where a container is after it was scanned at a handover, at a hub or at a customer's."""
    if at_hub:
        return UnitStatus.OUT_FULL if action == "pickup" else UnitStatus.TO_WASH
    return UnitStatus.OUT_EMPTY if action == "pickup" else UnitStatus.AT_CUSTOMER


class Loops(Value):
    """How well containers of one kind go round. `loss_rate`: lost over all that ever were."""

    kind: Word
    units: int
    by_status: dict[UnitStatus, int]
    loops: int
    loops_per_unit: Decimal
    loss_rate: Decimal


def loops_of(kind: Word, rows: Iterable[tuple[UnitStatus, int, int]]) -> Loops:
    """The figures of one kind, from the number of containers and loops in each status."""
    told: Sequence[tuple[UnitStatus, int, int]] = tuple(rows)
    units = sum(count for _, count, _ in told)
    loops = sum(loops for _, _, loops in told)
    by_status = {status: count for status, count, _ in sorted(told)}
    return Loops(
        kind=kind,
        units=units,
        by_status=by_status,
        loops=loops,
        loops_per_unit=_per(loops, units),
        loss_rate=_per(by_status.get(UnitStatus.LOST, 0), units),
    )


def _per(some: int, every: int) -> Decimal:
    return round(Decimal(some) / every, 4) if every else Decimal(0)
