"""From the Kafka door to the outbox: a delivery, a tour, a day, a baseline, a correction."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.flows import ExistingRoundDeclared
from maillage_contracts.impact import ImpactCorrected, ImpactRecorded, Statement
from maillage_contracts.samples import (
    a_synergy,
    a_synergy_agreed,
    a_synergy_ended,
    a_tour,
    a_tour_cancelled,
    a_tour_completed,
    a_tour_published,
    a_transport_order_fulfilled,
    an_actor_registered,
    an_existing_round,
    an_existing_round_declared,
    an_id,
)
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.entrypoints import kafka
from maillage_impact.usecases.store import Store
from maillage_impact.wiring import service
from maillage_serving.testing import client, deliver_twice, memory_runner, published, received

SYNERGY = an_id("synergy")
MATERIAL = {"resource_spec": "pallet", "replaces_spec": "pallet", "route_after": "reuse"}
AGREED = a_synergy_agreed(synergy=a_synergy(material=MATERIAL))
DELIVERED = a_transport_order_fulfilled(accepted_kg="180")
BASELINE = {
    "scope": "synergy",
    "synergy_id": str(SYNERGY),
    "kind": "observed",
    "description": "Used pallets were recycled, STRH bought new ones.",
    "evidence": "Invoices of 2025",
    "valid_from": "2026-01-01",
    "valid_to": "2027-12-31",
    "route_before": "recycling",
    "replaces_spec": "pallet",
}


def of_rounds(declared: ExistingRoundDeclared) -> dict[str, object]:
    """A baseline that days of tours are held against: this round, as it was driven before."""
    no_synergy = {"synergy_id": None, "route_before": None, "replaces_spec": None}
    return {
        **BASELINE,
        **no_synergy,
        "scope": "rounds",
        "round_ids": [str(declared.round.round_id)],
    }


def handlers() -> Handlers[Store]:
    return kafka.handlers(ZoneInfo("Europe/Paris"))


@pytest.fixture
def runner() -> Runner[Store]:
    store: Store = MemoryStore()
    return memory_runner(store, service="impact")


async def statements(runner: Runner[Store]) -> list[Statement]:
    events = [message.event for message in await published(runner)]
    return [e.statement for e in events if isinstance(e, ImpactRecorded | ImpactCorrected)]


async def approve(runner: Runner[Store], body: Mapping[str, object]) -> dict[str, object]:
    async with client(service(), runner) as http:
        drafted = await http.post("/v1/baselines", json=body)
        assert drafted.status_code == 201, drafted.text
        approved = await http.post(f"/v1/baselines/{drafted.json()['id']}/approve")
        assert approved.status_code == 200, approved.text
        return approved.json()


async def test_without_a_baseline_only_activity_is_written(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    await deliver_twice(runner, handlers(), received(DELIVERED))
    assert {s.indicator for s in await statements(runner)} == {"ghg_induced_treatment"}
    async with client(service(), runner) as http:
        found = (await http.get(f"/v1/totals?about=synergy&about_id={SYNERGY}")).json()
    assert "no approved baseline" in found["not_accounted"][0]


async def test_a_delivery_before_its_agreement_is_accounted_later(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(DELIVERED))
    assert await statements(runner) == []
    await deliver_twice(runner, handlers(), received(AGREED))
    assert [s.indicator for s in await statements(runner)] == ["ghg_induced_treatment"]


async def test_an_approved_baseline_accounts_for_what_already_came(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    await deliver_twice(runner, handlers(), received(DELIVERED))
    await approve(runner, BASELINE)
    found = {s.indicator: s for s in await statements(runner)}
    avoided = found["ghg_avoided_material"]
    assert avoided.value == Decimal("42.416")  # 180 kg x (4.68568 + 269.50416 - 38.54288) / 1000
    assert avoided.baseline_id is not None
    assert found["saving"].value == Decimal(2160)
    assert found["mass_redirected"].value == 180


async def test_what_comes_after_the_approval_is_held_against_it(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    await approve(runner, BASELINE)
    before = len(await statements(runner))
    await deliver_twice(runner, handlers(), received(DELIVERED))
    new = [s.indicator for s in await statements(runner)][before:]
    assert new == [
        "ghg_induced_treatment",
        "ghg_avoided_material",
        "mass_redirected",
        "virgin_mass_replaced",
    ]


async def test_a_delivery_counts_on_the_day_of_the_territory(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    await approve(runner, BASELINE | {"valid_from": "2026-11-24"})
    half_past_midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # in Paris
    await deliver_twice(runner, handlers(), received(DELIVERED, at=half_past_midnight))
    found = {s.indicator: s for s in await statements(runner)}
    assert found["ghg_avoided_material"].period_start == date(2026, 11, 24)


async def test_nothing_accepted_is_nothing_to_account(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    failed = a_transport_order_fulfilled(outcome="failed", accepted_kg="0", refused_kg="200")
    await deliver_twice(runner, handlers(), received(failed))
    assert await statements(runner) == []


async def test_a_tour_is_accounted_and_its_emissions_can_be_shared(runner: Runner[Store]) -> None:
    await deliver_twice(
        runner,
        handlers(),
        received(a_tour_published()),
        received(a_tour_completed(), sequence=2),
    )
    found = {s.indicator: s for s in await statements(runner)}
    assert found["ghg_induced_transport"].value == Decimal("0.087")  # 5.6 km x 0.30 x 0.052
    assert "ghg_avoided_logistics" not in found
    async with client(service(), runner) as http:
        line = found["ghg_induced_transport"].statement_id
        opened = (await http.get(f"/v1/statements/{line}")).json()
    assert opened["shares"] == [{"about": "synergy", "about_id": str(SYNERGY), "value": "0.087"}]
    assert [one["source_id"] for one in opened["factors"]] == ["none", "42513"]
    assert opened["uncertainty"]["is_demonstrated"]


async def test_a_day_is_held_against_its_rounds_once_all_are_home(runner: Runner[Store]) -> None:
    other = an_id("other tour")
    declared = an_existing_round_declared(
        round=an_existing_round(weekdays=(1, 2, 3, 4, 5), distance_km="30", energy="diesel")
    )
    await deliver_twice(runner, handlers(), received(declared))
    await approve(runner, of_rounds(declared))
    await deliver_twice(
        runner,
        handlers(),
        received(a_tour_published()),
        received(a_tour_published(tour=a_tour(tour_id=other))),
        received(a_tour_completed(), sequence=2),
    )
    assert "distance_avoided" not in {s.indicator for s in await statements(runner)}
    home = received(a_tour_completed(tour_id=other), sequence=2)
    await deliver_twice(runner, handlers(), home)
    found = {s.indicator: s for s in await statements(runner)}
    assert found["distance_avoided"].value == Decimal("18.8")
    assert found["ghg_avoided_logistics"].about == "plan"
    await a_late_tour_corrects_the_day(runner)


async def a_late_tour_corrects_the_day(runner: Runner[Store]) -> None:
    late = an_id("late tour")
    await deliver_twice(
        runner,
        handlers(),
        received(a_tour_published(tour=a_tour(tour_id=late))),
        received(a_tour_completed(tour_id=late), sequence=2),
    )
    corrections = [m.event for m in await published(runner) if isinstance(m.event, ImpactCorrected)]
    by_indicator = {c.statement.indicator: c for c in corrections}
    assert by_indicator["distance_avoided"].delta == Decimal("-5.6")
    assert by_indicator["distance_avoided"].reason == "activity_correction"


async def test_a_correction_adds_a_line_and_never_takes_one_away(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    await deliver_twice(runner, handlers(), received(DELIVERED))
    (line,) = await statements(runner)
    body = {"value": "0.5", "reason": "error", "explanation": "The scales were not at zero."}
    url = f"/v1/statements/{line.statement_id}/correct"
    async with client(service(), runner) as http:
        key = {"Idempotency-Key": "once"}
        first = await http.post(url, json=body, headers=key)
        again = await http.post(url, json=body, headers=key)
        twice = await http.post(url, json=body)
        listed = (await http.get("/v1/statements")).json()["items"]
        total = (await http.get(f"/v1/totals?about=synergy&about_id={SYNERGY}")).json()
    assert (first.status_code, again.json()["replayed"]) == (201, True)
    assert twice.status_code == 409
    assert [item["value"] for item in listed] == [str(line.value), "0.500"]
    assert total["totals"][0]["value"] == "0.500"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"synergy_id": str(UUID(int=9))}, "synergy_id"),
        ({"route_before": "landfill"}, "route_before"),
        ({"valid_to": "2035-01-01"}, "valid_to"),
        ({"unknown": 1}, "unknown"),
        ({"scope": "rounds", "synergy_id": None, "round_ids": [str(UUID(int=4))]}, "round_ids.0"),
    ],
)
async def test_a_faulty_baseline_names_its_field(
    runner: Runner[Store], changes: dict[str, object], field: str
) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    async with client(service(), runner) as http:
        answer = await http.post("/v1/baselines", json={**BASELINE, **changes})
    assert answer.status_code == 422
    assert field in answer.text


async def test_two_people_do_not_approve_over_each_other(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    async with client(service(), runner) as http:
        drafted = (await http.post("/v1/baselines", json=BASELINE)).json()["id"]
        tag = (await http.get(f"/v1/baselines/{drafted}")).headers["ETag"]
        url = f"/v1/baselines/{drafted}"
        assert (await http.post(f"{url}/approve", headers={"If-Match": tag})).status_code == 200
        assert (await http.post(f"{url}/approve", headers={"If-Match": tag})).status_code == 412
        rival = (await http.post("/v1/baselines", json=BASELINE)).json()["id"]
        refused = await http.post(f"/v1/baselines/{rival}/approve")
        assert (refused.status_code, "already covers" in refused.text) == (409, True)
        ended = await http.post(f"{url}/supersede", json={"last_day": "2026-11-30"})
        assert ended.status_code == 200
        listed = (await http.get(f"/v1/baselines?synergy_id={SYNERGY}")).json()["items"]
    assert sorted(baseline["status"] for baseline in listed) == ["drafted", "superseded"]


async def test_names_and_endings_are_followed(runner: Runner[Store]) -> None:
    actor = an_actor_registered()
    await deliver_twice(runner, handlers(), received(actor), received(AGREED))
    await deliver_twice(runner, handlers(), received(a_synergy_ended(), sequence=2))
    stranger = a_synergy_ended(synergy_id=an_id("never seen"))
    await deliver_twice(runner, handlers(), received(stranger))
    names = await runner.read(lambda store: store.actor_names([actor.actor.actor_id]))
    known = await runner.read(lambda store: store.synergy(SYNERGY))
    assert names == {actor.actor.actor_id: actor.actor.name}
    assert known
    assert known.ended_on is not None


async def test_an_observer_reads_but_does_not_correct(runner: Runner[Store]) -> None:
    async with client(service(), runner, "observer") as http:
        assert (await http.get("/v1/statements")).status_code == 200
        assert (await http.get("/v1/factors")).json()["items"]
        body = {"value": "1", "reason": "error", "explanation": "x"}
        refused = await http.post(f"/v1/statements/{UUID(int=1)}/correct", json=body)
    assert refused.status_code == 403


async def test_what_has_no_factor_is_said_and_not_guessed(runner: Runner[Store]) -> None:
    unknown = a_synergy_agreed(synergy=a_synergy(material={**MATERIAL, "resource_spec": "swarf"}))
    await deliver_twice(runner, handlers(), received(unknown))
    await deliver_twice(runner, handlers(), received(DELIVERED))
    flying = a_tour_completed(vehicle_class="airship")
    await deliver_twice(runner, handlers(), received(flying))
    assert await statements(runner) == []
    async with client(service(), runner) as http:
        found = (await http.get(f"/v1/totals?about=synergy&about_id={SYNERGY}")).json()
    assert any("swarf" in reason for reason in found["not_accounted"])


async def test_a_synergy_that_changes_no_matter_has_no_material_lines(
    runner: Runner[Store],
) -> None:
    shared = a_synergy_agreed(synergy=a_synergy(material=None, saving=None))
    await deliver_twice(runner, handlers(), received(shared))
    await deliver_twice(runner, handlers(), received(DELIVERED))
    assert await statements(runner) == []
    async with client(service(), runner) as http:
        found = (await http.get(f"/v1/totals?about=synergy&about_id={SYNERGY}")).json()
        unseen = (await http.get(f"/v1/totals?about=synergy&about_id={UUID(int=5)}")).json()
    assert "which matter" in found["not_accounted"][0]
    assert "no agreement" in unseen["not_accounted"][0]


async def test_a_correction_must_change_something(runner: Runner[Store]) -> None:
    await deliver_twice(runner, handlers(), received(AGREED))
    await deliver_twice(runner, handlers(), received(DELIVERED))
    (line,) = await statements(runner)
    body = {"value": str(line.value), "reason": "error", "explanation": "none"}
    async with client(service(), runner) as http:
        refused = await http.post(f"/v1/statements/{line.statement_id}/correct", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "value")


async def test_a_day_is_accounted_when_its_baseline_comes_late(runner: Runner[Store]) -> None:
    declared = an_existing_round_declared(round=an_existing_round(weekdays=(1, 2, 3, 4, 5, 6, 7)))
    await deliver_twice(runner, handlers(), received(declared))
    published_twice = received(a_tour_published()), received(a_tour_published(), sequence=3)
    await deliver_twice(runner, handlers(), *published_twice)
    await deliver_twice(runner, handlers(), received(a_tour_completed(), sequence=4))
    await approve(runner, of_rounds(declared))
    found = {s.indicator for s in await statements(runner) if s.about == "plan"}
    assert found == {"distance_avoided", "distance_avoided_van", "ghg_avoided_logistics"}


async def test_a_day_does_not_wait_for_a_cancelled_tour(runner: Runner[Store]) -> None:
    declared = an_existing_round_declared(round=an_existing_round(weekdays=(1, 2, 3, 4, 5, 6, 7)))
    other = an_id("other tour")
    await deliver_twice(
        runner,
        handlers(),
        received(declared),
        received(a_tour_published()),
        received(a_tour_published(tour=a_tour(tour_id=other))),
    )
    await approve(runner, of_rounds(declared))
    await deliver_twice(runner, handlers(), received(a_tour_completed(), sequence=2))
    assert not [s for s in await statements(runner) if s.about == "plan"]
    cancelled = received(a_tour_cancelled(tour_id=other), sequence=2)
    never_told = received(a_tour_cancelled(tour_id=an_id("unknown tour")))
    await deliver_twice(runner, handlers(), cancelled, never_told)
    found = {s.indicator for s in await statements(runner) if s.about == "plan"}
    assert found == {"distance_avoided", "distance_avoided_van", "ghg_avoided_logistics"}


async def test_a_day_without_a_factor_gives_no_figure(runner: Runner[Store]) -> None:
    declared = an_existing_round_declared(
        round=an_existing_round(weekdays=(1, 2, 3, 4, 5, 6, 7), energy="steam")
    )
    await deliver_twice(runner, handlers(), received(declared))
    await approve(runner, of_rounds(declared))
    tour = received(a_tour_published()), received(a_tour_completed(), sequence=2)
    await deliver_twice(runner, handlers(), *tour)
    assert {s.about for s in await statements(runner)} == {"tour"}
