"""By which words flows find one another, and what must be asked of those without any."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from maillage_contracts.samples import a_credential
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Side
from maillage_matching.domain.search import (
    counterparts_of,
    is_answered,
    keys_of,
    sought_by,
    stream_of,
    turns_on,
    unnamed,
)

MakeSide = Callable[..., Side]


def test_a_flow_is_found_by_its_resource_its_code_and_its_functions(
    an_offer: MakeSide, knowledge: Knowledge
) -> None:
    keys = keys_of(an_offer(functions=("handling",)), knowledge)
    assert keys.words == {
        *("out spec:pallet", "out code:15 01 03"),
        *("out function:handling", "out function:storage_support"),
    }
    assert keys.stream == "stream:out:pallet:jourdies"
    assert keys.at == an_offer().flow.position


def test_what_may_not_be_matched_is_not_found(an_offer: MakeSide, knowledge: Knowledge) -> None:
    assert keys_of(an_offer(willingness="none"), knowledge).words == frozenset()


def test_a_need_seeks_among_offers_and_an_offer_among_needs(
    an_offer: MakeSide, a_need: MakeSide, knowledge: Knowledge
) -> None:
    offer, need = an_offer(), a_need()
    sought = counterparts_of(need, 30, knowledge)
    assert (sought.at, sought.km) == (need.flow.position, 30)
    assert sought.words & keys_of(offer, knowledge).words
    assert counterparts_of(offer, 30, knowledge).words & keys_of(need, knowledge).words
    assert not sought.words & keys_of(need, knowledge).words


def test_what_has_no_name_is_found_by_nothing(an_offer: MakeSide) -> None:
    assert an_offer(spec=None, waste_code=None, functions=()).tokens == frozenset()


def test_an_offer_seeks_what_it_can_become_and_a_need_what_can_become_it(
    an_offer: MakeSide, a_need: MakeSide, knowledge: Knowledge
) -> None:
    card = an_offer(spec="cardboard", waste_code=None, functions=())
    wrap = a_need(spec="bubble_wrap", functions=())
    assert sought_by(card, knowledge) == {
        *("spec:cardboard", "spec:shredded_cardboard"),
        *("function:cushioning", "function:bedding", "function:mulch"),
    }
    assert sought_by(wrap, knowledge) == {
        *("spec:bubble_wrap", "function:cushioning", "spec:cardboard", "spec:office_paper"),
    }
    jars = an_offer(spec="glass_jars", waste_code=None, functions=())
    assert sought_by(jars, knowledge) == {"spec:glass_jars", "function:food_container"}


@pytest.mark.parametrize(
    ("changes", "stream"),
    [
        ({"kind": "waste", "spec": "mixed_waste"}, "stream:out:mixed_waste:jourdies"),
        ({"kind": "service", "spec": "cleaning"}, None),
        (
            {"kind": "service", "spec": "cleaning", "intent": "pool"},
            "stream:out:cleaning:jourdies",
        ),
        ({"activity_zone": None}, None),
        ({"spec": None, "waste_code": "20 01 08", "physical": None}, None),
        (
            {"spec": None, "waste_code": "20 01 08", "physical": "solid"},
            "stream:out:biowaste_dry:jourdies",
        ),
        ({"spec": None, "waste_code": "01 05 04"}, "stream:out:01 05 04:jourdies"),
        ({"spec": "used_oil", "is_hazardous": None}, "stream:out:used_oil:jourdies:hazardous"),
        ({"is_hazardous": True}, "stream:out:pallet:jourdies:hazardous"),
        (
            {"spec": "mud", "waste_code": "13 02 05*", "is_hazardous": None},
            "stream:out:mud:jourdies:hazardous",
        ),
    ],
)
def test_what_may_be_pooled_is_of_one_resource_one_zone_and_one_hazard(
    changes: dict[str, Any], stream: str | None, an_offer: MakeSide, knowledge: Knowledge
) -> None:
    assert stream_of(an_offer(**changes), knowledge) == stream


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [
        ({}, None),
        ({"spec": None, "waste_code": "20 01 08", "physical": None}, "physical"),
        ({"spec": None, "waste_code": "01 05 04", "physical": None, "functions": ()}, None),
        ({"spec": None, "waste_code": "20 01 08", "physical": "gas", "functions": ()}, None),
        ({"spec": None, "waste_code": None, "functions": ()}, "spec"),
        ({"spec": None, "waste_code": None, "functions": ("cushioning",)}, None),
    ],
)
def test_who_cannot_be_compared_is_asked_what_it_is(
    changes: dict[str, Any], attribute: str | None, an_offer: MakeSide, knowledge: Knowledge
) -> None:
    ask = unnamed(an_offer(**changes), knowledge)
    assert (ask.attribute if ask else None) == attribute


def test_an_answer_shows_on_the_flow(an_offer: MakeSide) -> None:
    flow = an_offer(contamination=None).flow
    assert is_answered(flow, "physical")
    assert not is_answered(flow, "contamination")
    assert not is_answered(flow, "cross_border")


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({}, None),
        ({"available_from": "2026-12-01", "available_until": "2026-12-24"}, date(2026, 12, 1)),
        ({"available_from": "2026-11-01", "available_until": "2026-12-24"}, date(2026, 12, 25)),
        ({"available_until": "2026-11-22"}, None),
        ({"who": {"credentials": (a_credential(valid_to="2026-11-30"),)}}, date(2026, 12, 1)),
        (
            {"who": {"credentials": (a_credential(valid_from="2026-11-25", valid_to=None),)}},
            date(2026, 11, 25),
        ),
    ],
)
def test_the_next_day_on_which_something_begins_or_is_over(
    changes: dict[str, Any], day: date | None, an_offer: MakeSide
) -> None:
    assert turns_on(an_offer(**changes), date(2026, 11, 23)) == day


def test_of_a_stranger_only_the_flow_is_known(an_offer: MakeSide) -> None:
    stranger = replace(an_offer(available_until="2026-11-23"), actor=None)
    assert turns_on(stranger, date(2026, 11, 23)) == date(2026, 11, 24)
