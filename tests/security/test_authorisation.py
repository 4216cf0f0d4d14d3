"""Every endpoint, asked by everybody: what the policy allows, and nothing else."""

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from itertools import product
from typing import NamedTuple
from uuid import UUID

import pytest

import docs_authorisation
from maillage_contracts.samples import TERRITORY
from maillage_hub.testing_worlds import OWNER, STRANGER, World
from maillage_serving.policy import EVERYBODY, POLICY, Role, Rule
from maillage_serving.testing import token

ELSEWHERE = "elsewhere"
ENDPOINTS = docs_authorisation.endpoints()


class Caller(NamedTuple):
    """Who asks: a role, or None for whoever has no token."""

    role: Role | None
    organisation: UUID | None = None
    territory: str = TERRITORY


NOBODY = Caller(None)
CALLERS = [
    NOBODY,
    *(Caller(*who) for who in product(EVERYBODY, (OWNER, STRANGER, None), (TERRITORY, ELSEWHERE))),
]


@cache
def shown_by(caller: Caller) -> str | None:
    if caller.role is None:
        return None
    return token(caller.role, caller.organisation, territory=caller.territory)


class Expected(NamedTuple):
    """What a caller must be answered; whether it is let in; whether a list must be empty for it."""

    status: HTTPStatus
    is_empty: bool = False


def expected(rule: Rule, endpoint: str, caller: Caller) -> Expected:
    """By the policy alone: what belongs to another organisation is not there."""
    if caller.role is None or caller.territory != TERRITORY:
        return Expected(HTTPStatus.UNAUTHORIZED)
    roles = frozenset({caller.role})
    if not rule.allows(roles) or (rule.confines(roles) and caller.organisation is None):
        return Expected(HTTPStatus.FORBIDDEN)
    if not rule.confines(roles) or caller.organisation == OWNER:
        return Expected(HTTPStatus.OK)
    if endpoint.startswith("GET ") and "{" not in endpoint:
        return Expected(HTTPStatus.OK, is_empty=True)
    return Expected(HTTPStatus.NOT_FOUND)


async def hole(world: World, endpoint: str, caller: Caller) -> str | None:
    """What is wrong with the answer to this caller."""
    wanted = expected(POLICY[world.endpoints[endpoint]], endpoint, caller)
    answer = await world.ask(endpoint, shown_by(caller))
    status = answer.http.status_code
    is_in = wanted.status == HTTPStatus.OK
    if is_in:
        is_right = answer.http.is_success and (
            endpoint.startswith("GET ") != answer.did_something
            and not (wanted.is_empty and answer.http.json()["items"])
        )
    else:
        is_right = status == wanted.status and not answer.did_something
        is_right &= answer.http.headers["content-type"] == "application/problem+json"
    return None if is_right else f"{caller}: {status} instead of {wanted}: {answer.http.text[:200]}"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=" ".join)
async def test_everybody_gets_what_the_policy_says(
    worlds: Mapping[str, World], endpoint: tuple[str, str]
) -> None:
    service, name = endpoint
    world = worlds[service]
    assert name in world.valid, "give it a valid request in maillage_hub.testing_worlds"
    holes = [await hole(world, name, caller) for caller in CALLERS]
    assert [found for found in holes if found] == []


def test_no_endpoint_and_no_request_is_left_over(worlds: Mapping[str, World]) -> None:
    published = {
        (name, f"{method.upper()} {path}")
        for name, world in worlds.items()
        for path, methods in world.app.openapi()["paths"].items()
        for method in methods
    }
    valid = {(name, endpoint) for name, world in worlds.items() for endpoint in world.valid}
    assert published == valid == set(ENDPOINTS)


def test_every_permission_opens_something(worlds: Mapping[str, World]) -> None:
    asked = {permission for world in worlds.values() for permission in world.endpoints.values()}
    assert asked == POLICY.keys()
