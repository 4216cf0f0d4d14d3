"""The registry with two firms, their sites and equipment."""

from typing import Any

from pydantic import BaseModel

from maillage_common.transaction import Runner
from maillage_contracts.samples import (
    JOURDIES,
    a_hub,
    a_vehicle,
    an_access_zone_rule_published,
    an_id,
)
from maillage_hub.testing_worlds.world import (
    OWNER,
    PARTNER,
    Builder,
    Making,
    Valid,
    World,
    building,
)
from maillage_registry.adapters.memory import MemoryStore
from maillage_registry.usecases.store import Store
from maillage_registry.wiring import service

ASLEEP = an_id("A firm that sleeps")
SITE = {"label": "Workshop", "position": JOURDIES.model_dump()}
PROFILE: dict[str, Any] = {"name": "Villaverde", "roles": ["carrier"]}
CREDENTIAL = {"scope": "waste_transport", "issuer": "Prefecture", "valid_from": "2026-01-01"}
CONTACT = {"email": "contact@example.org"}
USUAL = {
    "actor_id": OWNER,
    "site_id": an_id("site"),
    "credential_id": an_id("credential"),
    "purpose": "share_flows",
    "hub_id": an_id("hub"),
    "vehicle_id": an_id("vehicle"),
    "zone_id": an_id("zone"),
}


def _facts(document: BaseModel, *without: str) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude=set(without), exclude_none=True)


HUB = _facts(a_hub(), "hub_id")
VEHICLE = _facts(a_vehicle(), "vehicle_id", "in_service")
ZONE = _facts(an_access_zone_rule_published(), "zone_id")

VALID = {
    "GET /v1/actors": Valid(),
    "POST /v1/actors": Valid(PROFILE),
    "GET /v1/actors/{actor_id}": Valid(),
    "PUT /v1/actors/{actor_id}": Valid({**PROFILE, "name": "Villaverde & Co"}),
    "POST /v1/actors/{actor_id}/activate": Valid(about={"actor_id": ASLEEP}),
    "POST /v1/actors/{actor_id}/make-dormant": Valid(),
    "POST /v1/actors/{actor_id}/close": Valid(
        {"reason": "ceased_activity", "effective_on": "2026-11-23"}
    ),
    "PUT /v1/actors/{actor_id}/sites/{site_id}": Valid({**SITE, "label": "Shop"}),
    "DELETE /v1/actors/{actor_id}/sites/{site_id}": Valid(),
    "POST /v1/actors/{actor_id}/credentials": Valid({**CREDENTIAL, "scope": "organic"}),
    "DELETE /v1/actors/{actor_id}/credentials/{credential_id}": Valid(),
    "GET /v1/actors/{actor_id}/contact": Valid(),
    "PUT /v1/actors/{actor_id}/contact": Valid({**CONTACT, "phone": "+33 4 50 00 00 00"}),
    "DELETE /v1/actors/{actor_id}/contact": Valid(),
    "GET /v1/actors/{actor_id}/consents": Valid(),
    "PUT /v1/actors/{actor_id}/consents/{purpose}": Valid({"fields": ["quantity"]}),
    "DELETE /v1/actors/{actor_id}/consents/{purpose}": Valid(),
    "GET /v1/hubs": Valid(),
    "POST /v1/hubs": Valid(HUB),
    "GET /v1/hubs/{hub_id}": Valid(),
    "PUT /v1/hubs/{hub_id}": Valid({**HUB, "label": "Another"}),
    "GET /v1/vehicles": Valid(),
    "POST /v1/vehicles": Valid(VEHICLE),
    "GET /v1/vehicles/{vehicle_id}": Valid(),
    "PUT /v1/vehicles/{vehicle_id}": Valid({**VEHICLE, "label": "Another"}),
    "POST /v1/vehicles/{vehicle_id}/withdraw": Valid(),
    "GET /v1/zones": Valid(),
    "POST /v1/zones": Valid(ZONE),
    "GET /v1/zones/{zone_id}": Valid(),
    "PUT /v1/zones/{zone_id}": Valid({**ZONE, "name": "Another"}),
    "GET /v1/sites.geojson": Valid(),
    "GET /v1/zones.geojson": Valid(),
}


async def fill(runner: Runner[Store]) -> World:
    """Villaverde with all that can belong to it."""
    async with building(service(), runner) as advisor:
        await _firms(advisor)
        await advisor.put(f"/hubs/{USUAL['hub_id']}", HUB)
        await advisor.put(f"/vehicles/{USUAL['vehicle_id']}", VEHICLE)
        await advisor.put(f"/zones/{USUAL['zone_id']}", ZONE)
    return World(service(), runner, USUAL, VALID)


async def _firms(advisor: Builder) -> None:
    for actor_id in (OWNER, PARTNER, ASLEEP):
        await advisor.post("/actors", {**PROFILE, "actor_id": str(actor_id)})
    await advisor.post(f"/actors/{ASLEEP}/make-dormant")
    of = f"/actors/{OWNER}"
    await advisor.put(f"{of}/sites/{USUAL['site_id']}", SITE)
    held = {**CREDENTIAL, "credential_id": str(USUAL["credential_id"])}
    await advisor.post(f"{of}/credentials", held)
    await advisor.put(f"{of}/contact", CONTACT)
    await advisor.put(f"{of}/consents/{USUAL['purpose']}", {})


MAKING: Making[Store] = Making(service(), MemoryStore, fill)
