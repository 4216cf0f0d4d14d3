"""Statements: shares that add up, views, three formats, and nobody who can be recognised."""

from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from maillage_common.transaction import Runner
from maillage_impact.adapters.factor_files import shipped_factors
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.domain.baseline import Baseline, no_better
from maillage_impact.domain.entry import Entry, Finding, Occasion, Subject, amend, write
from maillage_impact.domain.material import MaterialChange, account_material
from maillage_impact.domain.transport import Carried, DrivenTour, account_driving
from maillage_impact.usecases.store import (
    Delivery,
    EntryFilter,
    KnownSynergy,
    PlannedTour,
    Store,
)
from maillage_impact.wiring import service
from maillage_serving.testing import client, either_runner, memory_runner

DAY = date(2026, 11, 23)
GIVER, TAKER, OTHER = UUID(int=11), UUID(int=12), UUID(int=13)
SYNERGY, TOUR = UUID(int=7), UUID(int=8)
YEAR = {"first": "2026-01-01", "last": "2026-12-31"}
ORDERS = (
    Carried(UUID(int=21), SYNERGY, Decimal(100), Decimal(5)),
    Carried(UUID(int=22), UUID(int=77), Decimal(50), Decimal(10)),
)
DRIVEN = DrivenTour(
    TOUR, "van", "diesel", Decimal(20), is_measured=True, empty_km=Decimal(5),
    insertion_hours=Decimal(3), carried=ORDERS,
)  # fmt: skip


@pytest.fixture
async def runner(database: str | None) -> AsyncIterator[Runner[Store]]:
    async with either_runner(database, service(), MemoryStore()) as started:
        await fill(started)
        yield started


def a_line(finding: Finding, subject: Subject, lot: str) -> Entry:
    return write(finding, Occasion(subject, DAY, DAY, (UUID(int=1),), lot=lot))


async def fill(runner: Runner[Store]) -> None:
    factors = shipped_factors()
    change = MaterialChange("biowaste_dry", "composting", "landfill", None, Decimal(1))
    synergy, tour = Subject("synergy", SYNERGY), Subject("tour", TOUR)
    lines = [
        a_line(f, synergy, "order/21") for f in account_material(change, Decimal(100), factors)
    ]
    lines += [a_line(f, tour, "tour/8") for f in account_driving(DRIVEN, factors)]
    async with runner.database.transaction() as (store, _):
        await store.save_actors([(GIVER, 1, "=Giver"), (TAKER, 1, "<Taker>"), (OTHER, 1, "Other")])
        await store.save_zones([(GIVER, 1, ["jourdies"]), (TAKER, 1, ["jourdies", "qp1"])])
        parties = ((GIVER, Decimal("0.333333")), (TAKER, Decimal("0.666667")))
        await store.save_synergy(KnownSynergy(SYNERGY, "Compost", DAY, parties))
        delivered = Delivery(UUID(int=21), SYNERGY, TOUR, Decimal(100), DAY, UUID(int=1))
        await store.save_deliveries([delivered])
        await store.save_tour(PlannedTour(TOUR, UUID(int=9), DAY, DRIVEN, UUID(int=1)))
        await store.append(lines)


async def asked(runner: Runner[Store], **parameters: object) -> dict[str, Any]:
    given = {name: str(value) for name, value in parameters.items()}
    async with client(service(), runner) as http:
        answer = await http.get("/v1/accounts", params={**YEAR, **given})
    assert answer.status_code == 200, answer.text
    return answer.json()


