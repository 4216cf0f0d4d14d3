"""The terms of a score: they order, and each says itself in words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from maillage_contracts.samples import an_existing_round, an_id
from maillage_contracts.vocabulary import ActorId
from maillage_matching.domain.acquaintance import acquainted
from maillage_matching.domain.affinity import BEFORE_LEARNING, Model
from maillage_matching.domain.existing_round import Driven, Rounds
from maillage_matching.domain.pair import Ground, Pair, Side
from maillage_matching.domain.score import (
    WEIGHTS,
    Term,
    of_distance,
    of_fit,
    of_pain,
    of_quantity,
    of_saving,
    terms_of,
    total,
)
from maillage_matching.usecases.follow_rounds import round_as_known

SOMETIMES = {"round", "period", "acquaintance", "fatigue"}
MakeSide = Callable[..., Side]


def test_every_33_km_halve_the_mark() -> None:
    assert of_distance(0).value == 1
    assert of_distance(33).value == 0.5
    assert of_distance(66).value == 0.25
    assert of_distance(None).value == 1


@pytest.mark.parametrize(
    ("ratio", "fit", "words"),
    [
        (Decimal(1), 1, "covers 100 % of the need"),
        (Decimal("0.5"), 0.5, "covers 50 % of the need"),
        (Decimal(4), 0.25, "covers 100 % of the need"),
        (None, 0, "the amounts cannot be compared"),
    ],
)
def test_amounts_that_fit_do_best(ratio: Decimal | None, fit: float, words: str) -> None:
    term = of_quantity(ratio)
    assert (term.value, term.words) == (fit, words)


def test_where_some_is_enough_the_rest_does_no_harm() -> None:
    assert of_quantity(Decimal(24), some_is_enough=True).value == 1
    assert of_quantity(Decimal("0.5"), some_is_enough=True).value == 0.5


def test_the_worst_pain_counts() -> None:
    assert of_pain(3, 1, None).value == 1
    assert of_pain(None, None).value == 0
    assert of_pain(2).value > of_pain(3).value


def test_each_further_euro_weighs_less() -> None:
    assert of_saving(Decimal(2000)).value == 0.5
    assert of_saving(Decimal(-5)).value == 0
    assert of_saving(None).value == 0
    assert "2000 euros a year" in of_saving(Decimal(2000)).words


def test_the_score_is_a_probability_that_grows_with_each_term(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    terms = terms_of(Pair(an_offer(), a_need()), Decimal(2000), ground)
    assert {term.name for term in terms} == {name for name in WEIGHTS if name not in SOMETIMES}
    assert all(term.words for term in terms)
    nothing = tuple(replace(term, value=0.0) for term in terms)
    everything = tuple(replace(term, value=1.0) for term in terms)
    assert total(nothing) == pytest.approx(0.0759)
    assert total(everything) == pytest.approx(0.977)
    for at, term in enumerate(terms):
        better = (*terms[:at], replace(term, value=1.0), *terms[at + 1 :])
        assert total(nothing) < total(terms) <= total(better)


def test_what_was_learned_is_told_and_moves_the_score(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    pair = Pair(an_offer(), a_need())
    taught = Model(BEFORE_LEARNING.terms, {"is:pallet>is:pallet": 9.0})
    before = of_fit(pair, ground)
    after = of_fit(pair, replace(ground, model=taught))
    assert after.value > before.value
    assert "is:pallet>is:pallet +" in after.words
    assert "learned" not in before.words
    assert "alike in the catalogue" in before.words


def test_where_nothing_is_known_that_is_said(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    mud = an_offer(spec="mud", label="Mud", waste_code=None, functions=())
    fit = of_fit(Pair(mud, a_need(spec="mud", label="Clay", functions=())), ground)
    assert fit.words == "nothing is known of such a pair"


def test_who_is_there_for_a_part_of_the_year_counts_less(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    def terms(until: date | None) -> tuple[Term, ...]:
        return terms_of(Pair(an_offer(available_until=until), a_need()), None, ground)

    half_a_year = ground.today + timedelta(days=146)
    [period] = [term for term in terms(half_a_year) if term.name == "period"]
    assert period.value == pytest.approx(0.6)
    assert period.words == "both are there 146 days of the coming year, one of them 365"
    assert total(terms(half_a_year)) < total(terms(None))
    assert all(term.name != "period" for term in terms(None))
    assert all(term.name != "period" for term in terms(ground.today + timedelta(days=900)))


def test_who_takes_part_is_reached_more_easily_and_who_was_asked_often_less(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    pair = Pair(an_offer(), a_need())
    giver, taker = pair.offer.flow.actor_id, pair.need.flow.actor_id

    def marks(*before: tuple[list[ActorId], bool]) -> dict[str, float]:
        told = terms_of(pair, None, replace(ground, acquaintance=acquainted(before)))
        return {term.name: term.value for term in told[5:]} | {"score": total(told)}

    nothing = marks()
    assert set(nothing) == {"score"}
    accepted = marks(([giver], True))
    assert (accepted["acquaintance"], accepted["fatigue"]) == (1.0, 0.25)
    assert accepted["score"] > nothing["score"]
    refused = marks(*[([taker], False)] * 6)
    assert refused["fatigue"] == 1.0
    assert refused["score"] < nothing["score"]
    assert marks(([ActorId(an_id("somebody else"))], True)) == nothing


def test_a_round_that_passes_by_both_raises_the_score_and_is_named(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    back = round_as_known(an_existing_round(free=({"leg": "out", "mass_kg": "1500"},)))
    driven = Driven(back, "Villaverde", carries_waste=False)
    with_round = replace(ground, rounds=Rounds([driven]))

    def round_told(offer: Side) -> Term | None:
        terms = terms_of(Pair(offer, a_need()), None, with_round)
        return next((term for term in terms if term.name == "round"), None)

    product = {"waste_status": "product", "waste_code": None}
    term = round_told(an_offer(**product))
    assert term is not None
    assert term.words == "Monday deliveries of Villaverde passes by both, 0.0 km longer, with room"
    without = terms_of(Pair(an_offer(**product), a_need()), None, ground)
    assert total((*without, term)) > total(without)
    assert round_told(an_offer()) is None  # waste, and Villaverde has no receipt
    assert round_told(an_offer(kind="service", **product)) is None
    heavy = {"value": "2", "unit": "t"}
    assert round_told(an_offer(per_pickup=heavy, **product)) is None
