"""Whose turn it is: hours driven beside hours offered, and how even that is."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.rotation import rotation_of
from maillage_tours.domain.samples import ON, a_day, a_trailer, a_vehicle, an_id, an_order, hours
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]


def of(name: str, **changes: object) -> Vehicle:
    """A van of this member, offered for eight hours."""
    shift = hours("06:00", "14:00")
    return a_vehicle(f"Van of {name}", **{"owner_id": an_id(name), "shift": shift, **changes})


@pytest.fixture
async def tour(plan: Planner) -> Tour:
    draft = await plan(a_day([an_order()]))
    return draft.tours[0]


def by(tour: Tour, vehicle: Vehicle, driven_h: int, status: str = "completed") -> Tour:
    ends_at = tour.starts_at + timedelta(hours=driven_h)
    changes = {"vehicle": vehicle, "ends_at": ends_at, "status": TourStatus(status)}
    return tour.model_copy(update=changes)


def test_who_drove_least_of_its_due_is_next(tour: Tour) -> None:
    ana, bo, cy = of("Ana"), of("Bo"), of("Cy", shift=hours("06:00", "10:00"))
    driven = [by(tour, ana, 6), by(tour, bo, 2), by(tour, cy, 2)]
    found = rotation_of(ON, ON, [ana, bo, cy, a_trailer(owner_id=an_id("Di"))], driven)
    told = {turn.actor_id: (turn.hours, turn.due_hours, turn.gap_hours) for turn in found.turns}
    assert told == {
        an_id("Ana"): (6, 4, 2),
        an_id("Bo"): (2, 4, -2),
        an_id("Cy"): (2, 2, 0),
    }
    assert found.turns[0].actor_id == an_id("Bo")
    assert found.evenness == Decimal("0.8571")  # (1.5 + 0.5 + 1)^2 / (3 x 3.5)


def test_who_was_never_asked_counts_and_what_was_not_given_does_not(tour: Tour) -> None:
    ana, bo = of("Ana"), of("Bo")
    driven = [by(tour, ana, 3), by(tour, bo, 3, "proposed"), by(tour, bo, 3, "cancelled")]
    found = rotation_of(ON, ON, [ana, bo], driven)
    assert [turn.tours for turn in found.turns] == [0, 1]
    assert found.evenness == Decimal("0.5")


def test_equal_turns_are_even_and_no_turns_say_nothing(tour: Tour) -> None:
    ana, bo = of("Ana"), of("Bo")
    even = rotation_of(ON, ON, [ana, bo], [by(tour, ana, 3), by(tour, bo, 3)])
    assert even.evenness == 1
    assert rotation_of(ON, ON, [ana, bo], []).evenness is None
    gone = rotation_of(ON, ON, [ana, of("Bo", in_service=False)], [by(tour, bo, 3)])
    assert [turn.actor_id for turn in gone.turns] == [an_id("Ana")]
