"""Refrigerants that escape are lines of the ledger: by refills, or by charge and yearly loss."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from maillage_common.transaction import Runner
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.domain.cold import Escaped, line_of_escape
from maillage_impact.domain.factors import FactorSet, MixedBoundaries
from maillage_impact.usecases.store import Store
from maillage_impact.wiring import service
from maillage_serving.testing import client, memory_runner

REFILL: dict[str, object] = {
    "about": "hub",
    "about_id": str(UUID(int=3)),
    "gas": "r452a",
    "refilled_kg": "1.7788",
    "first": "2026-01-01",
    "last": "2026-12-31",
    "evidence": "maintenance sheet 7",
}
CHARGE = {**REFILL, "refilled_kg": None, "charge_kg": "5.5"}


@pytest.fixture
def runner() -> Runner[Store]:
    store: Store = MemoryStore()
    return memory_runner(store, service="impact")


@pytest.mark.parametrize(
    ("body", "value", "quality"),
    [
        (REFILL, "4077.010", "b"),  # 1.7788 kg x 2,292
        (CHARGE, "4096.950", "c"),  # 5.5 kg x 0.325 x 2,292
        ({**CHARGE, "units": 2, "loss": "conservative", "last": "2026-03-14"}, "2521.200", "c"),
    ],
)
async def test_what_escaped_is_induced(
    runner: Runner[Store], body: dict[str, object], value: str, quality: str
) -> None:
    async with client(service(), runner) as http:
        told = await http.post("/v1/refrigerants", json=body)
        assert told.status_code == 201, told.text
        (line,) = (await http.get("/v1/statements")).json()["items"]
        opened = (await http.get(f"/v1/statements/{line['entry_id']}")).json()
    assert (line["indicator"], line["account"]) == ("ghg_induced_refrigerant", "induced")
    assert (line["value"], line["quality"]) == (value, quality)
    assert [factor["factor_id"] for factor in opened["factors"]] == ["r452a_gwp"]


async def test_the_same_gas_and_period_again_corrects_what_was_entered(
    runner: Runner[Store],
) -> None:
    async with client(service(), runner) as http:
        await http.post("/v1/refrigerants", json=REFILL)
        await http.post("/v1/refrigerants", json={**REFILL, "refilled_kg": "1"})
        found = await http.get(f"/v1/totals?about=hub&about_id={REFILL['about_id']}")
    assert [total["value"] for total in found.json()["totals"]] == ["2292.000"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gas": "steam"}, "gas"),
        ({"about": "planet"}, "about"),
        ({"last": "2025-01-01"}, "last"),
        ({"charge_kg": "5"}, "refilled_kg"),
        ({"refilled_kg": None}, "refilled_kg"),
        ({"refilled_kg": None, "charge_kg": "5", "loss": "none"}, "loss"),
    ],
)
async def test_what_cannot_be_computed_is_refused(
    runner: Runner[Store], changes: dict[str, object], field: str
) -> None:
    async with client(service(), runner) as http:
        refused = await http.post("/v1/refrigerants", json={**REFILL, **changes})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


def test_a_warming_potential_over_another_time_is_refused() -> None:
    gas = MemoryStore().factors.get("r452a_gwp")
    other = FactorSet([replace(gas, boundary="gwp20")], {})
    day = date(2026, 1, 1)
    with pytest.raises(MixedBoundaries, match="gwp20"):
        line_of_escape(Escaped("hub", UUID(int=3), "r452a", day, day, "sheet"), other, UUID(int=1))
