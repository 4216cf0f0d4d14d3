"""Each gate: what passes, what fails, and what must be asked. Words of the firms, no I/O."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from maillage_contracts.samples import a_credential, an_id
from maillage_contracts.vocabulary import ActorId
from maillage_matching.domain.gates import GATES, examine, explain, finding_of, warnings
from maillage_matching.domain.gates_of_law import net_value_eur, waste_status
from maillage_matching.domain.pair import Carriers, Gate, Ground, Pair, Side
from maillage_matching.domain.suppression import Suppression, Suppressions

MakeSide = Callable[..., Side]
Changes = dict[str, Any]

SOIL = {"waste_code": "17 05 04", "spec": "soil_excavated"}
"""Its code has a twin with a star."""
TREATS = {"credentials": (a_credential(scope="waste_treatment"),)}
TREATED_ONCE = {"credentials": (a_credential(scope="waste_treatment", valid_to="2026-11-22"),)}
WILL_TREAT = {"credentials": (a_credential(scope="waste_treatment", valid_from="2026-11-24"),)}
AS_WASTE: Changes = {"kind": "waste", "spec": "mud", "waste_code": None, "waste_status": "waste"}
MUD: Changes = {"kind": "waste", "spec": "mud"}


def found(gates: tuple[Gate, ...], code: str) -> Gate:
    return next(gate for gate in gates if gate.code == code)


def test_the_usual_pair_passes_every_gate(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    finding = examine(Pair(an_offer(waste_status="product"), a_need()), ground)
    assert finding.verdict == "pass"
    assert len(finding.gates) == len(GATES)
    assert finding.failed is None
    assert finding.question is None


@pytest.mark.parametrize(
    ("code", "verdict", "offer", "need"),
    [
        ("parties", "fail", {"who": {"name": "STRH"}}, {}),
        ("parties", "fail", {"who": {"status": "closed"}}, {}),
        ("parties", "pass", {"who": {"status": "dormant"}}, {}),
        ("willingness", "fail", {"status": "stale"}, {}),
        ("willingness", "fail", {}, {"willingness": "none"}),
        ("willingness", "fail", {"intent": "inform"}, {}),
        ("willingness", "pass", {"willingness": "priority"}, {}),
        ("direction", "fail", {"direction": "in"}, {}),
        ("direction", "fail", {"intent": "request"}, {}),
        ("direction", "fail", {}, {"direction": "out"}),
        ("direction", "fail", {}, {"intent": "offer"}),
        ("direction", "pass", {"intent": "pool"}, {"intent": "pool"}),
        ("kind", "fail", {"kind": "service"}, {}),
        ("kind", "pass", {"kind": "waste"}, {}),
        ("kind", "pass", {"kind": "waste"}, {"kind": "service"}),
        ("kind", "pass", {"kind": "equipment"}, {"kind": "equipment"}),
        ("resource", "fail", {"spec": "bottle", "functions": ()}, {"functions": ()}),
        ("resource", "pass", {"spec": "bottle", "functions": ["store"]}, {"functions": ["store"]}),
        (
            "resource",
            "pass",
            {"spec": None, "waste_code": "01 01 01"},
            {"spec": None, "waste_code": "01 01 01"},
        ),
        (
            "resource",
            "fail",
            {"spec": "mixed_waste", "waste_code": "20 03 01", "functions": ()},
            {"spec": "cigarette_butts", "waste_code": "20 03 01", "functions": ()},
        ),
        ("physical", "pass", {"physical": "unit"}, {"physical": "solid"}),
        ("physical", "pass", {"physical": None}, {"physical": None}),
        ("physical", "unknown", {"physical": None}, {"physical": "solid"}),
        ("physical", "fail", {"physical": "liquid"}, {"physical": "solid"}),
        ("form", "fail", {"form": "swarf"}, {"form": "bar"}),
        ("form", "unknown", {"form": None}, {"form": "bar"}),
        ("form", "pass", {"form": "swarf"}, {"form": None}),
        ("contamination", "pass", {"contamination": "clean"}, {"contamination": "oily"}),
        ("contamination", "pass", {"contamination": None}, {"contamination": None}),
        ("contamination", "pass", {"contamination": "oily"}, {"contamination": "oily"}),
        ("contamination", "fail", {"contamination": "oily"}, {"contamination": "clean"}),
        ("contamination", "unknown", {"contamination": None}, {"contamination": "clean"}),
        ("hygiene", "pass", {"is_food_grade": None}, {"is_food_grade": None}),
        ("hygiene", "pass", {"is_food_grade": True}, {"is_food_grade": True}),
        ("hygiene", "fail", {"is_food_grade": False}, {"is_food_grade": True}),
        ("hygiene", "unknown", {"is_food_grade": None}, {"is_food_grade": True}),
        ("hazard", "pass", {"is_hazardous": None, "waste_code": "15 01 03"}, {}),
        ("hazard", "pass", {"is_hazardous": None, "waste_code": None}, {}),
        ("hazard", "unknown", {"is_hazardous": None, "waste_code": None, "spec": "mud"}, {}),
        ("hazard", "pass", {"is_hazardous": None, "waste_code": None, "kind": "service"}, {}),
        ("hazard", "unknown", {"is_hazardous": None, **SOIL}, {}),
        ("hazard", "pass", {"is_hazardous": False, **SOIL}, {}),
        ("hazard", "fail", {"is_hazardous": True}, {}),
        ("hazard", "fail", {"is_hazardous": None, "waste_code": "13 02 05*"}, {}),
        ("hazard", "fail", {"is_hazardous": True}, {"is_hazardous": True}),
        ("hazard", "pass", {"is_hazardous": True}, {"is_hazardous": True, "who": TREATS}),
        ("season", "pass", {}, {}),
        ("season", "pass", {"available_from": "2026-12-01"}, {"available_until": "2026-12-31"}),
        ("season", "fail", {"available_from": "2027-01-01"}, {"available_until": "2026-12-31"}),
        ("season", "fail", {"available_until": "2026-11-22"}, {}),
        ("season", "pass", {"available_until": "2026-11-23"}, {}),
        ("season", "pass", {}, {"available_from": "2027-01-01"}),
        ("distance", "pass", {}, {}),
        ("distance", "fail", {}, {"position": {"lat": 47.0, "lon": 6.4}}),
        ("distance", "pass", {"position": None}, {}),
        ("distance", "unknown", {"position": None, "activity_zone": "elsewhere"}, {}),
        ("distance", "unknown", {}, {"position": None, "activity_zone": None}),
        ("quantity", "pass", {}, {}),
        ("quantity", "unknown", {"quantity": None}, {}),
        ("quantity", "unknown", {}, {"quantity": None}),
        ("quantity", "unknown", {}, {"quantity": {"value": 0, "unit": "unit", "per": "P1M"}}),
        ("quantity", "unknown", {}, {"quantity": {"value": 3, "unit": "m3", "per": "P1M"}}),
        ("quantity", "pass", {}, {"quantity": {"value": "0.75", "unit": "t", "per": "P1M"}}),
        ("quantity", "fail", {"quantity": {"value": 5, "unit": "unit", "per": "P1M"}}, {}),
        ("quantity", "pass", {"quantity": {"value": 6, "unit": "unit", "per": "P1M"}}, {}),
        ("quantity", "pass", {"quantity": {"value": 150, "unit": "unit", "per": "P1M"}}, {}),
        ("quantity", "fail", {"quantity": {"value": 151, "unit": "unit", "per": "P1M"}}, {}),
        ("waste_status", "pass", {"waste_status": "by_product"}, {}),
        ("waste_status", "pass", {"waste_status": None, "waste_code": None}, {}),
        ("waste_status", "unknown", {"waste_status": None}, {}),
        ("waste_status", "unknown", {"waste_status": "waste"}, {}),
        ("waste_status", "pass", AS_WASTE, {**MUD, "who": TREATS}),
        ("waste_status", "fail", AS_WASTE, MUD),
        ("waste_status", "fail", AS_WASTE, {**MUD, "who": TREATED_ONCE}),
        ("waste_status", "fail", AS_WASTE, {**MUD, "who": WILL_TREAT}),
        ("carrier", "pass", {"waste_status": "product"}, {}),
        ("carrier", "unknown", {"waste_status": "waste"}, {}),
        ("competitors", "pass", {"who": {"sector": "46.73"}}, {"who": {"sector": "28.13"}}),
        ("competitors", "pass", {"who": {"sector": None}}, {"who": {"sector": None}}),
        ("competitors", "unknown", {"who": {"sector": "28.13"}}, {"who": {"sector": "28.13"}}),
        ("value", "pass", {}, {}),
        ("value", "unknown", {"cost_today": None}, {}),
        ("value", "unknown", {}, {"position": None}),
        ("value", "unknown", {"cost_today": {"amount": "9.00", "currency": "CHF"}}, {}),
    ],
)
def test_a_gate(
    *,
    code: str,
    verdict: str,
    offer: Changes,
    need: Changes,
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
) -> None:
    gate = found(explain(Pair(an_offer(**offer), a_need(**need)), ground), code)
    assert gate.verdict == verdict, gate.reason
    assert gate.reason
    assert bool(gate.unblock) is (verdict == "fail")


@pytest.mark.parametrize(
    ("offer", "need", "attribute", "asked_of_the_offer"),
    [
        ({"contamination": None}, {}, "contamination", True),
        ({"quantity": None}, {}, "quantity", True),
        ({}, {"quantity": None}, "quantity", False),
        ({"waste_status": None}, {}, "waste_status", True),
        ({"who": {"country": "CH"}, "waste_status": "waste"}, {}, "cross_border", True),
        (
            {"spec": "surplus_food", "temperature": "cold", "waste_status": "product"},
            {"spec": "surplus_food"},
            "temperature",
            False,
        ),
    ],
)
def test_what_decides_is_asked_of_who_knows(
    *,
    offer: Changes,
    need: Changes,
    attribute: str,
    asked_of_the_offer: bool,
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
) -> None:
    pair = Pair(an_offer(**offer), a_need(**need))
    finding = examine(pair, ground)
    assert finding.verdict == "unknown"
    assert finding.question is not None
    assert finding.question.attribute == attribute
    told = pair.offer if asked_of_the_offer else pair.need
    assert finding.question.flow_id == told.flow.flow_id


@pytest.mark.parametrize(
    ("offer", "need", "verdict"),
    [
        ("cold", "cold", "pass"),
        ("cold", "ambient", "fail"),
        ("cold", None, "unknown"),
        (None, "frozen", "unknown"),
        (None, "ambient", "pass"),
        (None, None, "pass"),
    ],
)
def test_the_cold_chain_of_food(
    *,
    offer: str | None,
    need: str | None,
    verdict: str,
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
) -> None:
    food = {"spec": "surplus_food", "waste_status": "product", "waste_code": None}
    pair = Pair(an_offer(**food, temperature=offer), a_need(**food, temperature=need))
    assert found(explain(pair, ground), "temperature").verdict == verdict


def test_waste_has_no_cold_chain(an_offer: MakeSide, a_need: MakeSide, ground: Ground) -> None:
    pair = Pair(
        an_offer(kind="waste", spec="surplus_food", temperature="cold"),
        a_need(spec="surplus_food", temperature="ambient"),
    )
    assert found(explain(pair, ground), "temperature").verdict == "pass"


def test_an_actor_not_heard_of_yet_makes_no_lead_and_no_question(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    stranger = replace(an_offer(who={"country": "CH"}, waste_status="product"), actor=None)
    finding = examine(Pair(stranger, a_need()), ground)
    assert finding.verdict == "unknown"
    assert finding.question is None
    assert "not known yet" in stranger.name
    assert found(explain(Pair(stranger, a_need()), ground), "cross_border").verdict == "pass"


def test_a_stranger_takes_no_waste(an_offer: MakeSide, a_need: MakeSide, ground: Ground) -> None:
    pair = Pair(an_offer(**AS_WASTE), replace(a_need(**MUD), actor=None))
    gates = explain(pair, ground)
    assert found(gates, "waste_status").verdict == "fail"


def test_who_withdrew_its_consent_is_left_alone(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    need = a_need()
    assert need.actor is not None
    silent = replace(need, actor=need.actor.model_copy(update={"refuses": frozenset({"matching"})}))
    finding = examine(Pair(an_offer(), silent), ground)
    assert finding.failed is not None
    assert finding.failed.code == "consent"


@pytest.mark.parametrize(
    ("valid", "expired", "verdict"),
    [((), (), "unknown"), (("Boucle",), ("Old",), "pass"), ((), ("Old",), "fail")],
)
def test_somebody_must_be_allowed_to_carry_waste(
    *,
    valid: tuple[str, ...],
    expired: tuple[str, ...],
    verdict: str,
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
) -> None:
    there = replace(ground, carriers=Carriers(valid, expired))
    gate = found(explain(Pair(an_offer(waste_status="waste"), a_need()), there), "carrier")
    assert gate.verdict == verdict


@pytest.mark.parametrize(
    ("reason", "resource", "code"),
    [
        ("competitors", None, "competitors"),
        ("too_far", "pallet", "suppression"),
        ("too_far", "cardboard", None),
    ],
)
def test_what_was_turned_down_does_not_come_back(
    *,
    reason: str,
    resource: str | None,
    code: str | None,
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
) -> None:
    told = Suppression(
        suppression_id=UUID(int=1),
        actors=frozenset((ActorId(an_id("Villaverde")), ActorId(an_id("STRH")))),
        resource=resource,
        reason=reason,
        owner="advisor-1",
        since=datetime(2026, 11, 1, tzinfo=UTC),
        until=date(2026, 12, 1),
    )
    there = replace(ground, suppressions=Suppressions([told], ground.today))
    finding = examine(Pair(an_offer(), a_need()), there)
    assert (finding.failed.code if finding.failed else None) == code


def test_a_transformation_widens_and_cleans_what_its_rule_says(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    shred = ground.knowledge.rules["shred_cardboard"]
    card = {"spec": "cardboard", "waste_code": "15 01 01", "functions": (), "form": "flat"}
    tonnes = {"value": 2, "unit": "t", "per": "P1M"}
    little = {"value": 600, "unit": "kg", "per": "P1Y"}
    wrap = a_need(spec="bubble_wrap", functions=("cushioning",), form="roll", quantity=little)
    finding = examine(Pair(an_offer(**card, quantity=tonnes), wrap, shred), ground)
    assert finding.verdict == "pass"
    assert found(finding.gates, "waste_status").verdict == "unknown"
    oily = examine(
        Pair(an_offer(**card, quantity=tonnes, contamination="oily"), wrap, shred), ground
    )
    assert oily.failed is not None
    assert oily.failed.code == "contamination"
    other = examine(Pair(an_offer(quantity=tonnes), wrap, shred), ground)
    assert other.failed is not None
    assert other.failed.code == "resource"


def test_washing_makes_jars_food_grade(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    jars = {"spec": "glass_jars", "waste_code": None, "functions": ()}
    wash = ground.knowledge.rules["wash_jars"]
    dirty = an_offer(**jars, contamination="used", is_food_grade=False)
    clean = a_need(**jars, is_food_grade=True)
    assert examine(Pair(dirty, clean), ground).verdict == "fail"
    washed = examine(Pair(dirty, clean, wash), ground)
    assert found(washed.gates, "hygiene").reason == "food grade after washing"
    assert found(washed.gates, "contamination").verdict == "pass"


def test_carrying_it_may_cost_more_than_it_saves(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    daily = {"value": 2, "unit": "unit", "per": "P1D"}
    far = {"lat": 46.3, "lon": 6.38}
    one = an_offer(quantity=daily, cost_today={"amount": "100.00"}, waste_status="product")
    other = a_need(quantity=daily, cost_today={"amount": "100.00"}, position=far)
    gate = examine(Pair(one, other), ground).failed
    assert gate is not None
    assert gate.code == "value"


@pytest.mark.parametrize(
    ("pickup", "euros"),
    [
        (None, 2760 - 12 * 0.75 * 2 * 3.7 * 1.5 - 150),
        ({"value": 10, "unit": "unit"}, 2760 - 48 * 0.75 * 2 * 3.7 * 1.5 - 150),
        ({"value": 1, "unit": "t"}, 2760 - 12 * 0.75 * 2 * 3.7 * 1.5 - 150),
        ({"value": 0, "unit": "unit"}, 2760 - 12 * 0.75 * 2 * 3.7 * 1.5 - 150),
    ],
)
def test_haulage_goes_by_what_is_picked_up_at_once(
    pickup: Changes | None,
    euros: float,
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
) -> None:
    """40 pallets a month at 600 euros, 30 are needed at 2,160 euros: three quarters are taken."""
    pair = Pair(an_offer(per_pickup=pickup), a_need())
    assert pair.km == 3.7
    worth = net_value_eur(pair, ground)
    assert worth is not None
    assert float(worth) == pytest.approx(euros)


def test_a_failed_gate_says_what_would_open_it(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    pair = Pair(an_offer(contamination="oily", waste_status="product"), a_need())
    gates = explain(pair, ground)
    assert finding_of(pair, gates).verdict == "fail"
    assert found(gates, "contamination").unblock == "a way to clean it"
    assert [gate.code for gate in warnings(gates)] == ["contamination"]


def test_a_way_out_of_waste_law_opens_nothing_once_its_act_is_over(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    pair = Pair(an_offer(kind="waste", waste_status="waste"), a_need())
    rules = ground.knowledge.rules
    over = replace(rules["reuse_pallets"], status_until=date(2026, 1, 1))
    after = replace(ground, knowledge=replace(ground.knowledge, rules={**rules, over.name: over}))
    assert waste_status(pair, ground).verdict == "unknown"
    assert waste_status(pair, after).verdict == "fail"
