"""What firms could do together, through the doors: one case for many, and nothing about one."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.matching import Lead
from maillage_contracts.registry import ConsentWithdrawn
from maillage_contracts.samples import a_credential, a_flow, an_actor, an_id
from maillage_matching.adapters.hexagons import Hexagons
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.collecting import POOL_RESOLUTION
from maillage_matching.domain.missing_links import LINK_RESOLUTION
from maillage_matching.usecases.gather_streams import GatherStreams, gather_streams
from maillage_matching.usecases.report_missing_links import (
    ReportMissingLinks,
    report_missing_links,
)
from maillage_matching.usecases.store import Store
from maillage_serving.testing import FixedClock, context

Hear = Callable[..., Awaitable[Any]]
Door = Callable[..., httpx.AsyncClient]
Surfaced = Callable[[], Awaitable[list[Lead]]]
BOTH = ["memory", pytest.param("postgres", marks=pytest.mark.integration)]
SHOPS = 20


def firm(number: int) -> Any:  # noqa: ANN401 an actor of the contracts
    return an_actor(name=f"Firm {number}", sector="47.76Z")


def cardboard(number: int, **changes: object) -> Any:  # noqa: ANN401 a flow of the contracts
    usual: dict[str, object] = {
        "flow_id": an_id(f"cardboard of {number}"),
        "actor_id": firm(number).actor_id,
        "kind": "waste",
        "resource": {"label": "Cardboard", "spec": "cardboard", "waste_code": "15 01 01"},
        "legal": {"waste_status": "waste"},
        "activity_zone": None,
        "position": {"lat": 46.07, "lon": 6.4 + number * 0.0013},
        "quantity": {"value": "1", "unit": "t", "per": "P1M"},
        "cost_today": {"amount": "3600.00"},
    }
    return a_flow(**{**usual, **changes})


def jars(number: int, tonnes: float) -> Any:  # noqa: ANN401 a flow of the contracts
    return cardboard(
        number,
        flow_id=an_id(f"jars of {number}"),
        kind="material",
        resource={"label": "Jars", "spec": "glass_jars"},
        legal={"waste_status": "product"},
        quantity={"value": str(tonnes), "unit": "t", "per": "P1Y"},
    )


@pytest.fixture
def gather(runner: Runner[Store]) -> Callable[[], Awaitable[Any]]:
    use_case = partial(gather_streams, knowledge=our_knowledge(), grid=Hexagons(POOL_RESOLUTION))
    return lambda: runner.execute(use_case, GatherStreams(), subject="g", context=context())


@pytest.fixture
def report(runner: Runner[Store]) -> Callable[[], Awaitable[Any]]:
    use_case = partial(
        report_missing_links, knowledge=our_knowledge(), grid=Hexagons(LINK_RESOLUTION)
    )
    return lambda: runner.execute(use_case, ReportMissingLinks(), subject="r", context=context())


@pytest.fixture
async def shops(hear: Hear) -> None:
    """Twenty shops in no zone, each with a tonne of cardboard a month; somebody may carry it."""
    carrier = an_actor(name="Boucle", roles=("carrier",), credentials=(a_credential(),))
    await hear(carrier, *(firm(n) for n in range(SHOPS)), *(cardboard(n) for n in range(SHOPS)))


Act = Callable[[], Awaitable[Any]]


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize("database", BOTH, indirect=True)
async def test_twenty_firms_with_cardboard_are_one_lead(
    look: Act, gather: Act, surfaced: Surfaced, door: Door
) -> None:
    await look()
    assert await surfaced() == []
    await gather()
    await look()
    (lead,) = await surfaced()
    assert (lead.kind, len(lead.flow_ids)) == ("mutualisation", SHOPS)
    assert any("pays from" in line and "reached" in line for line in lead.explanation)
    await gather()
    await look()
    assert len(await surfaced()) == 1
    async with door() as advisor:
        (found,) = (await advisor.get("/v1/pools")).raise_for_status().json()["items"]
        shown = (await advisor.get(f"/v1/leads/{lead.lead_id}")).raise_for_status().json()
    assert (found["firms"], found["resource"]) == (SHOPS, "cardboard")
    assert found["economy"]["pays"] is True
    assert found["economy"]["inputs"]["rounds_a_year"] == 12
    assert found["economy"]["words"][1]["fr"].startswith("rentable à partir de")
    assert shown["pooled"]["missing_firms"] == 0


@pytest.mark.usefixtures("shops")
async def test_who_joins_a_pool_is_in_the_lead_that_waits(
    look: Act, gather: Act, surfaced: Surfaced, door: Door, hear: Hear
) -> None:
    await gather()
    await look()
    (lead,) = await surfaced()
    await hear(firm(SHOPS), cardboard(SHOPS))
    await look()
    await gather()
    async with door() as advisor:
        shown = (await advisor.get(f"/v1/leads/{lead.lead_id}")).raise_for_status().json()
    assert len(shown["members"]) == SHOPS + 1
    assert len(await surfaced()) == 1


@pytest.mark.usefixtures("shops")
async def test_a_pool_that_was_turned_down_stays_away(
    look: Act, gather: Act, surfaced: Surfaced, door: Door, hear: Hear
) -> None:
    await gather()
    await look()
    (lead,) = await surfaced()
    async with door() as advisor:
        told = await advisor.post(f"/v1/leads/{lead.lead_id}/reject", json={"reasons": ["no_time"]})
        assert told.status_code == 200
    east = range(SHOPS, 2 * SHOPS)
    await hear(*(firm(n) for n in east), *(cardboard(n) for n in east))
    await gather()
    await look()
    assert len(await surfaced()) == 1


@pytest.mark.usefixtures("shops")
async def test_with_the_engine_off_pools_are_there_and_leads_are_not(
    look: Act, gather: Act, surfaced: Surfaced, door: Door
) -> None:
    async with door() as advisor:
        settings = (await advisor.get("/v1/engine")).json()
        off = {name: settings[name] for name in settings if name != "version"}
        told = await advisor.put("/v1/engine", json={**off, "weekly_leads": 0})
        assert told.status_code == 200
        await gather()
        await look()
        assert await surfaced() == []
        assert len((await advisor.get("/v1/pools")).json()["items"]) == 1


async def test_pools_are_read_page_by_page(hear: Hear, gather: Act, door: Door) -> None:
    far = [cardboard(n, position={"lat": 47.0, "lon": 6.4}) for n in range(10, 14)]
    near = [cardboard(n) for n in range(3)]
    await hear(*(firm(n) for n in range(14)), *near, *far)
    await gather()
    async with door() as advisor:
        first = (await advisor.get("/v1/pools?limit=1")).json()
        second = (await advisor.get(f"/v1/pools?limit=1&cursor={first['next']}")).json()
        none = (await advisor.get("/v1/pools?resource=pallet")).json()
        wrong = await advisor.get("/v1/pools?cursor=WyJhIl0")
    firms = [[one["firms"] for one in page["items"]] for page in (first, second, none)]
    assert firms == [[4], [3], []]
    assert second["next"] is None
    assert wrong.status_code == 422


@pytest.fixture
async def canteens(hear: Hear) -> None:
    """Three canteens with glass jars, which nobody washes."""
    amounts = (20.25, 11.5, 9.25)
    flows = [jars(number, amount) for number, amount in enumerate(amounts)]
    await hear(*(firm(n) for n in range(3)), *flows)


@pytest.mark.usefixtures("canteens")
@pytest.mark.parametrize("database", BOTH, indirect=True)
async def test_a_quarter_is_kept_and_read_by_all_without_what_is_one_firm_s(
    report: Act, door: Door, clock: FixedClock, hear: Hear
) -> None:
    async with door("actor", firm(0).actor_id) as actor, door() as advisor:
        before = (await actor.get("/v1/missing-links")).raise_for_status().json()
        assert before == {"report": None, "is_whole": False}
        today = (await advisor.get("/v1/missing-links")).raise_for_status().json()
        (link,) = today["report"]["links"]
        assert (link["equipment"], link["amount"]) == ("jar_washing", "41000.000")
        assert link["largest_share"] is not None
        await report()
        assert (await actor.get("/v1/missing-links")).json()["report"] is None
        clock.advance(timedelta(days=39))
        await report()
        await hear(firm(3), jars(3, 100))
        await report()
        kept = (await actor.get("/v1/missing-links")).raise_for_status().json()["report"]
        assert kept["quarter"] == "2026-Q4"
        (told,) = kept["links"]
        assert (told["amount"], told["firms"], told["largest_share"]) == ("41000", 3, None)
        whole = (await advisor.get("/v1/missing-links?quarter=2026-Q4")).json()["report"]["links"]
        assert whole[0]["largest_share"] == link["largest_share"]
        now = (await advisor.get("/v1/missing-links")).json()["report"]
        assert (now["quarter"], now["links"][0]["firms"]) == ("2027-Q1", 4)
        assert (await actor.get("/v1/missing-links?quarter=2027-Q1")).status_code == 404


@pytest.mark.usefixtures("canteens")
async def test_what_one_firm_declared_is_in_nothing_that_another_reads(
    report: Act, gather: Act, door: Door, clock: FixedClock, hear: Hear
) -> None:
    """One firm brings nearly all of the oil: neither its amount nor its share is told."""
    oil = {"resource": {"label": "Frying oil", "spec": "cooking_oil_used"}}
    amounts = {5: "777.77", 6: "1.5", 7: "2.5"}
    flows = [
        cardboard(
            n, flow_id=an_id(f"oil {n}"), quantity={"value": t, "unit": "t", "per": "P1Y"}, **oil
        )
        for n, t in amounts.items()
    ]
    await hear(*(firm(n) for n in amounts), *flows)
    await gather()
    clock.advance(timedelta(days=39))
    await report()
    async with door() as advisor:
        links = (await advisor.get("/v1/missing-links?quarter=2026-Q4")).json()["report"]["links"]
        assert "biodiesel_plant" in {link["equipment"] for link in links}
    for role in ("actor", "observer", "dispatcher"):
        async with door(role, firm(6).actor_id) as other:
            for path in ("", "/table", "/map"):
                answer = (await other.get(f"/v1/missing-links{path}")).raise_for_status()
                assert "jar_washing" in answer.text
                for secret in ("777.77", "781.77", "cooking_oil", "biodiesel", "Firm", "flow_id"):
                    assert secret not in answer.text
                for number in range(8):
                    assert str(firm(number).actor_id) not in answer.text
            assert (await other.get("/v1/pools")).status_code == 403


@pytest.mark.usefixtures("canteens")
async def test_who_withdraws_its_consent_is_in_no_report(
    report: Act, door: Door, clock: FixedClock, hear: Hear
) -> None:
    await hear(ConsentWithdrawn(actor_id=firm(0).actor_id, purpose="matching"))
    clock.advance(timedelta(days=39))
    await report()
    async with door() as advisor:
        assert (await advisor.get("/v1/missing-links?quarter=2026-Q4")).status_code == 404


@pytest.mark.usefixtures("canteens")
async def test_a_late_report_would_not_tell_of_its_quarter(
    report: Act, door: Door, clock: FixedClock
) -> None:
    clock.advance(timedelta(days=60))
    await report()
    async with door() as advisor:
        assert (await advisor.get("/v1/missing-links?quarter=2026-Q4")).status_code == 404


@pytest.mark.usefixtures("canteens")
async def test_the_report_is_a_table_and_a_layer_too(door: Door) -> None:
    async with door() as advisor:
        table = (await advisor.get("/v1/missing-links/table")).raise_for_status()
        layer = (await advisor.get("/v1/missing-links/map")).raise_for_status()
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["equipment"], row["firms"], row["amount_a_year"]) for row in rows] == [
        ("jar_washing", "3", "41000.000")
    ]
    assert layer.headers["content-type"] == "application/geo+json"
    shown = layer.json()
    assert (shown["type"], len(shown["features"])) == ("FeatureCollection", 1)
    lon, lat = shown["features"][0]["geometry"]["coordinates"]
    assert (round(lon), round(lat)) == (6, 46)
