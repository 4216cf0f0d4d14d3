"""Figures that a person enters: bills, hours, counts, each with its evidence."""

from decimal import Decimal
from uuid import UUID

import pytest

from maillage_common.transaction import Runner
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.usecases.store import EntryFilter, Store
from maillage_impact.wiring import service
from maillage_serving.testing import client, memory_runner

BILL = {
    "about": "actor",
    "about_id": str(UUID(int=1)),
    "indicator": "bill_before",
    "value": "1200.50",
    "first": "2026-01-01",
    "last": "2026-12-31",
    "quality": "b",
    "document": "invoices 14 to 25",
}


@pytest.fixture
def runner() -> Runner[Store]:
    store: Store = MemoryStore()
    return memory_runner(store, service="impact")


async def test_a_bill_is_a_line_of_the_ledger_with_its_evidence(runner: Runner[Store]) -> None:
    async with client(service(), runner) as http:
        entered = await http.post("/v1/figures", json=BILL)
        assert entered.status_code == 201, entered.text
        (line,) = (await http.get("/v1/statements")).json()["items"]
    assert (line["value"], line["account"]) == ("1200.500", "money")
    assert "invoices 14 to 25" in line["method"]


async def test_the_same_figure_entered_again_corrects_the_first(runner: Runner[Store]) -> None:
    async with client(service(), runner) as http:
        await http.post("/v1/figures", json=BILL)
        await http.post("/v1/figures", json={**BILL, "value": "1300"})
    lines = await runner.read(lambda store: store.entries(EntryFilter(with_reversals=True)))
    assert sum(entry.value for _, entry in lines) == Decimal(1300)
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"about": "planet"}, "about"),
        ({"indicator": "ghg_avoided_material"}, "indicator"),
        ({"indicator": "luck"}, "indicator"),
        ({"last": "2025-01-01"}, "last"),
        ({"quality": "e"}, "quality"),
        ({"quality": "z"}, "quality"),
        ({"about": "synergy"}, "about_id"),
    ],
)
async def test_a_faulty_figure_names_its_field(
    runner: Runner[Store], changes: dict[str, str], field: str
) -> None:
    async with client(service(), runner) as http:
        refused = await http.post("/v1/figures", json={**BILL, **changes})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_an_observer_enters_nothing(runner: Runner[Store]) -> None:
    async with client(service(), runner, "observer") as http:
        assert (await http.post("/v1/figures", json=BILL)).status_code == 403


BALANCE = {
    "hub_id": str(UUID(int=3)),
    "first": "2026-11-01",
    "last": "2026-11-30",
    "stock_before_kg": "100",
    "in_kg": "900",
    "out_kg": "850",
    "losses_kg": "10",
    "stock_after_kg": "130",
    "evidence": "weighbridge",
}


async def test_a_balance_that_closes_writes_nothing(runner: Runner[Store]) -> None:
    async with client(service(), runner) as http:
        closed = await http.post("/v1/balances", json=BALANCE)
        assert (closed.status_code, closed.json()["events"]) == (201, [])


async def test_a_gap_is_a_line_and_an_event(runner: Runner[Store]) -> None:
    async with client(service(), runner) as http:
        told = await http.post("/v1/balances", json={**BALANCE, "out_kg": "800"})
        (line,) = (await http.get("/v1/statements?about=hub")).json()["items"]
    assert told.json()["events"][0]["type"] == "org.maillage.impact.recorded.v1"
    assert (line["indicator"], line["value"]) == ("mass_gap", "60.000")


async def test_a_gap_that_is_explained_later_is_corrected(runner: Runner[Store]) -> None:
    async with client(service(), runner) as http:
        await http.post("/v1/balances", json={**BALANCE, "out_kg": "800"})
        await http.post("/v1/balances", json={**BALANCE, "out_kg": "825"})
        total = (await http.get(f"/v1/totals?about=hub&about_id={UUID(int=3)}")).json()
    assert total["totals"][0]["value"] == "35.000"
