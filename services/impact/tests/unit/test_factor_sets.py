"""The factors that ship: enough of them, each with its source; stages are not mixed."""

from decimal import Decimal

import pytest

from maillage_impact.adapters.factor_files import CURRENT, SHIPPED, shipped_factors, shipped_sets
from maillage_impact.domain.factors import (
    Factor,
    FactorSet,
    MixedBoundaries,
    UnknownFactor,
    check_boundaries,
)
from maillage_impact.domain.material import MaterialChange, account_material
from maillage_impact.domain.worked.quantity import unit_of

FACTORS = shipped_factors()


def test_at_least_eighty_factors_ship() -> None:
    assert len(FACTORS.factors) >= 80


@pytest.mark.parametrize("factor", FACTORS.factors.values(), ids=lambda f: f.factor_id)
def test_each_factor_names_its_source_and_how_sure_it_is(factor: Factor) -> None:
    assert factor.source
    assert factor.source_id
    assert 2000 < factor.year < 2030
    assert factor.value > 0
    assert factor.uncertainty_pct is not None
    assert factor.uncertainty_pct > 0
    assert factor.uncertainty_basis in {"stated", "assumed"}
    assert (factor.boundary, factor.version) != ("", "")
    assert unit_of(factor.unit.replace("m2.day", "m2.days")).size > 0


def test_an_illustrative_figure_says_so() -> None:
    assert FACTORS.get("van_electric_consumption").source.startswith("Illustrative")


def test_a_set_that_was_reported_with_stays() -> None:
    assert list(shipped_sets()) == list(SHIPPED)
    assert shipped_factors("2026.1").get("van_diesel_km").value == Decimal("0.5056")
    assert {f.version for f in FACTORS.factors.values()} == {CURRENT}


def test_bigger_vehicles_burn_more() -> None:
    rigid = ("van", "truck_7t5", "truck", "truck_19t", "articulated_40t")
    burnt = [FACTORS.get(f"{vehicle}_diesel_consumption").value for vehicle in rigid]
    assert burnt == sorted(burnt)


@pytest.mark.parametrize(
    ("vehicle", "energy", "ids"),
    [
        ("van", "diesel", ["van_diesel_consumption", "diesel"]),
        ("van", "electric", ["van_electric_consumption", "electricity_fr"]),
        ("cargo_bike", "human", ["cargo_bike_human_km"]),
    ],
)
def test_driving_is_consumption_by_energy_where_both_are_known(
    vehicle: str, energy: str, ids: list[str]
) -> None:
    assert [factor.factor_id for factor in FACTORS.driving(vehicle, energy)] == ids


def test_what_is_not_there_is_not_guessed() -> None:
    with pytest.raises(UnknownFactor):
        FACTORS.driving("airship", "helium")


def a_factor(factor_id: str, boundary: str) -> Factor:
    return Factor(
        factor_id, "t", Decimal(1), "kgCO2e/t", Decimal(10), boundary, "s", "i", 2024, "FR", "l"
    )  # fmt: skip


def test_a_recycling_with_reprocessing_is_not_held_against_a_cut_off() -> None:
    mixed = FactorSet(
        [
            a_factor("board_landfill", "cut-off"),
            a_factor("board_recycling", "with-reprocessing"),
        ],
        {"cardboard": "board"},
    )
    change = MaterialChange("cardboard", "recycling", "landfill", None, Decimal(1))
    with pytest.raises(MixedBoundaries, match="with-reprocessing"):
        account_material(change, Decimal(100), mixed)


def test_a_production_replaced_is_counted_to_the_gate() -> None:
    cut_off = a_factor("a", "cut-off")
    check_boundaries(cut_off, cut_off, a_factor("b", "cradle-to-gate"))
    with pytest.raises(MixedBoundaries, match="replaced"):
        check_boundaries(cut_off, cut_off, a_factor("b", "avoided"))


def test_driving_leaves_no_provision_of_energy_out() -> None:
    exhaust = FactorSet([a_factor("van_diesel_km", "tank-to-wheel")], {})
    with pytest.raises(MixedBoundaries, match="well to wheel"):
        exhaust.driving("van", "diesel")
