"""Impact with a synergy whose first delivery was accounted, a draft and an approved baseline."""

from typing import Any
from zoneinfo import ZoneInfo

from maillage_common.transaction import Runner
from maillage_contracts.samples import (
    a_synergy,
    a_synergy_agreed,
    a_transport_order_fulfilled,
    an_id,
)
from maillage_hub.testing_worlds.world import OWNER, Making, Valid, World, building
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.entrypoints import kafka
from maillage_impact.usecases.store import Store
from maillage_impact.wiring import service
from maillage_serving.testing import deliver, received

SYNERGY = an_id("synergy")
MATERIAL = {"resource_spec": "pallet", "replaces_spec": "pallet", "route_after": "reuse"}
DRAFT: dict[str, Any] = {
    "scope": "synergy",
    "synergy_id": str(SYNERGY),
    "kind": "observed",
    "description": "Used pallets were recycled, new ones were bought.",
    "evidence": "Invoices of 2025",
    "valid_from": "2026-01-01",
    "valid_to": "2027-12-31",
    "route_before": "recycling",
    "replaces_spec": "pallet",
}
BILL = {
    "about": "actor",
    "about_id": str(OWNER),
    "indicator": "bill_before",
    "value": "1200",
    "first": "2026-01-01",
    "last": "2026-12-31",
    "quality": "b",
    "document": "Bill 42",
}
BALANCE = {
    "hub_id": str(an_id("hub")),
    "first": "2026-11-01",
    "last": "2026-11-30",
    "stock_before_kg": "100",
    "in_kg": "900",
    "out_kg": "800",
    "stock_after_kg": "130",
    "evidence": "weighbridge",
}
REFILL = {
    "about": "hub",
    "about_id": str(an_id("hub")),
    "gas": "r452a",
    "refilled_kg": "1.2",
    "first": "2026-01-01",
    "last": "2026-12-31",
    "evidence": "Maintenance sheet 7",
}
LATER = {**DRAFT, "valid_from": "2028-01-01", "valid_to": "2028-12-31"}


def _valid(approved: str) -> dict[str, Valid]:
    return {
        "GET /v1/statements": Valid(),
        "GET /v1/statements/{entry_id}": Valid(),
        "POST /v1/statements/{entry_id}/correct": Valid(
            {"value": "1", "reason": "factor_update", "explanation": "Weighed again."}
        ),
        "POST /v1/figures": Valid(BILL),
        "POST /v1/balances": Valid(BALANCE),
        "POST /v1/refrigerants": Valid(REFILL),
        "GET /v1/accounts": Valid(
            query=f"?about=synergy&about_id={SYNERGY}&first=2026-11-01&last=2026-11-30"
        ),
        "GET /v1/totals": Valid(query=f"?about=synergy&about_id={SYNERGY}"),
        "GET /v1/factors": Valid(),
        "GET /v1/baselines": Valid(),
        "POST /v1/baselines": Valid(LATER),
        "GET /v1/baselines/{baseline_id}": Valid(),
        "POST /v1/baselines/{baseline_id}/approve": Valid(),
        "POST /v1/baselines/{baseline_id}/supersede": Valid(
            {"last_day": "2027-06-30"}, about={"baseline_id": approved}
        ),
    }


async def fill(runner: Runner[Store]) -> World:
    """What the pallets saved so far."""
    agreed = a_synergy_agreed(synergy=a_synergy(material=MATERIAL))
    fulfilled = a_transport_order_fulfilled(accepted_kg="180")
    heard = kafka.handlers(ZoneInfo("Europe/Paris"))
    await deliver(runner, heard, received(agreed))
    await deliver(runner, heard, received(fulfilled))
    async with building(service(), runner) as advisor:
        approved = await advisor.post("/baselines", DRAFT)
        await advisor.post(f"/baselines/{approved}/approve")
        baseline_id = await advisor.post("/baselines", LATER)
        entry = (await advisor.get("/statements"))["items"][0]
    usual = {"entry_id": entry["entry_id"], "baseline_id": baseline_id}
    return World(service(), runner, usual, _valid(approved))


MAKING: Making[Store] = Making(service(), MemoryStore, fill)
