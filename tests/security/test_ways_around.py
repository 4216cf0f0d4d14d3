"""What a firm could try to get at what is another's, beside asking for it by its name."""

from collections.abc import Mapping
from typing import Any

import pytest

from maillage_contracts.samples import an_id
from maillage_hub.testing_worlds import OWNER, PARTNER, Valid, World
from maillage_serving.policy import EVERYBODY, POLICY
from maillage_serving.testing import token

PARTNERS_TOKEN = token("actor", PARTNER)


def own(world: World, endpoint: str, **said: object) -> Valid:
    """The valid request of an endpoint, but for an object of the caller's."""
    body: dict[str, Any] = world.valid[endpoint].body  # type: ignore[assignment] a document
    return Valid({**body, "actor_id": str(PARTNER), **said})


async def test_an_identifier_in_use_is_not_taken_over(worlds: Mapping[str, World]) -> None:
    flows, tours = worlds["flows"], worlds["tours"]
    order: dict[str, Any] = tours.valid["POST /v1/orders"].body  # type: ignore[assignment]
    pickup = {**order["pickup"], "actor_id": str(PARTNER)}
    tries = [
        (flows, "POST /v1/flows", own(flows, "POST /v1/flows", flow_id=str(an_id("open")))),
        (flows, "PUT /v1/rounds/{round_id}", own(flows, "PUT /v1/rounds/{round_id}")),
        (flows, "POST /v1/rounds", own(flows, "POST /v1/rounds", round_id=str(an_id("round")))),
        (
            tours,
            "POST /v1/orders",
            Valid({**order, "pickup": pickup, "order_id": tours.usual["order_id"]}),
        ),
    ]
    for world, endpoint, request in tries:
        answer = await world.ask(endpoint, PARTNERS_TOKEN, request)
        assert answer.http.status_code == 409, (endpoint, answer.http.text)
        assert not answer.did_something


@pytest.mark.parametrize(
    ("service", "endpoint"), [("flows", "GET /v1/questions"), ("tours", "GET /v1/orders")]
)
async def test_a_filter_opens_no_list(
    worlds: Mapping[str, World], service: str, endpoint: str
) -> None:
    request = Valid(query=f"?actor_id={OWNER}")
    seen = await worlds[service].ask(endpoint, PARTNERS_TOKEN, request)
    assert seen.http.json()["items"] == []
    its_own = await worlds[service].ask(endpoint, token("actor", OWNER), request)
    assert its_own.http.json()["items"] != []


async def test_a_party_hears_of_no_case_before_the_introduction(
    worlds: Mapping[str, World],
) -> None:
    matching = worlds["matching"]
    before = Valid(about=matching.valid["POST /v1/cases/{case_id}/introduce"].about)
    for organisation in (OWNER, PARTNER):
        answer = await matching.ask("GET /v1/cases/{case_id}", token("actor", organisation), before)
        assert answer.http.status_code == 404


@pytest.mark.parametrize("role", EVERYBODY)
async def test_a_private_flow_is_there_for_its_firm_and_advisors_only(
    worlds: Mapping[str, World], role: str
) -> None:
    flows = worlds["flows"]
    private = an_id("private")
    if not POLICY["flows.flow.read"].allows(frozenset({role})):
        return
    for organisation in (OWNER, PARTNER, None):
        sees = role == "advisor" or organisation == OWNER
        signed = token(role, organisation)  # type: ignore[arg-type] of EVERYBODY
        one = await flows.ask("GET /v1/flows/{flow_id}", signed, Valid(about={"flow_id": private}))
        assert one.http.status_code == (200 if sees else 404)
        listed = await flows.ask("GET /v1/flows", signed)
        assert (str(private) in listed.http.text) == sees
