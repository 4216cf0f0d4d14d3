"""Matching with a lead, cases from start to synergy, a suppression, and rulings."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from maillage_common.transaction import Runner
from maillage_contracts.samples import (
    a_flow,
    a_flow_opened,
    a_wanted_flow,
    an_actor,
    an_actor_registered,
    an_id,
)
from maillage_hub.testing_worlds.matching_outcomes import outcomes, tried
from maillage_hub.testing_worlds.world import (
    OWNER,
    PARTNER,
    Builder,
    Making,
    Valid,
    World,
    building,
)
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.domain.policy import Settings
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases.store import Store
from maillage_matching.wiring import service
from maillage_serving.testing import deliver, received

LEADS = ("waits", "chosen", "introduced", "agreed", "tried", "given_up")
"""Each of another pair of flows of the same two firms, and where it has got to."""
PARTIES = ({"actor_id": str(OWNER), "role": "donor", "share": "0.5"},
           {"actor_id": str(PARTNER), "role": "receiver", "share": "0.5"})  # fmt: skip
AGREED = {"parties": PARTIES, "starts_on": "2026-12-01"}
ENDED = {"ended_on": "2027-06-30", "reason": "moved", "attribution": "no"}
SETTINGS = Settings().model_dump(mode="json")


def _pair(name: str) -> tuple[str, str]:
    return str(an_id(f"offer, {name}")), str(an_id(f"need, {name}"))


def _proposed(name: str) -> dict[str, Any]:
    return {
        "source": "advisor",
        "kind": "substitution",
        "flow_ids": _pair(name),
        "note": "Seen at a visit.",
    }


def _members(name: str) -> dict[str, Any]:
    roles = zip(_pair(name), ("donor", "receiver"), strict=True)
    return {"members": [{"flow_id": flow_id, "role": role} for flow_id, role in roles]}


def _valid(chosen: str, made: Mapping[str, str]) -> dict[str, Valid]:
    before = {"case_id": chosen}
    one, other = _pair("waits")
    return {
        "GET /v1/leads": Valid(),
        "POST /v1/leads": Valid(_proposed("waits")),
        "GET /v1/leads/{lead_id}": Valid(),
        "POST /v1/leads/{lead_id}/accept": Valid({"title": "Pallets"}),
        "POST /v1/leads/{lead_id}/reject": Valid({"reasons": ["too_far"]}),
        "POST /v1/leads/{lead_id}/defer": Valid({"until": "2026-12-01"}),
        "GET /v1/reasons": Valid(),
        "GET /v1/blocked": Valid(),
        "GET /v1/why-not": Valid(query=f"?one={one}&other={other}"),
        "GET /v1/suppressions": Valid(),
        "POST /v1/suppressions": Valid(_apart()),
        "POST /v1/suppressions/{suppression_id}/lift": Valid(),
        "GET /v1/rulings": Valid(),
        "POST /v1/rulings/{ruling_id}/adopt": Valid({"note": "The prefecture says the same."}),
        "POST /v1/rulings/{ruling_id}/decline": Valid({}),
        "POST /v1/rulings/{ruling_id}/lift": Valid({}, about={"ruling_id": made["adopted"]}),
        "GET /v1/cases": Valid(),
        "GET /v1/cases/{case_id}": Valid(),
        "POST /v1/cases/{case_id}/plan": Valid({"next_step": "Visit both"}),
        "POST /v1/cases/{case_id}/assess": Valid({"technical": {"verdict": "ok"}}),
        "POST /v1/cases/{case_id}/choose-parties": Valid(_members("chosen"), about=before),
        "POST /v1/cases/{case_id}/move": Valid({"to": "paused"}),
        "POST /v1/cases/{case_id}/introduce": Valid({"channel": "visit"}, about=before),
        "POST /v1/cases/{case_id}/agree": Valid(AGREED),
        "POST /v1/cases/{case_id}/abandon": Valid({"reasons": ["too_far"]}),
        "GET /v1/synergies": Valid(),
        "GET /v1/synergies/{synergy_id}": Valid(),
        "POST /v1/synergies/{synergy_id}/end": Valid(ENDED),
        "POST /v1/synergies/{synergy_id}/publish": Valid({"consented": True}),
        "GET /v1/engine": Valid(),
        "PUT /v1/engine": Valid({**SETTINGS, "weekly_leads": 3}),
        "GET /v1/inbox": Valid(),
        "GET /v1/summary": Valid(),
        "GET /v1/resources": Valid(query="?text=pallets"),
        "GET /v1/resources/{spec}": Valid(),
        "GET /v1/prospects": Valid(query="?activity=16&lat=46.06&lon=6.38"),
        "GET /v1/pools": Valid(),
        "GET /v1/missing-links": Valid(),
        "GET /v1/missing-links/table": Valid(),
        "GET /v1/missing-links/map": Valid(),
        **_sharings(made),
    }


def _sharings(made: Mapping[str, str]) -> dict[str, Valid]:
    """What the owner of the world asks and answers, lending its forklift or borrowing another."""
    owner = {"actor_id": str(OWNER)}
    bounds = "&starts_at=2027-01-01T00:00:00Z&ends_at=2027-03-01T00:00:00Z"
    accepted, confirmed = ({"sharing_id": made[one]} for one in ("accepted", "confirmed"))
    return {
        "GET /v1/sharings": Valid(),
        "POST /v1/sharings": Valid(_asked(OWNER, PARTNER, day=20)),
        "GET /v1/sharings/{sharing_id}": Valid(),
        "POST /v1/sharings/{sharing_id}/accept": Valid(owner),
        "POST /v1/sharings/{sharing_id}/other-time": Valid({**owner, **_day(21)}, about=accepted),
        "POST /v1/sharings/{sharing_id}/confirm": Valid(owner, about=accepted),
        "POST /v1/sharings/{sharing_id}/finish": Valid(owner, about=confirmed),
        "POST /v1/sharings/{sharing_id}/refuse": Valid(owner),
        "GET /v1/calendar": Valid(query=f"?flow_id={_forklift(OWNER)}{bounds}"),
    }


def _forklift(whose: UUID) -> str:
    return str(an_id(f"forklift of {whose}"))


def _asked(borrower: UUID, owner: UUID, *, day: int) -> dict[str, str]:
    return {"flow_id": _forklift(owner), "actor_id": str(borrower), **_day(day)}


def _day(day: int) -> dict[str, str]:
    return {"starts_at": f"2027-02-{day}T08:00:00Z", "ends_at": f"2027-02-{day}T18:00:00Z"}


async def _share(advisor: Builder) -> dict[str, str]:
    """A request that waits for the owner, one that waits for its answer, one that is agreed."""
    asked = {
        "waits": _asked(PARTNER, OWNER, day=10),
        "accepted": _asked(OWNER, PARTNER, day=11),
        "confirmed": _asked(PARTNER, OWNER, day=12),
    }
    made = {name: await advisor.post("/sharings", body) for name, body in asked.items()}
    await advisor.post(f"/sharings/{made['accepted']}/accept", {"actor_id": str(PARTNER)})
    await advisor.post(f"/sharings/{made['confirmed']}/accept", {"actor_id": str(OWNER)})
    await advisor.post(f"/sharings/{made['confirmed']}/confirm", {"actor_id": str(PARTNER)})
    return made


async def _rule(advisor: Builder) -> dict[str, str]:
    """What a lead that was turned down for two reasons of law proposes: one waits, one holds."""
    lead = await advisor.post("/leads", _proposed("shut"))
    await advisor.post(f"/leads/{lead}/reject", {"reasons": ["permit", "sanitary"]})
    proposed, adopted = [str(one["ruling_id"]) for one in (await advisor.get("/rulings"))["items"]]
    await advisor.post(f"/rulings/{adopted}/adopt", {})
    return {"proposed": proposed, "adopted": adopted}


def _apart() -> dict[str, Any]:
    return {"actor_ids": [str(OWNER), str(PARTNER)], "reason": "competitors"}


async def fill(runner: Runner[Store]) -> World:
    """Villaverde and STRH, from a lead that waits to a synergy that was agreed."""
    await deliver(runner, handlers(), *_heard())
    async with building(service(), runner) as advisor:
        leads = {name: await advisor.post("/leads", _proposed(name)) for name in LEADS}
        cases = {name: await advisor.post(f"/leads/{leads[name]}/accept", {}) for name in LEADS[1:]}
        for name, case_id in cases.items():
            await advisor.post(f"/cases/{case_id}/move", {"to": "qualifying"})
            if name != "chosen":
                await _to_feasibility(advisor, case_id)
        made = await _share(advisor) | await _rule(advisor)
        usual = {
            "sharing_id": made["waits"],
            "lead_id": leads["waits"],
            "spec": "pallet",
            "case_id": cases["introduced"],
            "synergy_id": await advisor.post(f"/cases/{cases['agreed']}/agree", AGREED),
            "ruling_id": made["proposed"],
            "suppression_id": await advisor.post("/suppressions", _apart()),
        }
        await tried(advisor, cases, AGREED)
    valid = _valid(cases["chosen"], made) | outcomes(cases)
    return World(service(), runner, usual, valid)


def _heard() -> list[Any]:
    firms = [an_actor(name="Villaverde", sector="47.76Z"), an_actor(name="STRH")]
    told: list[Any] = [received(an_actor_registered(actor=firm)) for firm in firms]
    for offer, need in map(_pair, (*LEADS, "shut")):
        told.append(received(a_flow_opened(flow=a_flow(flow_id=offer))))
        told.append(received(a_flow_opened(flow=a_wanted_flow(flow_id=need))))
    for whose in (OWNER, PARTNER):
        lent = a_flow(flow_id=_forklift(whose), actor_id=whose, kind="equipment", intent="lend")
        told.append(received(a_flow_opened(flow=lent)))
    return told


async def _to_feasibility(advisor: Builder, case_id: str) -> None:
    await advisor.post(f"/cases/{case_id}/introduce", {"channel": "visit"})
    await advisor.post(f"/cases/{case_id}/move", {"to": "feasibility"})


MAKING: Making[Store] = Making(service(), MemoryStore, fill)