def figures(statement: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {figure["indicator"]: figure for figure in statement["figures"]}


async def test_the_territory_sums_every_line_once(runner: Runner[Store]) -> None:
    found = figures(await asked(runner, about="territory"))
    assert found["ghg_avoided_material"]["value"] == "55.200"
    assert found["ghg_induced_transport"]["value"] == "10.112"
    assert found["empty_share"]["value"] == "25.00"
    assert found["ghg_avoided_material"]["is_demonstrated"]
    assert found["ghg_avoided_material"]["lines"] == 1


async def test_what_the_parties_bear_is_what_the_synergy_made(runner: Runner[Store]) -> None:
    whole = figures(await asked(runner, about="synergy", about_id=SYNERGY))
    parts = [figures(await asked(runner, about="actor", about_id=id_)) for id_ in (GIVER, TAKER)]
    for code in ("ghg_avoided_material", "mass_redirected"):
        borne = sum(Decimal(part[code]["value"]) for part in parts)
        assert borne == Decimal(whole[code]["value"])
    driven = sum(Decimal(part["ghg_induced_transport"]["value"]) for part in parts)
    assert driven == Decimal("5.056")  # half of the tour: 0.5 of 1 t.km


async def test_a_zone_of_fewer_than_three_actors_is_withheld(runner: Runner[Store]) -> None:
    found = figures(await asked(runner, about="zone", zone="jourdies"))
    assert found["ghg_avoided_material"]["is_withheld"]
    assert found["ghg_avoided_material"]["low"] is None
    await join(runner, OTHER, 70, "jourdies", indicator="mass_redirected")
    found = figures(await asked(runner, about="zone", zone="jourdies"))
    assert found["mass_redirected"]["value"] == "101.000"
    assert found["ghg_avoided_material"]["is_withheld"]  # two actors are behind it


async def join(
    runner: Runner[Store],
    actor_id: UUID,
    synergy: int,
    *zones: str,
    indicator: str = "ghg_avoided_material",
) -> None:
    """One more actor of these zones, with a synergy of its own of 1 kg."""
    about = Subject("synergy", UUID(int=synergy))
    finding = Finding(indicator, Decimal(1), "weighed")
    async with runner.database.transaction() as (store, _):
        await store.save_actors([(actor_id, 1, f"Actor {synergy}")])
        await store.save_zones([(actor_id, 1, zones)])
        await store.save_synergy(KnownSynergy(about.id, "Own", DAY, ((actor_id, Decimal(1)),)))
        await store.append([a_line(finding, about, f"order/{synergy}")])


async def test_a_zone_that_a_larger_one_would_tell_of_is_withheld(runner: Runner[Store]) -> None:
    await join(runner, OTHER, 70, "jourdies", "arve")
    await join(runner, UUID(int=14), 71, "arve")
    async with runner.database.transaction() as (store, _):
        await store.save_zones([(id_, 1, ["jourdies", "arve"]) for id_ in (GIVER, TAKER)])
    inner = await asked(runner, about="zone", zone="jourdies")
    outer = figures(await asked(runner, about="zone", zone="arve"))
    assert all(figure["is_withheld"] for figure in inner["figures"])
    assert any("larger zone" in note for note in inner["notes"])
    assert outer["ghg_avoided_material"]["value"] == "57.200"
    await join(runner, UUID(int=15), 72)  # in no zone: the territory tells of it
    outer = figures(await asked(runner, about="zone", zone="arve"))
    assert outer["ghg_avoided_material"]["is_withheld"]
    await join(runner, UUID(int=16), 73)
    await join(runner, UUID(int=17), 74)
    outer = figures(await asked(runner, about="zone", zone="arve"))
    assert outer["ghg_avoided_material"]["value"] == "57.200"


async def test_a_correction_counts_once_and_the_past_can_be_asked(runner: Runner[Store]) -> None:
    asked_for = EntryFilter(indicator="mass_redirected")
    async with runner.database.transaction() as (store, _):
        ((_, line),) = await store.entries(asked_for)
        again = Finding("mass_redirected", Decimal(90), "weighed again")
        await store.append(amend(line, a_line(again, line.subject, "order/21"), "error"))
    now = figures(await asked(runner, about="territory"))["mass_redirected"]
    assert (now["value"], now["lines"]) == ("90.000", 1)
    before = await asked(runner, about="territory", known_at=line.recorded_at)
    assert figures(before)["mass_redirected"]["value"] == "100.000"


async def test_what_is_held_against_an_average_of_the_sector_is_marked(
    runner: Runner[Store],
) -> None:
    average = Baseline(
        UUID(int=5), "rounds", None, "sector_average", "market mix", "a study", DAY, DAY
    )
    observed = replace(average, baseline_id=UUID(int=6), kind="observed")
    plan, other = Subject("plan", UUID(int=9)), Subject("plan", UUID(int=10))
    km, more_km = (Finding("distance_avoided", Decimal(n), "rounds") for n in (12, 30))
    weak = a_line(no_better(average, km), plan, "plan/9")
    sound = a_line(no_better(observed, more_km), other, "plan/10")
    async with runner.database.transaction() as (store, _):
        await store.append([weak, sound])
    whole = await asked(runner, about="territory")
    assert figures(whole)["distance_avoided"]["value"] == "42.000"
    assert figures(whole)["distance_avoided"]["weak_value"] == "12.000"
    assert figures(whole)["mass_redirected"]["weak_value"] is None
    of_plan = figures(await asked(runner, about="plan", about_id=plan.id))
    assert of_plan["distance_avoided"]["weak_value"] == "12.000"
    then = await asked(runner, about="territory", known_at="2100-01-01T00:00:00Z")
    assert figures(then) == figures(whole)
    better = a_line(no_better(observed, km), plan, "plan/9")
    async with runner.database.transaction() as (store, _):
        await store.append(amend(weak, better, "baseline_change"))
    now = figures(await asked(runner, about="territory"))["distance_avoided"]
    assert (now["value"], now["weak_value"]) == ("42.000", None)


async def test_views_differ_by_the_factors_only(runner: Runner[Store]) -> None:
    reported = figures(await asked(runner, about="territory"))
    current = figures(await asked(runner, about="territory", view="current"))
    constant = await asked(runner, about="territory", view="constant", version="2026.1")
    assert reported == current
    assert constant["factors"] == "2026.1"
    assert figures(constant)["mass_redirected"] == reported["mass_redirected"]


async def test_a_statement_names_the_ledger_that_it_is_of(runner: Runner[Store]) -> None:
    statement = await asked(runner, about="territory")
    assert statement["ledger"]["lines"] == 8
    assert len(statement["ledger"]["head"]) == 64


async def test_bills_are_shown_only_against_a_bill_before(runner: Runner[Store]) -> None:
    assert (await asked(runner, about="actor", about_id=GIVER))["bills"] is None
    bills = {"bill_before": 1000, "bill_after": 600, "reinvested": 100}
    async with runner.database.transaction() as (store, _):
        subject = Subject("actor", GIVER)
        await store.append(
            [a_line(Finding(code, Decimal(v), "bills"), subject, "f") for code, v in bills.items()]
        )
    found = (await asked(runner, about="actor", about_id=GIVER))["bills"]
    shown = (found["saved_eur"], found["saved_pct"], found["reinvested_pct"])
    assert shown == ("400.000", "40.0", "25.0")
    sheet = await asked(runner, about="actor", about_id=GIVER, format="sheet")
    assert sheet["results"]["costs_downstream"]["bill_before"]["value"] == "1000.000"
    assert sheet["results"]["treatment_avoided"]["mass_redirected"]["value"] == "33.333"


@pytest.mark.parametrize(("lang", "title"), [("fr", "Bilan d"), ("en", "Statement of impact")])
async def test_a_page_to_print_escapes_what_others_wrote(
    runner: Runner[Store], lang: str, title: str
) -> None:
    asked_for = {"about": "actor", "about_id": str(TAKER), "format": "html", "lang": lang}
    async with client(service(), runner) as http:
        answer = await http.get("/v1/accounts", params={**YEAR, **asked_for})
    assert title in answer.text
    assert "&lt;Taker&gt;" in answer.text
    assert "<Taker>" not in answer.text
    assert "ghg_avoided_material" in answer.text


async def test_a_browser_applies_the_style_of_the_page_and_nothing_else(
    runner: Runner[Store],
) -> None:
    async with client(service(), runner) as http:
        answer = await http.get(
            "/v1/accounts", params={**YEAR, "about": "territory", "format": "html"}
        )
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")


async def test_a_table_for_spreadsheets_holds_no_formula(runner: Runner[Store]) -> None:
    asked_for = {"about": "territory", "format": "csv"}
    async with client(service(), runner) as http:
        answer = await http.get("/v1/accounts", params={**YEAR, **asked_for})
    assert answer.headers["content-type"].startswith("text/csv")
    cells = [cell for row in answer.text.splitlines()[1:] for cell in row.split(",")]
    assert cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


async def test_footprints_of_a_tour_add_up_to_it(runner: Runner[Store]) -> None:
    found = await asked(runner, about="tour", about_id=TOUR, format="ileap")
    tces = [tce for one in found["shipmentFootprints"] for tce in one["tces"]]
    assert sum(Decimal(tce["co2eWTW"]) for tce in tces) == Decimal("10.112")
    assert [Decimal(tce["transportActivity"]) for tce in tces] == [Decimal("0.5")] * 2


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"about": "moon"}, "about"),
        ({"about": "actor"}, "about_id"),
        ({"about": "zone"}, "zone"),
        ({"about": "territory", "last": "2025-01-01"}, "last"),
        ({"about": "territory", "view": "rosy"}, "view"),
        ({"about": "territory", "view": "constant", "version": "1"}, "version"),
        ({"about": "territory", "format": "pdf"}, "format"),
        ({"about": "territory", "format": "ileap"}, "about"),
        ({"about": "territory", "format": "html", "lang": "de"}, "lang"),
    ],
)
async def test_a_faulty_question_names_its_field(parameters: dict[str, str], field: str) -> None:
    store: Store = MemoryStore()
    async with client(service(), memory_runner(store, service="impact")) as http:
        refused = await http.get("/v1/accounts", params={**YEAR, **parameters})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
