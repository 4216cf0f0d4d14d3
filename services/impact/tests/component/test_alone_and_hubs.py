"""What tours says of plans and hubs: the counterfactual of a day, and masses that must close."""

from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.impact import ImpactCorrected, ImpactRecorded, Statement
from maillage_contracts.samples import (
    a_hub_stock_discrepancy,
    a_hub_stock_dispatched,
    a_hub_stock_received,
    a_plan_solved_alone,
    a_tour_completed,
    a_tour_published,
    an_id,
)
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.entrypoints import kafka
from maillage_impact.usecases.store import Store
from maillage_impact.wiring import service
from maillage_serving.testing import client, deliver_twice, memory_runner, published, received

PLAN, HUB = an_id("plan"), UUID(int=3)
COUNTERFACTUAL = {
    "scope": "rounds",
    "kind": "counterfactual",
    "description": "Each actor alone, with its own vehicle.",
    "evidence": "The planner, with the speeds and factors of the shared rounds",
    "valid_from": "2026-01-01",
    "valid_to": "2027-12-31",
}
DONE = a_tour_completed(vehicle_class="van", energy="diesel", distance_km="20")
METERED: dict[str, object] = {
    "hub_id": str(HUB),
    "first": "2026-11-01",
    "last": "2026-11-30",
    "stock_before_kg": "0",
    "in_kg": "0",
    "out_kg": "0",
    "stock_after_kg": "0",
    "evidence": "meter",
}


@pytest.fixture
def runner() -> Runner[Store]:
    store: Store = MemoryStore()
    return memory_runner(store, service="impact")


def handlers() -> Handlers[Store]:
    return kafka.handlers(ZoneInfo("Europe/Paris"))


async def tell(runner: Runner[Store], *events: Event) -> None:
    messages = [received(event, sequence) for sequence, event in enumerate(events, 1)]
    await deliver_twice(runner, handlers(), *messages)


async def approve(runner: Runner[Store], **changes: object) -> None:
    async with client(service(), runner) as http:
        drafted = await http.post("/v1/baselines", json=COUNTERFACTUAL | changes)
        assert drafted.status_code == 201, drafted.text
        await http.post(f"/v1/baselines/{drafted.json()['id']}/approve")


async def statements(runner: Runner[Store]) -> dict[str, Statement]:
    events = [message.event for message in await published(runner)]
    told = [e.statement for e in events if isinstance(e, ImpactRecorded | ImpactCorrected)]
    return {statement.indicator: statement for statement in told}


async def totals(runner: Runner[Store], about: str, about_id: UUID) -> Any:  # noqa: ANN401 JSON
    async with client(service(), runner) as http:
        return (await http.get(f"/v1/totals?about={about}&about_id={about_id}")).json()


async def test_a_day_is_held_against_what_each_would_have_driven_alone(
    runner: Runner[Store],
) -> None:
    await approve(runner)
    await tell(runner, a_tour_published(), DONE)
    assert "distance_avoided" not in await statements(runner)
    await tell(runner, a_plan_solved_alone())
    found = await statements(runner)
    avoided = found["distance_avoided"]
    assert avoided.value == Decimal(17)  # twice 18.5 km alone, 20 km together
    assert (avoided.about, avoided.about_id, avoided.quality) == ("plan", PLAN, "c")
    assert avoided.method == "2 rounds planned for each actor alone minus 1 tours driven"
    assert received(a_plan_solved_alone()).envelope.id in avoided.causes
    assert found["ghg_avoided_logistics"].value > 0


async def test_the_planner_may_be_asked_before_the_approval_and_before_the_tours_are_home(
    runner: Runner[Store],
) -> None:
    await tell(runner, a_tour_published(), a_plan_solved_alone(unplanned=2), DONE)
    assert "distance_avoided" not in await statements(runner)
    await approve(runner)
    avoided = (await statements(runner))["distance_avoided"]
    assert "2 orders that nobody could carry" in avoided.method


async def test_a_second_answer_of_the_planner_corrects_the_first(runner: Runner[Store]) -> None:
    await approve(runner)
    shorter = [dict(one) for one in a_plan_solved_alone().model_dump()["rounds"][:1]]
    await tell(
        runner,
        a_tour_published(),
        DONE,
        a_plan_solved_alone(),
        a_plan_solved_alone(rounds=shorter),
    )
    avoided = (await statements(runner))["distance_avoided"]
    assert avoided.value == Decimal("-1.5")  # worse than before, and shown


