"""Three producers share a van, a hub and a cargo bike: the whole example, to the gram."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from maillage_impact.adapters.factor_files import shipped_factors
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.chain.allocation import Shipment, activity_shares
from maillage_impact.domain.entry import (
    Entry,
    Finding,
    Occasion,
    Subject,
    compute,
    rounded,
    shares,
    write,
)
from maillage_impact.domain.factors import FactorSet
from maillage_impact.domain.hub_energy import HubEnergy, line_against, line_of_energy
from maillage_impact.domain.mass_balance import HubBalance
from maillage_impact.domain.sums import sums_of, viewed
from maillage_impact.domain.transport import (
    DrivenTour,
    ReferenceRound,
    account_driving,
    account_sharing,
)
from maillage_impact.domain.uncertainty import Spread, Term, gather, spread

FACTORS = shipped_factors()
PRODUCERS = {
    UUID(int=1): Shipment(Decimal("0.120"), Decimal("9.0")),
    UUID(int=2): Shipment(Decimal("0.150"), Decimal("7.0")),
    UUID(int=3): Shipment(Decimal("0.090"), Decimal("8.9")),
}
ALONE = [ReferenceRound(id_, (1,), "van", "diesel", Decimal(44)) for id_ in PRODUCERS]
DAY = date(2026, 11, 23)
HUB = HubBalance(UUID(int=4), DAY, DAY, *[Decimal(0)] * 5, evidence="scales")
BASELINE = Baseline(
    UUID(int=5), "rounds", None, "observed", "alone", "bills", DAY, DAY, status="approved"
)
WEIGHTS = {id_: shipment.activity_tkm for id_, shipment in PRODUCERS.items()}


def a_tour(number: int, vehicle: str, energy: str, km: int) -> DrivenTour:
    return DrivenTour(
        UUID(int=number), vehicle, energy, Decimal(km), is_measured=True, empty_km=Decimal(0),
        insertion_hours=Decimal(0), carried=(),
    )  # fmt: skip


TOGETHER = [a_tour(8, "van", "diesel", 60), a_tour(9, "cargo_bike", "electric", 25)]


def lit_hub(factors: FactorSet = FACTORS) -> Entry:
    line = line_of_energy(HUB, HubEnergy(floor_m2=Decimal(50)), factors, UUID(int=6))
    assert line is not None
    return line


def avoided(
    factors: FactorSet = FACTORS, alone: Sequence[ReferenceRound] = tuple(ALONE)
) -> Finding:
    """What the day and the hub avoid, as one sum."""
    shared = account_sharing(alone, TOGETHER, factors)[1]
    against = line_against(lit_hub(factors), BASELINE)
    used = {*shared.factors, *(factors.get(id_) for id_, _ in against.factors)}
    return compute(shared.indicator, gather([*shared.terms, *against.terms]), used, "")


def without(factors: FactorSet = FACTORS) -> Decimal:
    return account_sharing(ALONE, (), factors)[1].value


def drawn(finding: Finding) -> Spread:
    return spread(finding.terms, {factor.factor_id: factor for factor in finding.factors})


def test_without_with_and_avoided() -> None:
    assert rounded(without()) == Decimal("66.739")
    assert rounded(without() - avoided().value) == Decimal("30.922")
    assert rounded(avoided().value) == Decimal("35.817")
    driven = sum(rounded(account_driving(tour, FACTORS)[0].value) for tour in TOGETHER)
    assert (driven, lit_hub().value) == (Decimal("30.610"), Decimal("0.312"))


def test_the_lines_of_the_day_and_of_the_hub_make_the_whole_to_the_gram() -> None:
    occasion = Occasion(Subject("plan", UUID(int=7)), DAY, DAY, (UUID(int=8),))
    day = write(account_sharing(ALONE, TOGETHER, FACTORS)[1], occasion)
    summed = sums_of([day, line_against(lit_hub(), BASELINE)])["ghg_avoided_logistics"]
    value, drawn_together = viewed(summed, {FACTORS.version: FACTORS}, None)
    assert value == Decimal("35.817")
    assert drawn_together is not None
    assert float(drawn_together.low) == pytest.approx(29.1, abs=0.3)
    assert float(drawn_together.high) == pytest.approx(44.1, abs=0.3)


def test_van_kilometres_avoided() -> None:
    found = {
        finding.indicator: finding.value for finding in account_sharing(ALONE, TOGETHER, FACTORS)
    }
    assert (found["distance_avoided_van"], found["distance_avoided_bike"]) == (72, -25)


def test_keys_are_mass_by_hub_stop_distance() -> None:
    keys = activity_shares({str(id_): shipment for id_, shipment in PRODUCERS.items()})
    assert [round(key, 4) for key in keys.values()] == [
        Decimal("0.3685"),
        Decimal("0.3582"),
        Decimal("0.2733"),
    ]


def test_each_bears_its_share_and_no_gram_is_lost() -> None:
    together = rounded(without() - avoided().value)
    borne = shares(together, WEIGHTS)
    assert [round(kg, 2) for kg in borne.values()] == [
        Decimal("11.39"),
        Decimal("11.08"),
        Decimal("8.45"),
    ]
    assert sum(borne.values()) == together
    alone = shares(rounded(without()), dict.fromkeys(PRODUCERS, Decimal(1)))
    saved = {id_: alone[id_] - borne[id_] for id_ in PRODUCERS}
    assert [round(kg, 2) for kg in saved.values()] == [
        Decimal("10.85"),
        Decimal("11.17"),
        Decimal("13.80"),
    ]
    assert sum(saved.values()) == rounded(avoided().value)


def test_restating_electricity_and_diesel() -> None:
    newer = {"electricity_fr": Decimal("0.058"), "diesel": Decimal("3.17")}
    restated = FactorSet(
        [replace(f, value=newer.get(f.factor_id, f.value)) for f in FACTORS.factors.values()],
        FACTORS.families,
    )
    assert rounded(avoided(restated).value - avoided().value) == Decimal("0.079")


def test_the_interval_is_that_of_factors_shared_by_with_and_without() -> None:
    found = drawn(avoided())
    assert float(found.low) == pytest.approx(29.1, abs=0.3)
    assert float(found.high) == pytest.approx(44.1, abs=0.3)
    assert found.is_demonstrated


def test_independent_factors_would_say_something_else() -> None:
    with_terms = avoided(alone=()).terms
    used = {factor.factor_id: factor for factor in avoided().factors}
    others = {f"{id_}_again": replace(f, factor_id=f"{id_}_again") for id_, f in used.items()}
    renamed = [
        Term(term.amount, tuple(f"{id_}_again" for id_ in term.factors)) for term in with_terms
    ]
    apart = spread([*account_sharing(ALONE, (), FACTORS)[1].terms, *renamed], {**used, **others})
    shared = drawn(avoided())
    assert apart.high - apart.low > Decimal("1.5") * (shared.high - shared.low)


def test_the_same_question_has_the_same_answer() -> None:
    assert drawn(avoided()) == drawn(avoided())
    assert gather(reversed(avoided().terms)) == gather(avoided().terms)


def test_what_is_the_same_with_and_without_cancels_out() -> None:
    term = Term(Decimal(5), ("diesel",))
    (nothing,) = gather([term, Term(Decimal(-5), ("diesel",))])
    assert nothing.amount == 0


def test_a_small_gain_of_unsure_factors_is_not_demonstrated() -> None:
    bike = replace(TOGETHER[1], distance_km=Decimal(60))
    by_van = [ReferenceRound(UUID(int=1), (1,), "van", "diesel", Decimal("1.2"))]
    finding = account_sharing(by_van, [bike], FACTORS)[1]
    found = drawn(finding)
    assert 0 < found.p_positive < 0.9
    assert not found.is_demonstrated


def test_more_than_before_is_negative_and_stays() -> None:
    finding = account_sharing(ALONE[:1], TOGETHER, FACTORS)[1]
    assert finding.value < 0
    assert drawn(finding).p_positive < 0.1
