"""Whose turn it is: hours driven beside hours offered, and how even that is."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def by(tour: Tour, vehicle: Vehicle, driven_h: float, status: str = "completed") -> Tour:
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


def test_what_is_due_adds_up_to_what_was_driven_exactly(tour: Tour) -> None:
    vans = {name: of(name) for name in ("Ana", "Bo", "Cy")}
    vans["Cy"] = of("Cy", shift=hours("06:00", "09:20"))
    driven_s = st.integers(0, 40_000)

    @settings(max_examples=40)
    @given(st.fixed_dictionaries(dict.fromkeys(vans, driven_s)))
    def hold(seconds: dict[str, int]) -> None:
        driven = [by(tour, vans[name], seconds[name] / 3600) for name in vans]
        found = rotation_of(ON, ON, vans.values(), driven)
        assert sum(turn.gap_hours for turn in found.turns) == 0
        for turn in found.turns:
            assert turn.hours - turn.due_hours == turn.gap_hours
        told = {turn.actor_id: turn.hours for turn in found.turns}
        for name, driven_of in seconds.items():
            assert abs(told[vans[name].owner_id] - Decimal(driven_of) / 3600) <= Decimal("0.00005")
        gaps = [turn.gap_hours for turn in found.turns]
        assert gaps == sorted(gaps)
        if found.evenness is not None:
            assert Decimal(1) / 3 <= found.evenness + Decimal("0.0001") <= Decimal("1.0001")

    hold()


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
