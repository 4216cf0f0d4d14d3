"""Lives of waste and of containers: every step that the tables do not name is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import UnitId
from maillage_tours.domain import consignment, returnable
from maillage_tours.domain.consignment import Consignment, ConsignmentStatus, consignment_of
from maillage_tours.domain.returnable import Unit, UnitStatus, loops_of, seen
from maillage_tours.domain.samples import an_id, an_order

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
WASTE = [(a, b) for a, b in product(ConsignmentStatus, repeat=2)]
UNIT = [(a, b) for a, b in product(UnitStatus, repeat=2)]
RING = ("in_stock", "out_full", "at_customer", "out_empty", "to_wash")


def waste(status: ConsignmentStatus) -> Consignment:
    return consignment_of(an_order(is_waste=True)).changed(status=status)


def a_crate(status: UnitStatus = UnitStatus.IN_STOCK) -> Unit:
    return Unit(unit_id=UnitId(an_id("crate")), kind="crate", status=status, since=AT)


@pytest.mark.parametrize(
    ("before", "after"), [(a, b) for a, b in WASTE if b not in consignment.NEXT[a]]
)
def test_a_consignment_takes_no_other_step(
    before: ConsignmentStatus, after: ConsignmentStatus
) -> None:
    with pytest.raises(Refused, match=f"is {before}: it cannot become {after}"):
        waste(before).become(after)


@pytest.mark.parametrize(
    ("before", "after"), [(a, b) for a, b in WASTE if b in consignment.NEXT[a]]
)
def test_a_consignment_takes_these_steps(
    before: ConsignmentStatus, after: ConsignmentStatus
) -> None:
    changed = waste(before).become(after, reason="why")
    assert (changed.status, changed.reason, changed.version) == (after, "why", 3)


@pytest.mark.parametrize(
    ("before", "after"), [(a, b) for a, b in UNIT if b not in returnable.NEXT[a]]
)
def test_a_container_takes_no_other_step(before: UnitStatus, after: UnitStatus) -> None:
    with pytest.raises(Refused, match=f"is {before}: it cannot become {after}"):
        a_crate(before).become(after, AT)


@pytest.mark.parametrize(("before", "after"), [(a, b) for a, b in UNIT if b in returnable.NEXT[a]])
def test_a_container_takes_these_steps(before: UnitStatus, after: UnitStatus) -> None:
    later = AT + timedelta(hours=1)
    changed = a_crate(before).become(after, later)
    assert (changed.status, changed.since) == (after, later)
    assert changed.loops == ((before, after) == ("to_wash", "in_stock"))


def test_an_older_scan_and_one_of_what_was_scrapped_change_nothing() -> None:
    assert seen(a_crate(), UnitStatus.OUT_FULL, AT - timedelta(hours=1)) == []
    assert seen(a_crate(UnitStatus.SCRAPPED), UnitStatus.OUT_FULL, AT) == []


@given(st.lists(st.sampled_from(RING), max_size=30))
def test_loops_are_the_times_round_whatever_was_scanned(scans: list[str]) -> None:
    """Scans only ever go forward: each takes less than a turn, and the turns add up."""
    unit, walked = a_crate(), 0
    for number, scan in enumerate(scans):
        steps = seen(unit, UnitStatus(scan), AT + timedelta(minutes=number))
        walked += len(steps)
        assert len(steps) < len(RING)
        unit = steps[-1] if steps else unit
        assert unit.status == scan
    assert unit.loops == walked // len(RING)


def test_figures_of_a_kind_that_has_no_container_are_nothing() -> None:
    nothing = loops_of("crate", [])
    assert (nothing.units, nothing.loops_per_unit, nothing.loss_rate) == (0, 0, 0)
    some = loops_of("crate", [(UnitStatus.LOST, 1, 4), (UnitStatus.IN_STOCK, 3, 20)])
    assert (some.loops_per_unit, some.loss_rate) == (Decimal(6), Decimal("0.25"))