async def test_kilometres_inside_low_emission_zones_are_told_once_all_rounds_say_them(
    runner: Runner[Store],
) -> None:
    await approve(runner)
    inside = DONE.model_copy(update={"low_emission_km": Decimal(4)})
    await tell(runner, a_tour_published(), inside, a_plan_solved_alone())
    assert "distance_avoided_zone" not in await statements(runner)
    alone = [
        {**one, "low_emission_km": km}
        for one, km in zip(a_plan_solved_alone().model_dump()["rounds"], ("2.5", "3"), strict=True)
    ]
    await deliver_twice(runner, handlers(), received(a_plan_solved_alone(rounds=alone), 4))
    avoided = (await statements(runner))["distance_avoided_zone"]
    assert (avoided.value, avoided.quality, avoided.state) == (Decimal("1.5"), "c", "estimated")
    await deliver_twice(runner, handlers(), received(a_plan_solved_alone(), 5))
    assert (await statements(runner))["distance_avoided_zone"].value == 0


async def test_a_plan_says_what_is_missing_before_anything_is_avoided(
    runner: Runner[Store],
) -> None:
    assert (await totals(runner, "plan", PLAN))["not_accounted"] == [
        "no published tour of this plan was seen"
    ]
    await tell(runner, a_tour_published())
    (out,) = (await totals(runner, "plan", PLAN))["not_accounted"]
    assert out == "1 tours of this plan are not home yet"
    await tell(runner, DONE)
    (without,) = (await totals(runner, "plan", PLAN))["not_accounted"]
    assert "no approved baseline of rounds covers 2026-11-23" in without
    await approve(runner)
    (unasked,) = (await totals(runner, "plan", PLAN))["not_accounted"]
    assert "the planner was not asked" in unasked
    await tell(runner, a_plan_solved_alone())
    assert (await totals(runner, "plan", PLAN))["not_accounted"] == []


async def test_rounds_that_were_driven_before_are_named(runner: Runner[Store]) -> None:
    async with client(service(), runner) as http:
        refused = await http.post("/v1/baselines", json=COUNTERFACTUAL | {"kind": "observed"})
    assert refused.json()["errors"][0]["field"] == "round_ids"


async def test_how_full_a_tour_was_is_what_it_moved_of_what_it_could(
    runner: Runner[Store],
) -> None:
    done = DONE.model_copy(update={"capacity_kg": Decimal(500), "moved_tkm": Decimal("3.2")})
    await tell(runner, a_tour_published(), done)
    async with client(service(), runner) as http:
        year = "first=2026-01-01&last=2026-12-31"
        found = (await http.get(f"/v1/accounts?about=territory&{year}")).json()["figures"]
    values = {figure["indicator"]: figure["value"] for figure in found}
    assert (values["transport_moved"], values["transport_possible"]) == ("3.200", "10.000")
    assert values["load_factor"] == "32.00"


async def test_masses_of_a_hub_are_taken_from_what_tours_told(runner: Runner[Store]) -> None:
    hub: dict[str, object] = {"hub_id": HUB}
    await tell(
        runner,
        a_hub_stock_received(**hub, mass_kg="900"),
        a_hub_stock_dispatched(**hub, mass_kg="700"),
    )
    counted = {
        "hub_id": str(HUB),
        "first": "2026-11-01",
        "last": "2026-11-30",
        "stock_before_kg": "100",
        "stock_after_kg": "250",
        "evidence": "counted on the 30th",
    }
    async with client(service(), runner) as http:
        told = await http.post("/v1/balances", json=counted)
        assert told.status_code == 201, told.text
        (line,) = (await http.get("/v1/statements?about=hub")).json()["items"]
        half = await http.post("/v1/balances", json={**counted, "in_kg": "900"})
    assert line["value"] == "50.000"
    assert "2 events" in line["method"]
    assert (half.status_code, half.json()["errors"][0]["field"]) == (422, "out_kg")


async def test_what_a_hub_emitted_is_told_by_its_meter_and_by_tonne_that_left(
    runner: Runner[Store],
) -> None:
    metered = {
        "hub_id": str(HUB),
        "first": "2026-11-01",
        "last": "2026-11-30",
        "stock_before_kg": "0",
        "in_kg": "2000",
        "out_kg": "2000",
        "stock_after_kg": "0",
        "electricity_kwh": "100",
        "evidence": "meter and scales",
    }
    async with client(service(), runner) as http:
        told = await http.post("/v1/balances", json=metered)
        (line,) = (await http.get("/v1/statements?about=hub")).json()["items"]
    assert len(told.json()["events"]) == 1
    assert (line["indicator"], line["account"], line["value"]) == (
        "ghg_induced_hub",
        "induced",
        "5.200",  # 100 kWh x 0.052
    )
    assert "2.600 kg by tonne that left" in line["method"]


