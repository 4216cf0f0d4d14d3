"""Matter instead of other matter, and the floor that the law puts under a reference."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from maillage_contracts.refusals import Invalid
from maillage_impact.adapters.factor_files import shipped_factors
from maillage_impact.domain.factors import UnknownFactor
from maillage_impact.domain.material import (
    MaterialChange,
    account_food,
    account_material,
    account_treatment,
    check_floor,
    check_route,
)

FACTORS = shipped_factors()
PALLETS = MaterialChange(
    spec="pallet",
    route_after="reuse",
    route_before="recycling",
    replaces_spec="pallet",
    replaced_per_unit=Decimal(1),
)


def test_reused_pallets_avoid_new_wood() -> None:
    findings = {f.indicator: f for f in account_material(PALLETS, Decimal(200), FACTORS)}
    expected = Decimal("0.2") * (Decimal("4.68568") + Decimal("269.50416") - Decimal("38.54288"))
    avoided = findings["ghg_avoided_material"]
    assert avoided.value == expected
    assert [f.factor_id for f in avoided.factors] == ["wood_recycling", "wood_reuse", "wood_virgin"]
    assert findings["mass_redirected"].value == 200


def test_what_replaces_nothing_may_cost_more_than_it_avoids() -> None:
    change = MaterialChange("biowaste_liquid", "methanisation", "composting", None, Decimal(1))
    findings = account_material(change, Decimal(1000), FACTORS)
    assert [(f.indicator, f.value) for f in findings] == [("ghg_avoided_material", Decimal(-33))]


def test_shredded_card_replaces_film_by_its_own_ratio() -> None:
    change = MaterialChange(
        "shredded_cardboard", "recycling", "recycling", "bubble_wrap", Decimal("0.25")
    )
    avoided = account_material(change, Decimal(1000), FACTORS)[0]
    assert avoided.value == Decimal("0.25") * Decimal("2916.50513")


def test_treatment_needs_no_baseline() -> None:
    found = account_treatment("biowaste_dry", "composting", Decimal(500), FACTORS)
    assert (found.indicator, found.value) == ("ghg_induced_treatment", Decimal(70))


@pytest.mark.parametrize(("spec", "route"), [("swarf", "recycling"), ("pallet", "methanisation")])
def test_no_factor_is_guessed(spec: str, route: str) -> None:
    with pytest.raises(UnknownFactor):
        account_treatment(spec, route, Decimal(1), FACTORS)


def test_an_unknown_route_names_its_field() -> None:
    check_route("route_before", "landfill")
    with pytest.raises(Invalid, match="landfill") as refusal:
        check_route("route_before", "the sea")
    assert refusal.value.field == "route_before"


@pytest.mark.parametrize(
    ("family", "route", "below"),
    [("biowaste", "landfill", True), ("board", "landfill", False), ("wood", "incineration", False)],
)
def test_what_the_law_forbids_is_no_reference(family: str, route: str, below: bool) -> None:  # noqa: FBT001 a table
    with pytest.raises(Invalid, match="sorted"):
        check_floor(family, route, date(2026, 1, 1), below_threshold=below)


@pytest.mark.parametrize(
    ("family", "route", "since", "below"),
    [
        ("biowaste", "landfill", date(2023, 12, 31), False),
        ("biowaste", "composting", date(2026, 1, 1), False),
        ("board", "landfill", date(2026, 1, 1), True),
        ("tyres", "incineration", date(2026, 1, 1), False),
    ],
)
def test_what_the_law_allowed_is_a_reference(
    family: str,
    route: str,
    since: date,
    below: bool,  # noqa: FBT001 a table
) -> None:
    check_floor(family, route, since, below_threshold=below)


@pytest.mark.parametrize(
    ("family", "last_lawful"),
    [
        ("biowaste", date(2023, 12, 31)),
        ("glass", date(2016, 6, 30)),
        ("plasterboard", date(2021, 7, 18)),
        ("textile", date(2024, 12, 31)),
    ],
)
def test_a_reference_ends_the_day_before_the_law_forbids_it(family: str, last_lawful: date) -> None:
    begins = last_lawful - timedelta(days=30)
    check_floor(family, "landfill", begins, below_threshold=False, valid_to=last_lawful)
    after = last_lawful + timedelta(days=1)
    with pytest.raises(Invalid, match="end this baseline the day before") as refusal:
        check_floor(family, "landfill", begins, below_threshold=False, valid_to=after)
    assert refusal.value.field == "valid_to"


def test_food_that_is_eaten_is_shown_with_no_and_full_displacement() -> None:
    found = account_food(Decimal(100), "composting", "surplus_food", FACTORS)
    assert found.value == Decimal("90.5")  # 100 x (0.5 x 1.53 + 0.14)
    assert (found.quality, found.state) == ("c", "estimated")
    assert "14.000 with 0, 167.000 with 1" in found.method


def test_what_was_landfilled_is_diverted_and_new_material_is_replaced() -> None:
    change = MaterialChange("pallet", "reuse", "landfill", "pallet", Decimal("0.8"))
    found = {f.indicator: f.value for f in account_material(change, Decimal(100), FACTORS)}
    assert (found["mass_diverted"], found["virgin_mass_replaced"]) == (100, 80)
