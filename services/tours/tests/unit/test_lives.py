"""The lives of orders and tours: every step that is not in the table is refused."""

from decimal import Decimal
from itertools import product

import pytest

from maillage_contracts.refusals import Invalid, Refused
from maillage_tours.domain import order, tour
from maillage_tours.domain.order import OrderStatus
from maillage_tours.domain.samples import ON, a_vehicle, an_id, an_order, made, place, spot, window
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.domain.travel import Travel

FORBIDDEN_ORDER = [(a, b) for a, b in product(OrderStatus, OrderStatus) if b not in order.NEXT[a]]
ALLOWED_ORDER = [(a, b) for a, b in product(OrderStatus, OrderStatus) if b in order.NEXT[a]]
FORBIDDEN_TOUR = [(a, b) for a, b in product(TourStatus, TourStatus) if b not in tour.NEXT[a]]
ALLOWED_TOUR = [(a, b) for a, b in product(TourStatus, TourStatus) if b in tour.NEXT[a]]


def a_tour(status: TourStatus) -> Tour:
    hub = place("Hub")
    return made(
        Tour,
        {},
        tour_id=an_id("tour"),
        plan_id=an_id("plan"),
        on=ON,
        vehicle=a_vehicle(),
        start=hub,
        end=hub,
        starts_at=window("08:00", "09:00").start,
        ends_at=window("08:00", "09:00").end,
        stops=(),
        travel=Travel(points=(spot(0),), metres=((0,),), seconds=((0,),)),
        matrix="estimated",
        solver="by hand",
        status=status,
    )


def test_the_tables_name_every_status() -> None:
    assert order.NEXT.keys() == set(OrderStatus)
    assert tour.NEXT.keys() == set(TourStatus)
    assert len(ALLOWED_ORDER) == 23
    assert len(ALLOWED_TOUR) == 6


@pytest.mark.parametrize(("before", "after"), FORBIDDEN_ORDER)
def test_an_order_takes_no_other_step(before: OrderStatus, after: OrderStatus) -> None:
    with pytest.raises(Refused, match=f"is {before}: it cannot become {after}"):
        an_order(status=before).become(after)


@pytest.mark.parametrize(("before", "after"), ALLOWED_ORDER)
def test_an_order_takes_these_steps(before: OrderStatus, after: OrderStatus) -> None:
    changed = an_order(status=before, version=4).become(after, reason="why")
    assert (changed.status, changed.reason, changed.version) == (after, "why", 5)


@pytest.mark.parametrize(("before", "after"), FORBIDDEN_TOUR)
def test_a_tour_takes_no_other_step(before: TourStatus, after: TourStatus) -> None:
    with pytest.raises(Refused, match=f"is {before}: it cannot become {after}"):
        a_tour(before).become(after)


@pytest.mark.parametrize(("before", "after"), ALLOWED_TOUR)
def test_a_tour_takes_these_steps(before: TourStatus, after: TourStatus) -> None:
    changed = a_tour(before).become(after, reason="why")
    assert (changed.status, changed.reason, changed.version) == (after, "why", 2)


def test_what_is_taken_in_part_is_partially_fulfilled() -> None:
    planned = an_order(status="planned")
    on_board = planned.taken(accepted_kg=Decimal(18), refused_kg=Decimal(2), reason="damaged")
    assert on_board.status == OrderStatus.IN_PROGRESS
    given = on_board.given(accepted_kg=Decimal(18), refused_kg=Decimal(0), reason=None)
    assert (given.status, given.refused_kg, given.reason) == (
        OrderStatus.PARTIALLY_FULFILLED,
        Decimal(2),
        "damaged",
    )


def test_what_is_taken_and_given_whole_is_fulfilled() -> None:
    on_board = an_order(status="planned").taken(
        accepted_kg=Decimal(20), refused_kg=Decimal(0), reason=None
    )
    given = on_board.given(accepted_kg=Decimal(20), refused_kg=Decimal(0), reason=None)
    assert given.status == OrderStatus.FULFILLED


def test_an_order_of_which_nothing_is_taken_has_failed() -> None:
    failed = an_order(status="planned").taken(
        accepted_kg=Decimal(0), refused_kg=Decimal(20), reason="absent"
    )
    assert (failed.status, failed.refused_kg) == (OrderStatus.FAILED, Decimal(20))


def test_an_order_refused_whole_at_its_end_has_failed() -> None:
    on_board = an_order(status="planned").taken(
        accepted_kg=Decimal(20), refused_kg=Decimal(0), reason=None
    )
    failed = on_board.given(accepted_kg=Decimal(0), refused_kg=Decimal(20), reason="cold_broken")
    assert failed.status == OrderStatus.FAILED


def test_more_cannot_be_given_than_was_taken() -> None:
    on_board = an_order(status="planned").taken(
        accepted_kg=Decimal(20), refused_kg=Decimal(0), reason=None
    )
    with pytest.raises(Invalid, match="20 kg were taken on board"):
        on_board.given(accepted_kg=Decimal(200), refused_kg=Decimal(0), reason=None)


def test_goods_given_at_the_hub_wait_there() -> None:
    hub = place("Hub")
    on_board = an_order(status="planned").taken(
        accepted_kg=Decimal(20), refused_kg=Decimal(0), reason=None
    )
    waiting = on_board.given(
        accepted_kg=Decimal(15), refused_kg=Decimal(5), reason="damaged", hub=hub
    )
    assert (waiting.status, waiting.held_at, waiting.taken_kg) == (
        OrderStatus.AT_HUB,
        hub,
        Decimal(15),
    )
    again = waiting.taken(accepted_kg=Decimal(15), refused_kg=Decimal(0), reason=None)
    assert (again.status, again.held_at) == (OrderStatus.IN_PROGRESS, None)
    done = again.given(accepted_kg=Decimal(15), refused_kg=Decimal(0), reason=None)
    assert done.status == OrderStatus.PARTIALLY_FULFILLED