async def test_a_cargo_bike_says_what_it_took_over(runner: Runner[Store]) -> None:
    done = a_tour_completed(vehicle_class="cargo_bike", energy="electric", distance_km="12")
    done = done.model_copy(update={"capacity_kg": Decimal(150), "moved_tkm": Decimal("0.9")})
    await tell(runner, a_tour_published(), done)
    found = await statements(runner)
    assert found["transport_by_bike"].value == Decimal("0.9")
    assert found["orders_by_bike"].value == len(done.carried)


async def test_a_gap_that_a_later_count_explains_is_taken_back(runner: Runner[Store]) -> None:
    counted = {
        "hub_id": str(HUB),
        "first": "2026-11-01",
        "last": "2026-11-30",
        "stock_before_kg": "100",
        "in_kg": "0",
        "out_kg": "0",
        "stock_after_kg": "40",
        "evidence": "counted",
    }
    async with client(service(), runner) as http:
        await http.post("/v1/balances", json=counted)
        await http.post("/v1/balances", json={**counted, "stock_after_kg": "100"})
    (total,) = (await totals(runner, "hub", HUB))["totals"]
    assert total["value"] == "0.000"


@pytest.mark.parametrize(("found", "gap"), [("80", "20.000"), ("99", None), ("130", "-30.000")])
async def test_a_count_that_the_books_do_not_explain_is_a_gap(
    runner: Runner[Store], found: str, gap: str | None
) -> None:
    count = a_hub_stock_discrepancy(hub_id=HUB, expected_kg="100", in_stock_kg=found)
    await tell(runner, count)
    (line,) = (await statements(runner)).values() or (None,)
    assert (line and str(line.value)) == gap


@pytest.mark.parametrize("is_approved_first", [True, False])
async def test_what_a_hub_emits_is_taken_off_what_shared_rounds_avoid(
    runner: Runner[Store], *, is_approved_first: bool
) -> None:
    if is_approved_first:
        await approve(runner)
    async with client(service(), runner) as http:
        for kwh in ("90", "100"):  # read again
            told = await http.post("/v1/balances", json={**METERED, "electricity_kwh": kwh})
            assert told.status_code == 201, told.text
    if not is_approved_first:
        await approve(runner)
    found = {total["indicator"]: total for total in (await totals(runner, "hub", HUB))["totals"]}
    assert found["ghg_induced_hub"]["value"] == "5.200"
    assert found["ghg_avoided_logistics"]["value"] == "-5.200"
    against = (await statements(runner))["ghg_avoided_logistics"]
    assert (against.quality, against.baseline_id is not None) == ("c", True)
    assert (against.low, against.high) == (Decimal("-5.720"), Decimal("-4.727"))


async def test_a_hub_without_a_baseline_over_all_its_days_avoids_nothing(
    runner: Runner[Store],
) -> None:
    await approve(runner, valid_from="2026-11-10")
    async with client(service(), runner) as http:
        await http.post("/v1/balances", json={**METERED, "electricity_kwh": "100"})
    assert set(await statements(runner)) == {"ghg_induced_hub"}


async def test_a_hub_without_a_meter_is_told_by_its_floor(runner: Runner[Store]) -> None:
    async with client(service(), runner) as http:
        await http.post("/v1/balances", json={**METERED, "floor_m2": "50"})
        both = {**METERED, "floor_m2": "50", "electricity_kwh": "1"}
        refused = await http.post("/v1/balances", json=both)
    line = (await statements(runner))["ghg_induced_hub"]
    assert (line.value, line.quality) == (Decimal("9.360"), "c")  # 50 m2 x 30 days x 0.12 x 0.052
    assert refused.json()["errors"][0]["field"] == "floor_m2"


async def test_a_class_that_no_longer_changes_is_taken_back(runner: Runner[Store]) -> None:
    await approve(runner)
    trucks = {**a_plan_solved_alone().model_dump()["rounds"][0], "vehicle_class": "truck"}
    await tell(
        runner,
        a_tour_published(),
        DONE,
        a_plan_solved_alone(rounds=[trucks]),
        a_plan_solved_alone(),
    )
    found = await statements(runner)
    assert found["distance_avoided_truck"].value == 0
    assert found["distance_avoided_van"].value == found["distance_avoided"].value
    assert "distance_avoided_bike" not in found
