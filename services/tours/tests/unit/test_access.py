"""Who may be where, by date, class, energy and hour: for the solver's path and for the check."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_tours.domain import checker
from maillage_tours.domain.access import AccessRule, gate
from maillage_tours.domain.local_time import moment_on, whole_day
from maillage_tours.domain.samples import (
    ON,
    TERMS,
    a_bike,
    a_rule,
    a_vehicle,
    a_zone,
    hours,
    place,
    spot,
    window,
)
from maillage_tours.domain.tour import Stop

CENTRE = spot(4)
PARIS = TERMS.zone


def opening(*rules: AccessRule, day: date = ON, energy: str = "electric") -> list[str]:
    """When a van may be in the centre."""
    found = gate(CENTRE, a_vehicle(energy=energy), [a_zone(*rules)], day, PARIS)
    return [f"{w.start:%H:%M}-{w.end:%H:%M}" for w in found.windows]


def test_a_zone_does_not_concern_the_places_outside_it() -> None:
    found = gate(spot(1), a_vehicle(), [a_zone()], ON, PARIS)
    assert (found.windows, found.zone) == ((whole_day(ON, PARIS),), None)


def test_whoever_no_rule_names_may_enter() -> None:
    found = gate(CENTRE, a_bike(), [a_zone()], ON, PARIS)
    assert (found.windows, found.zone) == ((whole_day(ON, PARIS),), None)


def test_a_prohibition_closes_the_zone() -> None:
    found = gate(CENTRE, a_vehicle(), [a_zone()], ON, PARIS)
    assert (found.windows, found.zone) == ((), "Centre")


def test_a_prohibition_with_hours_leaves_the_other_hours() -> None:
    assert opening(a_rule(hours=hours("09:00", "20:00"))) == ["00:00-09:00", "20:00-00:00"]


def test_a_permission_with_hours_forbids_the_others_and_wins_over_prohibitions() -> None:
    allowed = a_rule(allowed=True, hours=hours("06:00", "10:00"))
    assert opening(allowed) == ["06:00-10:00"]
    assert opening(a_rule(), allowed) == ["06:00-10:00"]


def test_rules_are_dated() -> None:
    assert opening(a_rule(valid_from=ON + timedelta(days=1))) == ["00:00-00:00"]
    assert opening(a_rule(valid_to=ON - timedelta(days=1))) == ["00:00-00:00"]
    assert opening(a_rule(valid_to=ON)) == []


def test_rules_may_be_about_an_energy() -> None:
    assert opening(a_rule(energies=("diesel",))) == ["00:00-00:00"]
    assert opening(a_rule(energies=("diesel",)), energy="diesel") == []


def test_two_zones_leave_what_both_leave() -> None:
    morning = a_zone(a_rule(hours=hours("12:00", "23:00")))
    late = a_zone(a_rule(hours=hours("00:00", "07:00")), name="Market")
    found = gate(CENTRE, a_vehicle(), [morning, late], ON, PARIS)
    assert [f"{w.start:%H:%M}-{w.end:%H:%M}" for w in found.windows] == [
        "07:00-12:00",
        "23:00-00:00",
    ]


def test_two_zones_that_are_never_open_together_leave_nothing_of_a_stretch() -> None:
    morning = a_zone(a_rule(allowed=True, hours=hours("06:00", "10:00")))
    evening = a_zone(a_rule(allowed=True, hours=hours("18:00", "20:00")), name="Market")
    assert gate(CENTRE, a_vehicle(), [morning, evening], ON, PARIS).windows == ()


def a_stop(arrives_at: datetime, departs_at: datetime) -> Stop:
    return Stop(
        number=1,
        place=place("Shop", 4),
        arrives_at=arrives_at,
        departs_at=departs_at,
        onboard_kg=Decimal(0),
        tasks=(),
    )


def moment(minutes: int) -> datetime:
    return moment_on(ON, time(), PARIS) + timedelta(minutes=minutes)


def a_random_rule(*, allowed: bool, first: int, second: int, has_hours: bool) -> AccessRule:
    span = {"start": time(min(first, second)), "end": time(max(first, second) + 1)}
    return a_rule(allowed=allowed, hours=span if has_hours else None)


an_hour = st.integers(0, 22)
rules = st.builds(
    a_random_rule,
    allowed=st.booleans(),
    first=an_hour,
    second=an_hour,
    has_hours=st.booleans(),
)


@given(st.lists(rules, max_size=4), st.integers(0, 1300), st.integers(1, 130))
def test_the_check_and_the_planner_read_every_rule_alike(
    some: list[AccessRule], arrives: int, stays: int
) -> None:
    zone = a_zone().model_copy(update={"rules": tuple(some)})
    stop = a_stop(moment(arrives), moment(arrives + stays))
    found = gate(CENTRE, a_vehicle(), [zone], ON, PARIS)
    inside = any(w.start <= stop.arrives_at and stop.departs_at <= w.end for w in found.windows)
    is_barred = checker.is_barred(zone, a_vehicle(), stop, PARIS)
    assert is_barred is not inside


@pytest.mark.parametrize(
    ("energy", "day"), list(product(["diesel", "electric"], [ON, date(2025, 1, 1)]))
)
def test_the_check_reads_dates_and_energies_too(energy: str, day: date) -> None:
    zone = a_zone(a_rule(energies=("diesel",), valid_from=ON))
    window_ = window("08:00", "09:00", on=day)
    stop = a_stop(window_.start, window_.end)
    barred = checker.is_barred(zone, a_vehicle(energy=energy), stop, PARIS)
    assert barred is (energy == "diesel" and day == ON)
