"""Emissions of tours, and what sharing them changed."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from maillage_impact.adapters.factor_files import shipped_factors
from maillage_impact.domain.factors import FactorSet, UnknownFactor
from maillage_impact.domain.transport import (
    Carried,
    DrivenTour,
    ReferenceRound,
    account_driving,
    account_sharing,
    weights,
)

FACTORS = shipped_factors()


def a_tour(**changes: object) -> DrivenTour:
    fields: dict[str, object] = {
        "tour_id": UUID(int=1),
        "vehicle_class": "van",
        "energy": "diesel",
        "distance_km": Decimal(20),
        "is_measured": True,
        "empty_km": Decimal(6),
        "insertion_hours": Decimal(0),
        "carried": (),
    }
    return DrivenTour(**{**fields, **changes})  # type: ignore[arg-type] fields of the table above


def a_round(km: int) -> ReferenceRound:
    return ReferenceRound(UUID(int=km), (1, 2, 3, 4, 5), "van", "diesel", Decimal(km))


def test_emissions_are_kilometres_times_the_factor() -> None:
    findings = {f.indicator: f for f in account_driving(a_tour(), FACTORS)}
    emitted = findings["ghg_induced_transport"]
    assert emitted.value == Decimal(20) * Decimal("0.5056")
    assert [factor.factor_id for factor in emitted.factors] == ["van_diesel_consumption", "diesel"]
    assert (emitted.quality, emitted.state) == ("b", "measured")
    assert findings["distance_empty"].value == 6


def test_a_planned_distance_is_only_an_estimate() -> None:
    emitted = account_driving(a_tour(is_measured=False), FACTORS)[0]
    assert (emitted.quality, emitted.state) == ("c", "estimated")


def test_a_factor_with_an_uncertainty_gives_an_interval() -> None:
    bike = a_tour(vehicle_class="cargo_bike", energy="electric", distance_km=Decimal(10))
    emitted = account_driving(bike, FACTORS)[0]
    assert (emitted.low, emitted.high) == (Decimal("0.068"), Decimal("0.175"))


def test_insertion_hours_are_written_when_there_are_any() -> None:
    assert "insertion_hours" not in {f.indicator for f in account_driving(a_tour(), FACTORS)}
    worked = account_driving(a_tour(insertion_hours=Decimal("3.5")), FACTORS)
    assert ("insertion_hours", Decimal("3.5")) in {(f.indicator, f.value) for f in worked}


def test_an_unknown_vehicle_is_not_guessed() -> None:
    with pytest.raises(UnknownFactor, match="airship_hydrogen_km"):
        account_driving(a_tour(vehicle_class="airship", energy="hydrogen"), FACTORS)


def test_a_round_is_shared_by_mass_and_direct_distance() -> None:
    one, two = UUID(int=11), UUID(int=12)
    carried = (
        Carried(UUID(int=1), one, Decimal(4), Decimal(7)),
        Carried(UUID(int=2), two, Decimal(2), Decimal("8.9")),
        Carried(UUID(int=3), one, Decimal(1), Decimal(3)),
        Carried(UUID(int=4), None, Decimal(100), Decimal(9)),
    )
    keys = weights(a_tour(carried=carried))
    assert keys == {one: Decimal("0.031"), two: Decimal("0.0178")}


def test_sharing_is_the_rounds_before_minus_the_tours_now() -> None:
    km, emitted, *_ = account_sharing([a_round(30), a_round(40)], [a_tour()], FACTORS)
    assert km.value == 50
    assert emitted.value == Decimal(50) * Decimal("0.5056")


def test_a_longer_shared_day_is_negative() -> None:
    km, emitted, *_ = account_sharing([a_round(15)], [a_tour()], FACTORS)
    assert km.value == -5
    assert emitted.value < 0


@pytest.mark.parametrize(
    ("vehicle", "code"),
    [
        ("cargo_bike", "bike"),
        ("truck_19t", "truck"),
        ("articulated_40t", "truck"),
        ("ufo", "other"),
    ],
)
def test_kilometres_of_all_classes_make_the_total(vehicle: str, code: str) -> None:
    any_class = FactorSet(
        [replace(FACTORS.get("van_diesel_consumption"), factor_id=f"{vehicle}_diesel_km")],
        FACTORS.families,
    )
    rounds = [replace(a_round(km), vehicle_class=vehicle) for km in (30, 40)]
    total, _, *by_class = account_sharing(rounds, (), any_class)
    assert sum(one.value for one in by_class) == total.value == 70
    assert [one.value for one in by_class if one.indicator.endswith(code)] == [70]
