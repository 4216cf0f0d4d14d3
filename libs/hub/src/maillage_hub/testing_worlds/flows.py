"""Flows with one in each state that a command asks for, a question, a note and a round."""

from typing import Any

from maillage_common.transaction import Runner
from maillage_contracts.samples import (
    a_case_introduced,
    an_actor,
    an_actor_registered,
    an_existing_round,
    an_id,
)
from maillage_flows.adapters.memory import MemoryStore
from maillage_flows.entrypoints.kafka import handlers
from maillage_flows.usecases.store import Store
from maillage_flows.wiring import service
from maillage_hub.testing_worlds.world import OWNER, PARTNER, Making, Valid, World, building
from maillage_serving.testing import deliver, received

DECLARED, OPEN, RESERVED = an_id("declared"), an_id("open"), an_id("reserved")
FLOW: dict[str, Any] = {
    "actor_id": str(OWNER),
    "kind": "material",
    "direction": "out",
    "intent": "offer",
    "willingness": "open",
    "resource": {"label": "Pallets", "spec": "pallet"},
}
NOTE = {"actor_id": str(OWNER), "what": "Broken pallets"}
ROUND_ID = an_id("round")
DRIVEN = an_existing_round().model_dump(mode="json", exclude={"round_id"}, exclude_none=True)


def _valid(observed: str) -> dict[str, Valid]:
    declared = {"flow_id": DECLARED}
    return {
        "GET /v1/flows": Valid(),
        "POST /v1/flows": Valid(FLOW),
        "GET /v1/flows/{flow_id}": Valid(),
        "PATCH /v1/flows/{flow_id}": Valid({"resource": {"label": "Pallets, used once"}}),
        "POST /v1/flows/{flow_id}/declare": Valid(about={"flow_id": observed}),
        "POST /v1/flows/{flow_id}/qualify": Valid({"confidence": "measured"}, about=declared),
        "POST /v1/flows/{flow_id}/open": Valid(about=declared),
        "POST /v1/flows/{flow_id}/confirm": Valid(),
        "POST /v1/flows/{flow_id}/withdraw": Valid({"reason": "sold_elsewhere"}),
        "POST /v1/flows/{flow_id}/end": Valid({"reason": "sold_elsewhere"}),
        "POST /v1/flows/{flow_id}/release": Valid(about={"flow_id": RESERVED}),
        "GET /v1/notes": Valid(),
        "POST /v1/notes": Valid(NOTE),
        "GET /v1/questions": Valid(),
        "GET /v1/questions/{question_id}": Valid(),
        "POST /v1/questions/{question_id}/answer": Valid({"value": "clean"}),
        "POST /v1/flows/{flow_id}/questions": Valid({"attribute": "waste_status"}),
        "GET /v1/rounds": Valid(),
        "POST /v1/rounds": Valid(DRIVEN),
        "GET /v1/rounds/{round_id}": Valid(),
        "PUT /v1/rounds/{round_id}": Valid({**DRIVEN, "label": "Tuesday deliveries"}),
        "POST /v1/rounds/{round_id}/end": Valid(),
    }


async def fill(runner: Runner[Store]) -> World:
    """Villaverde and its flows."""
    firms = [an_actor(), an_actor(name="STRH")]
    await deliver(runner, handlers(), *(received(an_actor_registered(actor=one)) for one in firms))
    async with building(service(), runner) as advisor:
        for flow_id, status in ((DECLARED, "declared"), (OPEN, "open"), (RESERVED, "open")):
            await advisor.post("/flows", {**FLOW, "flow_id": str(flow_id), "status": status})
        hidden = {"flow_id": str(an_id("private")), "visibility": "private"}
        await advisor.post("/flows", {**FLOW, **hidden})
        asked = {"attribute": "contamination"}
        question_id = await advisor.post(f"/flows/{OPEN}/questions", asked)
        await advisor.post("/notes", NOTE)
        (note,) = (await advisor.get("/notes"))["items"]
        await advisor.put(f"/rounds/{ROUND_ID}", DRIVEN)
        await advisor.patch(f"/flows/{note['flow_id']}", {"visibility": "members"})
    case = a_case_introduced(flow_ids=(RESERVED,), actor_ids=(OWNER, PARTNER))
    await deliver(runner, handlers(), received(case))
    usual = {"flow_id": OPEN, "question_id": question_id, "round_id": ROUND_ID}
    return World(service(), runner, usual, _valid(note["flow_id"]))


MAKING: Making[Store] = Making(service(), MemoryStore, fill)
