"""When a shared collection pays: from the invoices of the firms and the price of a round."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.break_even import (
    BreakEven,
    Inputs,
    break_even,
    threshold_kg,
    year_eur,
)
from maillage_matching.domain.pair import Ground, Side
from maillage_matching.domain.policy import Policy
from maillage_matching.domain.sentence import number_en, number_fr, rounded

MakeSide = Callable[..., Side]
HERE = {"lat": 46.07, "lon": 6.4}
CENTRE = GeoPoint(lat=46.07, lon=6.4)
CARDBOARD: dict[str, Any] = {
    "kind": "waste",
    "intent": "pool",
    "spec": "cardboard",
    "waste_code": "15 01 01",
    "functions": (),
    "position": HERE,
}
Firms = Callable[..., list[Side]]


@pytest.fixture
def firms(an_offer: MakeSide) -> Firms:
    """One firm for each amount, in tonnes a month; all pay one price by tonne, or tell none."""

    def make(*tonnes: float, price: int | None = 200, **changes: Any) -> list[Side]:  # noqa: ANN401 fields
        return [
            an_offer(
                who={"name": f"Firm {number}"},
                quantity={"value": str(amount), "unit": "t", "per": "P1M"},
                cost_today=None if price is None else {"amount": f"{amount * 12 * price:.2f}"},
                **{**CARDBOARD, **changes},
            )
            for number, amount in enumerate(tonnes)
        ]

    return make


def found(members: list[Side], ground: Ground) -> BreakEven:
    result = break_even(members, CENTRE, None, ground)
    assert result is not None
    return result


def inputs(**changes: Any) -> Inputs:  # noqa: ANN401 its fields
    usual: dict[str, Any] = {
        "firms": 4,
        "silent_flows": 0,
        "paid_eur_per_tonne": Decimal(200),
        "haulage_share": Decimal("0.5"),
        "rounds_a_year": 12,
        "among_km": 10.0,
        "outlet_km": 15.0,
        "outlet_assumed": True,
        "haul_eur_per_km": Decimal("1.50"),
        "stop_eur": Decimal(6),
        "payload_kg": Decimal(1000),
    }
    return Inputs(**{**usual, **changes})


def test_the_threshold_is_the_price_of_the_rounds_over_what_each_kilogram_spares() -> None:
    """12 rounds of 40 km at 1.50 and 4 stops at 6: 1,008 euros; 200 euros/t, half of it haulage."""
    assert (inputs().fetching_eur, inputs().bringing_eur) == (468, 45)
    assert threshold_kg(inputs()) == Decimal(10_080)
    assert threshold_kg(inputs(paid_eur_per_tonne=None)) is None


def test_a_full_vehicle_goes_more_than_once() -> None:
    """At 80 euros/t spared, 1,008 euros would need 12.6 t: over 12 loads, each a journey more."""
    assert threshold_kg(inputs(paid_eur_per_tonne=Decimal(160))) == Decimal(13_372)  # 468 / .035
    assert threshold_kg(inputs(paid_eur_per_tonne=Decimal(90))) is None  # a journey costs 45 a load


def test_two_more_firms_at_one_tonne_a_month_are_missing(firms: Firms, ground: Ground) -> None:
    policy = Policy(haul_eur_per_km=Decimal(10), pool_payload_kg=Decimal(5000))  # a truck
    near = found(firms(1, 1, 1), replace(ground, policy=policy))
    assert near.pays is False
    assert (near.missing_firms, near.firm_kg_a_month) == (2, Decimal(1000))
    assert near.words[-1].en == "two more firms at 1 t/month are missing"
    assert near.words[-1].fr == "il manque encore deux entreprises à 1 t/mois"
    assert near.holds_without_largest is None
    enough = found(firms(1, 1, 1, 1, 1), replace(ground, policy=policy))
    assert enough.pays is True
    short = found(firms(1, 1, 1, 1), replace(ground, policy=policy))
    assert short.pays is False
    assert short.words[-1].en == "one more firm at 1 t/month is missing"
    assert short.words[-1].fr == "il manque encore une entreprise à 1 t/mois"


def test_it_may_rest_on_one_firm(firms: Firms, ground: Ground) -> None:
    alone = found(firms(5, 0.1, 0.1), ground)
    assert (alone.pays, alone.holds_without_largest) == (True, False)
    assert alone.largest_share == pytest.approx(0.962)
    assert "depends on Firm 0: 96 %" in alone.words[-1].en
    assert "dépend de Firm 0" in alone.words[-1].fr
    spread = found(firms(2, 2, 2), ground)
    assert (spread.pays, spread.holds_without_largest) == (True, True)
    assert spread.words[-1].en == "still pays without the largest, which brings 33 %"


def test_the_inputs_are_told_with_it(firms: Firms, ground: Ground) -> None:
    told = found(firms(1, 1), ground)
    assert told.inputs.outlet_assumed
    assert told.inputs.paid_eur_per_tonne == 200
    first = told.words[0]
    assert first.en.startswith("fetched 12 times a year: 0.5 km from firm to firm, outlet at 21 km")
    assert "21 km, a guess, 1 t aboard at most, 1.5 euros/km, 2 stops at 6 euros" in first.en
    assert "against 200 euros a tonne paid today, 50 % of it haulage" in first.en
    assert "1,5 euro/km" in first.fr


def test_a_known_outlet_is_counted_with(firms: Firms, ground: Ground) -> None:
    members = firms(1, 1)
    away = firms(1, position={"lat": 46.07, "lon": 6.7})[0]
    near = break_even(members, CENTRE, members[0], ground)
    far = break_even(members, CENTRE, away, ground)
    assert near is not None
    assert far is not None
    assert near.inputs.outlet_km == 0
    assert not far.inputs.outlet_assumed
    assert near.inputs.bringing_eur < far.inputs.bringing_eur


def test_what_rots_is_fetched_every_week(firms: Firms, ground: Ground) -> None:
    liquid = {"spec": "biowaste_liquid", "waste_code": "20 01 08", "physical": "liquid"}
    assert found(firms(1, 1, **liquid), ground).inputs.rounds_a_year == 52
    assert found(firms(1, 1), ground).inputs.rounds_a_year == 12


def test_nobody_s_price_is_guessed(firms: Firms, ground: Ground) -> None:
    told = found(firms(1, 1, price=None), ground)
    assert (told.pays, told.break_even_kg_a_year, told.missing_firms) == (None, None, None)
    assert told.words[0].en.startswith("break-even not known")


def test_a_price_below_that_of_a_full_round_pays_at_no_volume(firms: Firms, ground: Ground) -> None:
    cheap = found(firms(9, 9, price=20), ground)
    assert (cheap.never, cheap.pays) == (True, False)
    assert cheap.words[-1].fr.startswith("rentable à aucun volume")


def test_firms_too_small_for_a_stop_do_not_help(firms: Firms, ground: Ground) -> None:
    tiny = found(firms(0.05, 0.05, 0.05, price=200), ground)
    assert tiny.pays is False
    assert tiny.missing_firms is None
    assert "more firms at 0.05 t/month would not do" in tiny.words[-1].en


def test_what_is_bought_or_has_no_mass_has_no_such_threshold(
    firms: Firms, an_offer: MakeSide, ground: Ground
) -> None:
    assert break_even(firms(1, direction="in"), CENTRE, None, ground) is None
    silent = [an_offer(**{**CARDBOARD, "quantity": None})]
    assert break_even(silent, CENTRE, None, ground) is None


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 40),
    st.floats(0, 100),
    st.integers(20, 500),
    st.integers(1, 52),
    st.integers(0, 200_000),
)
def test_it_pays_from_the_threshold_on_and_not_before(
    firms: int, among_km: float, price: int, rounds: int, kg: int
) -> None:
    these = inputs(
        firms=firms,
        among_km=round(among_km, 1),
        paid_eur_per_tonne=Decimal(price),
        rounds_a_year=rounds,
    )
    threshold, spared = threshold_kg(these), these.spared_eur_per_kg
    assert spared is not None
    does_pay = spared * kg >= year_eur(these, Decimal(kg))
    assert does_pay == (threshold is not None and kg >= threshold)


def test_numbers_are_written_as_each_language_does() -> None:
    assert number_en(Decimal("1200.50")) == "1,200.5"
    assert number_fr(Decimal("1200.50")) == "1\u202f200,5"
    assert number_en(Decimal("1E+3")) == "1,000"
    assert [rounded(Decimal(one)) for one in ("1234", "0.0456", "0", "99.6", "10")] == [
        Decimal(one) for one in ("1200", "0.046", "0", "100", "10")
    ]
