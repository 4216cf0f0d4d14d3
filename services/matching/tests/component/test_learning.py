"""Decisions of advisors move the order of what comes next, and say so."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from maillage_contracts.envelope import Event
from maillage_contracts.matching import Lead
from maillage_contracts.samples import a_credential, a_flow, a_wanted_flow, an_actor, an_id

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Leads = Callable[[], Awaitable[list[Lead]]]
Door = Callable[..., httpx.AsyncClient]


def pair_of(thing: str, name: str) -> list[object]:
    donor, taker = an_actor(name=f"{name} donor"), an_actor(name=f"{name} taker")
    shared: dict[str, Any] = {"activity_zone": None, "condition": {}}
    shared["resource"] = {"label": thing, "spec": thing}
    legal = {"waste_status": "product", "is_hazardous": False}
    offer = a_flow(actor_id=donor.actor_id, flow_id=an_id(f"{name} offer"), **shared, legal=legal)
    need = a_wanted_flow(
        actor_id=taker.actor_id, flow_id=an_id(f"{name} need"), **shared, legal=legal
    )
    return [donor, taker, offer, need]


async def test_what_was_decided_is_told_in_the_next_lead(
    hear: Hear, look: Look, surfaced: Leads, door: Door
) -> None:
    carrier = an_actor(name="Boucle", roles=("carrier",), credentials=(a_credential(),))
    await hear(
        carrier,
        *(*pair_of("pallet", "first"), *pair_of("pallet", "second")),
        *(*pair_of("sawdust", "third"), *pair_of("sawdust", "fourth")),
    )
    await look()
    first = await surfaced()
    assert sorted(lead.resource for lead in first) == ["pallet", "pallet", "sawdust", "sawdust"]
    assert not any("learned" in line for lead in first for line in lead.explanation)
    async with door() as http:
        for lead in first:
            fits = lead.resource == "pallet"
            asked = {} if fits else {"reasons": ["contamination"]}
            said = "accept" if fits else "reject"
            answer = await http.post(f"/v1/leads/{lead.lead_id}/{said}", json=asked)
            assert answer.status_code == 200
    await hear(*pair_of("pallet", "fifth"))
    await look()
    (later,) = (await surfaced())[4:]
    fit = next(line for line in later.explanation if line.startswith("fit: "))
    assert "learned: branch:packaging>branch:packaging +" in fit
