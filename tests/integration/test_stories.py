"""The stories of the demo, each on a real hub; what they tell is read again from the bus."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from maillage_hub.demo.story import Story
from maillage_hub.testing_bus import Told, facts_of, told_once_and_in_order
from maillage_hub.testing_hub import WholeHub

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

Events = dict[str, list[dict[str, Any]]]


@pytest.mark.parametrize(
    "name",
    ["pallets", "livrazou"],
)
def test_every_step_holds(name: str, request: pytest.FixtureRequest) -> None:
    story: Story = request.getfixturevalue(name)

    assert _not_held(story) == {}
    last = story.steps[-1]
    assert last.name == "every figure of the statement opens"
    assert all("maillage impact explain" in str(opened) for opened in last.figures.values())
    assert len(last.figures) > 3


async def test_the_pallets_are_on_the_bus_from_the_flow_to_the_ledger(
    neighbour: WholeHub, pallets: Story
) -> None:
    told = await facts_of(neighbour.kafka, neighbour.territory)
    told_once_and_in_order(told)
    events = _by_type(told)

    (synergy,) = [one["synergy"] for one in events["synergy.agreed"]]
    assert synergy["saving"]["amount"] == "4416.00"
    orders = [one["order"] for one in events["transportorder.requested"]]
    assert {order["origin_id"] for order in orders} == {synergy["synergy_id"]}
    assert {Decimal(order["load"]["mass_kg"]) for order in orders} == {Decimal(180)}
    (tour,) = [one["tour"] for one in events["tour.published"]]
    assert [stop["kind"] for stop in tour["stops"]] == ["pickup", "dropoff"]
    (done,) = events["transportorder.fulfilled"]
    assert done["outcome"] == "partially_fulfilled"
    assert (Decimal(done["accepted_kg"]), Decimal(done["refused_kg"])) == (160, 20)
    (driven,) = events["tour.completed"]
    assert Decimal(driven["distance_km"]) == Decimal(tour["distance_km"])

    ledger = _ledger(events, synergy["synergy_id"])
    # 160 kg of wood: not made anew and not taken to recycling, but mended (kgCO2e per tonne).
    avoided = Decimal("0.160") * (Decimal("269.50416") + Decimal("4.68568") - Decimal("38.54288"))
    assert abs(ledger["avoided", "ghg_avoided_material"] - avoided) < Decimal("0.01")
    shown = _figures(pallets, "the ledger says what changed")
    assert shown["avoided, ghg_avoided_material"].split()[0].startswith("+")
    assert Decimal(shown["avoided, ghg_avoided_material"].split()[0]) == pytest.approx(
        ledger["avoided", "ghg_avoided_material"]
    )
    saved = {account for account, _ in ledger}
    assert {"avoided", "physical", "money"} <= saved


async def test_the_shared_day_is_on_the_bus(hub: WholeHub, livrazou: Story) -> None:
    told = await facts_of(hub.kafka, hub.territory)
    # What others have sent to break this hub is on other topics than those of the day.
    day = [event for event in told if event.topic.split(".")[1] in {"tours", "impact"}]
    told_once_and_in_order(day)
    events = _by_type(day)

    tours = {one["tour"]["tour_id"]: one["tour"] for one in events["tour.published"]}
    assert {"cargo_bike", "van"} <= {tour["vehicle_class"] for tour in tours.values()}
    stops = [(one["tour_id"], one["number"]) for one in events["stop.completed"]]
    planned = [
        (tour["tour_id"], stop["number"]) for tour in tours.values() for stop in tour["stops"]
    ]
    assert sorted(stops) == sorted(planned)
    assert {one["tour_id"] for one in events["tour.completed"]} == set(tours)
    assert sum(Decimal(one["refused_kg"]) for one in events["transportorder.fulfilled"]) > 0
    driven = sum(Decimal(one["distance_km"]) for one in events["tour.completed"])
    (told_km,) = [
        figure
        for step in livrazou.steps
        for label, figure in step.figures.items()
        if label == "driven"
    ]
    assert Decimal(str(told_km).split()[0]) == driven
    statements = [one["statement"] for one in events["impact.recorded"]]
    plans = {tour["plan_id"] for tour in tours.values()}
    avoided = [s for s in statements if s["indicator"] == "ghg_avoided_logistics"]
    assert {s["about_id"] for s in avoided} == plans
    induced = [s for s in statements if s["account"] == "induced" and s["about"] == "tour"]
    assert {s["about_id"] for s in induced} == set(tours)


def test_a_day_of_the_kind_of_the_full_one_is_planned_and_compared(full_day: Story) -> None:
    assert _not_held(full_day) == {}
    compared = _figures(full_day, "the full day is planned three ways, side by side")
    assert {"as is", "shared vans", "hub and bikes"} <= compared.keys()


def _not_held(story: Story) -> dict[str, object]:
    return {step.name: step.figures for step in story.steps if not step.ok}


def _by_type(told: Sequence[Told]) -> Events:
    """The data of events, as anybody would read them."""
    events: Events = {}
    for event in told:
        events.setdefault(event.type, []).append(json.loads(event.value or b"{}"))
    return events


def _ledger(events: Events, about_id: str) -> dict[tuple[str, str], Decimal]:
    """What the ledger holds about something, by account and indicator."""
    sums: dict[tuple[str, str], Decimal] = {}
    for one in events["impact.recorded"]:
        statement = one["statement"]
        if statement["about_id"] == about_id:
            key = statement["account"], statement["indicator"]
            sums[key] = sums.get(key, Decimal(0)) + Decimal(statement["value"])
    return sums


def _figures(story: Story, name: str) -> dict[str, str]:
    (step,) = [step for step in story.steps if step.name == name]
    return {label: str(value) for label, value in step.figures.items()}
