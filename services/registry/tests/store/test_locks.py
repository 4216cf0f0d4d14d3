"""What two people do to one thing at the same moment, which only PostgreSQL can show."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid
from maillage_contracts.samples import a_vehicle
from maillage_contracts.vocabulary import ActorId, SiteId, VehicleId
from maillage_registry.domain.actor import Closing, Profile, Status
from maillage_registry.domain.site import Site
from maillage_registry.domain.vehicle import VehicleFacts
from maillage_registry.usecases.close_actor import CloseActor, close_actor
from maillage_registry.usecases.declare_vehicle import DeclareVehicle, declare_vehicle
from maillage_registry.usecases.put_site import PutSite, put_site
from maillage_registry.usecases.register_actor import RegisterActor, register_actor
from maillage_registry.usecases.store import Store, VehiclesWanted
from maillage_registry.wiring import service
from maillage_serving.testing import context, postgres_runner, published

pytestmark = pytest.mark.integration

ACTOR = ActorId(UUID(int=1))
AT_ONCE = 8


@pytest.fixture
async def runner(fresh_database: str) -> AsyncIterator[Runner[Store]]:
    async with postgres_runner(fresh_database, service()) as runner:
        profile = Profile(name="Villaverde", roles=("producer",))
        order = RegisterActor(
            actor_id=ACTOR, source="import", profile=profile, status=Status.ACTIVE
        )
        await runner.execute(register_actor, order, subject=str(ACTOR), context=context())
        yield runner


async def test_sites_put_at_the_same_moment_are_all_there(runner: Runner[Store]) -> None:
    async def put(number: int) -> None:
        said = {"label": f"Shop {number}", "position": {"lat": 46.06, "lon": 6.38}}
        site = Site.model_validate({**said, "site_id": SiteId(UUID(int=number))})
        order = PutSite(actor_id=ACTOR, site=site)
        await runner.execute(put_site, order, subject=str(ACTOR), context=context())

    await asyncio.gather(*(put(number) for number in range(AT_ONCE)))
    kept = await runner.read(lambda store: store.actor(ACTOR))
    assert kept is not None
    assert kept.version == 1 + AT_ONCE
    assert {site.site_id.int for site in kept.value.profile.sites} == set(range(AT_ONCE))
    numbers = [told.envelope.sequence for told in await published(runner)]
    assert numbers == list(range(1, 2 + AT_ONCE))


async def test_no_vehicle_of_a_closed_actor_stays_in_service(runner: Runner[Store]) -> None:
    facts = VehicleFacts.model_validate(
        a_vehicle(owner_id=ACTOR).model_dump(exclude={"vehicle_id", "in_service"})
    )

    async def declare(number: int) -> None:
        vehicle_id = VehicleId(UUID(int=number))
        order = DeclareVehicle(vehicle_id=vehicle_id, facts=facts)
        await runner.execute(declare_vehicle, order, subject=str(vehicle_id), context=context())

    closing = Closing(reason="ceased_activity", effective_on=date(2026, 11, 23))
    close = runner.execute(
        close_actor,
        CloseActor(actor_id=ACTOR, closing=closing),
        subject=str(ACTOR),
        context=context(),
    )
    half = AT_ONCE // 2
    results = await asyncio.gather(
        *(declare(number) for number in range(half)),
        close,
        *(declare(number) for number in range(half, AT_ONCE)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, BaseException)]
    assert all(isinstance(refusal, Invalid) for refusal in refused)
    wanted = VehiclesWanted(limit=50)
    there = await runner.read(lambda store: store.vehicles(wanted))
    assert len(there) == AT_ONCE - len(refused)
    assert not any(kept.value.in_service for kept in there)
