"""What an application is not made of: routes that would let in whoever asks."""

from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from tally import MemoryTally, Store, service

from maillage_common.transaction import Runner
from maillage_serving.auth import Principal
from maillage_serving.http import query
from maillage_serving.testing import app_of, memory_runner


@pytest.fixture
def tally() -> Runner[Store]:
    store: Store = MemoryTally()
    return memory_runner(store, service="flows")


def test_a_route_without_a_permission_stops_the_start(tally: Runner[Store]) -> None:
    def build(routes: APIRouter) -> FastAPI:
        def router(_: Runner[Store]) -> APIRouter:
            return routes

        return app_of(replace(service(), router=router), tally)

    open_door, around, nested = APIRouter(), APIRouter(), APIRouter()

    @open_door.get("/open")
    async def enter() -> None: ...

    around.include_router(open_door)
    nested.include_router(around)
    for routes in (open_door, around, nested):
        with pytest.raises(ValueError, match="GET /open"):
            build(routes)
    app_of(service(), tally)


def test_a_route_that_reads_the_body_first_stops_the_start(tally: Runner[Store]) -> None:
    def router(_: Runner[Store]) -> APIRouter:
        routes = APIRouter()

        @routes.get("/late")
        async def enter(who: Annotated[Principal, query("flows.flow.read")]) -> None: ...

        return routes

    with pytest.raises(ValueError, match="route_class=Guarded to GET /late"):
        app_of(replace(service(), router=router), tally)


def test_a_permission_that_is_not_in_the_policy_cannot_be_asked_for() -> None:
    with pytest.raises(KeyError):
        query("flows.flow.everything")
