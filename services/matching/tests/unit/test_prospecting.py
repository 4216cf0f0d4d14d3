"""Streams for an activity that would settle: how much, from whom, and the reasons in words."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Side
from maillage_matching.domain.prospecting import Prospect, intake_of, prospects

MakeSide = Callable[..., Side]
PLACE = GeoPoint(lat=46.07, lon=6.4)
JARS: dict[str, Any] = {
    "kind": "material",
    "waste_status": "product",
    "spec": "glass_jars",
    "waste_code": None,
    "functions": (),
    "position": {"lat": 46.07, "lon": 6.41},
    "quantity": {"value": "2", "unit": "t", "per": "P1Y"},
}


@pytest.fixture
def canteen(an_offer: MakeSide) -> MakeSide:
    def make(number: int, who: dict[str, Any] | None = None, **changes: Any) -> Side:  # noqa: ANN401 fields
        return an_offer(who={"name": f"Canteen {number}", **(who or {})}, **{**JARS, **changes})

    return make


def one(sides: list[Side], activity: str, knowledge: Knowledge, km_max: float = 15) -> Prospect:
    (found,) = prospects(sides, intake_of(activity, knowledge), PLACE, km_max, knowledge)
    return found


@pytest.mark.parametrize("name", ["jar washing", "Lavage de bocaux", "lavage bocal"])
def test_a_wash_house_is_called_by_its_name(
    name: str, canteen: MakeSide, knowledge: Knowledge
) -> None:
    sides = [canteen(n) for n in range(3)]
    found = one(sides, name, knowledge)
    assert (found.resource, found.firms, found.kg_a_year) == ("glass_jars", 3, 6000)
    assert "washing" in found.reasons[0].en
    assert "Livrazou" in found.reasons[0].en


def test_an_activity_is_called_by_its_code_or_its_name(
    an_offer: MakeSide, knowledge: Knowledge
) -> None:
    assert intake_of("10.9", knowledge) == intake_of("animal feed", knowledge)
    grain = {"spec": "spent_grain", "kind": "material", "waste_status": "by_product"}
    side = an_offer(who={"name": "Brewer"}, **{**JARS, **grain})
    found = one([side], "animal feed", knowledge)
    assert "animal_feed" in found.serves_for
    assert "serves for" in found.reasons[0].en
    assert "sert à" in found.reasons[0].fr


def test_what_nobody_knows_is_asked_again(knowledge: Knowledge) -> None:
    with pytest.raises(Invalid, match="NACE"):
        intake_of("xyzzy", knowledge)
    assert intake_of("99", knowledge).tokens == frozenset()


def test_the_reasons_say_on_what_it_would_rest(
    canteen: MakeSide, a_need: MakeSide, knowledge: Knowledge
) -> None:
    sides = [
        canteen(1, quantity={"value": "9", "unit": "t", "per": "P1Y"}, confidence="observed"),
        canteen(2),
        canteen(3, quantity=None, kind="waste", waste_status="waste"),
        a_need(who={"name": "Rival"}, **{**JARS, "intent": "request"}),
    ]
    found = one(sides, "jar washing", knowledge)
    assert (found.firms, found.untold, found.wanted_by) == (3, 1, 1)
    assert (found.guessed_kg_a_year, found.largest_share) == (9000, 0.818)
    assert [reason.en for reason in found.reasons[1:]] == [
        "3 firms within 15 km by road, the nearest at 1.1 km",
        "11 t a year are told, 9 t of them only observed; flows without an amount: 1",
        "one firm brings 82 % of it: the activity would depend on it",
        "already looked for around here, by firms: 1",
        "waste: whoever takes it in must be approved for it",
    ]
    assert found.reasons[2].fr.startswith("11 t par an annoncées")


@pytest.mark.parametrize(
    "changes",
    [
        {"position": None},
        {"position": {"lat": 46.3, "lon": 6.4}},
        {"spec": "cardboard", "waste_code": "15 01 01"},
        {"who": {"status": "closed"}},
    ],
)
def test_who_is_too_far_or_takes_no_part_is_not_counted(
    changes: dict[str, Any], canteen: MakeSide, knowledge: Knowledge
) -> None:
    assert one([canteen(1), canteen(2, **changes)], "jar washing", knowledge).firms == 1


def test_who_withdrew_its_consent_is_not_counted(canteen: MakeSide, knowledge: Knowledge) -> None:
    side = canteen(1)
    assert side.actor is not None
    silent = replace(side, actor=side.actor.model_copy(update={"refuses": frozenset({"matching"})}))
    intake = intake_of("jar washing", knowledge)
    assert prospects([silent], intake, PLACE, 15, knowledge) == []
