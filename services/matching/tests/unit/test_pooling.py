"""Streams that several firms of a zone could share: one lead each, its outlet named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from maillage_contracts.samples import a_credential
from maillage_matching.domain.draft import Content
from maillage_matching.domain.pair import Carriers, Ground, Side
from maillage_matching.domain.pooling import (
    MEMBERS_MAX,
    draft_for_stream,
    pool_gates,
    total_quantity,
)
from maillage_matching.domain.suppression import Suppression, Suppressions

MakeSide = Callable[..., Side]
SLOT = "stream:out:biowaste_liquid:jourdies"
LIQUID: dict[str, Any] = {
    "kind": "waste",
    "intent": "pool",
    "spec": "biowaste_liquid",
    "waste_code": "20 01 08",
    "functions": (),
    "physical": "liquid",
    "quantity": {"value": 1, "unit": "t", "per": "P1M"},
    "cost_today": {"amount": "1000.00"},
}
TREATS = a_credential(scope="waste_treatment")
ONCE = a_credential(scope="waste_treatment", valid_to="2025-01-01")


@pytest.fixture
def firms(an_offer: MakeSide) -> list[Side]:
    return [an_offer(who={"name": f"Firm {n}"}, pain_rank=n, **LIQUID) for n in (3, 1, 2)]


@pytest.fixture
def plant(a_need: MakeSide) -> Callable[..., Side]:
    def make(**changes: Any) -> Side:  # noqa: ANN401 fields of an actor or a flow
        who = {"name": "Plant", "roles": ("methaniser",), "credentials": (TREATS,)}
        who |= changes.pop("who", {})
        return a_need(who=who, **{**LIQUID, "kind": "service", "intent": "request", **changes})

    return make


def content_of(sides: list[Side], outlets: list[Side], ground: Ground) -> Content:
    draft = draft_for_stream(SLOT, sides, outlets, ground)
    assert draft is not None
    return draft.content


def test_a_stream_of_several_firms_is_one_lead(firms: list[Side], ground: Ground) -> None:
    content = content_of(firms, [], ground)
    assert content.kind == "mutualisation"
    assert len(content.members) == 3
    assert content.quantity is not None
    assert (content.quantity.value, content.quantity.unit) == (Decimal(36_000), "kg")
    assert content.cost_today is not None
    assert content.cost_today.amount == 3000
    assert "Firm 1, Firm 2, Firm 3" in content.explanation[0]
    assert "36,000 kg a year" in content.explanation[1]
    assert content.value is None


def test_it_says_when_it_pays_and_on_what_that_rests(
    firms: list[Side], plant: Callable[..., Side], ground: Ground
) -> None:
    content = content_of(firms, [plant(position={"lat": 46.2, "lon": 6.4})], ground)
    assert content.pooled is not None
    assert content.pooled.inputs.rounds_a_year == 52
    assert not content.pooled.inputs.outlet_assumed
    assert content.pooled.kg_a_year == 36_000
    assert tuple(one.en for one in content.pooled.words) == content.explanation[-2:]
    nowhere = [
        replace(side, flow=side.flow.model_copy(update={"position": None})) for side in firms
    ]
    assert content_of(nowhere, [], ground).pooled is None


def test_the_state_decides_the_outlet(
    firms: list[Side], an_offer: MakeSide, ground: Ground
) -> None:
    dry = {**LIQUID, "spec": "biowaste_dry", "physical": "solid"}
    bakers = [an_offer(who={"name": f"Baker {n}"}, **dry) for n in range(2)]
    assert content_of(firms, [], ground).transformation == "methanisation"
    assert content_of(bakers, [], ground).transformation == "composting"


def test_the_outlet_is_who_treats_it_and_is_approved(
    firms: list[Side], plant: Callable[..., Side], ground: Ground
) -> None:
    content = content_of(firms, [plant()], ground)
    assert content.members[-1].role == "processor"
    assert content.missing_link is None
    assert "outlet: methanisation, Plant" in content.explanation


@pytest.mark.parametrize(
    "changes",
    [
        {"who": {"roles": ("producer",)}},
        {"who": {"credentials": ()}},
        {"who": {"credentials": (ONCE,)}},
        {"who": {"status": "closed"}},
        {"who": {"name": "Firm 1"}},
        {"status": "reserved"},
        {"direction": "out", "intent": "offer"},
        {"spec": "biowaste_dry", "physical": "solid"},
        {"position": {"lat": 48.0, "lon": 2.0}},
    ],
)
def test_an_outlet_that_will_not_do_is_a_missing_link(
    changes: dict[str, Any], firms: list[Side], plant: Callable[..., Side], ground: Ground
) -> None:
    content = content_of(firms, [plant(**changes)], ground)
    assert content.missing_link == "methaniser_capacity"
    assert len(content.members) == 3


def test_room_that_a_plant_offers_is_an_outlet_too(
    firms: list[Side], an_offer: MakeSide, plant: Callable[..., Side], ground: Ground
) -> None:
    room = an_offer(
        who={"name": "Room", "credentials": (TREATS,)},
        kind="service",
        spec="methaniser_capacity",
        position=None,
    )
    content = content_of(firms, [room, plant(position={"lat": 46.2, "lon": 6.4})], ground)
    assert content.members[-1].flow_id == room.flow.flow_id


def test_two_firms_are_the_least(an_offer: MakeSide, firms: list[Side], ground: Ground) -> None:
    both = [an_offer(who={"name": "Firm 1"}, label=f"tank {n}", **LIQUID) for n in range(2)]
    assert draft_for_stream(SLOT, both, [], ground) is None
    assert draft_for_stream(SLOT, [], [], ground) is None
    assert draft_for_stream(SLOT, firms[:2], [], ground) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "withdrawn"},
        {"willingness": "none"},
        {"available_until": "2026-11-22"},
        {"who": {"status": "closed"}},
    ],
)
def test_who_may_not_or_will_not_does_not_join(
    changes: dict[str, Any], firms: list[Side], an_offer: MakeSide, ground: Ground
) -> None:
    who = {"name": "Other", **changes.pop("who", {})}
    other = an_offer(who=who, **{**LIQUID, **changes})
    assert len(content_of([*firms, other], [], ground).members) == 3


def test_who_is_not_known_or_withdrew_its_consent_does_not_join(
    firms: list[Side], ground: Ground
) -> None:
    actor = firms[0].actor
    assert actor is not None
    silent = replace(firms[0], actor=actor.model_copy(update={"refuses": frozenset({"matching"})}))
    stranger = replace(firms[1], actor=None)
    assert draft_for_stream(SLOT, [silent, stranger, firms[2]], [], ground) is None


def test_a_stream_turned_down_stays_away(firms: list[Side], ground: Ground) -> None:
    told = Suppression(
        suppression_id=UUID(int=1),
        slot=SLOT,
        reason="no_time",
        owner="advisor-1",
        since=datetime(2026, 11, 1, tzinfo=UTC),
        until=date(2026, 12, 1),
    )
    there = replace(ground, suppressions=Suppressions([told], ground.today))
    assert draft_for_stream(SLOT, firms, [], there) is None


def test_waste_needs_a_carrier_and_hazardous_waste_a_known_one(
    an_offer: MakeSide, firms: list[Side], ground: Ground
) -> None:
    expired = replace(ground, carriers=Carriers(expired=("Old",)))
    assert draft_for_stream(SLOT, firms, [], expired) is None
    oil = {**LIQUID, "spec": "used_oil", "waste_code": "13 02 05*", "is_hazardous": True}
    garages = [an_offer(who={"name": f"Garage {n}"}, **oil) for n in range(2)]
    assert draft_for_stream(SLOT, garages, [], ground) is None
    carried = replace(ground, carriers=Carriers(valid=("Boucle",)))
    assert draft_for_stream(SLOT, garages, [], carried) is not None


def test_what_is_no_waste_may_be_carried_by_anybody(an_offer: MakeSide, ground: Ground) -> None:
    pallets = [an_offer(who={"name": f"Firm {n}"}, waste_status="product") for n in range(2)]
    gates = content_of(pallets, [], ground).gates
    assert [gate.reason for gate in gates if gate.code == "carrier"] == ["anybody may carry it"]
    assert [gate.code for gate in pool_gates(pallets, ground)] == ["willingness", "carrier"]


def test_amounts_that_do_not_add_up_are_not_added(an_offer: MakeSide) -> None:
    def firm(quantity: object) -> Side:
        return an_offer(spec="cable", quantity=quantity)

    metres = firm({"value": 3, "unit": "m", "per": "P1Y"})
    units = firm({"value": 2, "unit": "unit", "per": "P1M"})
    nothing = firm(None)
    assert total_quantity([metres, units]) is None
    assert total_quantity([nothing, nothing]) is None
    both = total_quantity([units, units])
    assert both is not None
    assert (both.value, both.unit, both.per) == (Decimal(48), "unit", "P1Y")


def test_what_is_not_told_is_said(an_offer: MakeSide, ground: Ground) -> None:
    vague = {**LIQUID, "quantity": None, "cost_today": None, "position": None}
    content = content_of(
        [an_offer(who={"name": f"Firm {n}"}, **vague) for n in range(2)], [], ground
    )
    assert content.quantity is None
    assert content.cost_today is None
    assert content.distance_km is None
    assert content.explanation[1] == "amounts not all known, today's cost not told"


def test_a_line_names_some_of_a_crowd(an_offer: MakeSide, ground: Ground) -> None:
    firms = [an_offer(who={"name": f"Firm {n} " + "x" * 190}, **LIQUID) for n in range(40)]
    line = content_of(firms, [], ground).explanation[0]
    assert len(line) < 2000
    assert line.endswith(" and 32 others")


def test_a_lead_names_as_many_flows_as_an_event_carries(
    an_offer: MakeSide, plant: Callable[..., Side], ground: Ground
) -> None:
    firm = an_offer(**LIQUID)
    assert firm.actor is not None
    crowd = [
        replace(firm, flow=firm.flow.model_copy(update={"flow_id": UUID(int=n)}))
        for n in range(1, 250)
    ]
    other = an_offer(who={"name": "Other"}, pain_rank=1, **LIQUID)
    content = content_of([*crowd, other], [plant()], ground)
    assert len(content.members) == MEMBERS_MAX + 1
