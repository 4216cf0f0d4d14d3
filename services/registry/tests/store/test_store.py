"""One suite over both stores: what is kept comes back, and what is taken is refused."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.samples import a_hub, a_vehicle, an_access_zone_rule_published
from maillage_contracts.vocabulary import ActorId, HubId, VehicleId, ZoneId
from maillage_registry.adapters.memory import MemoryStore
from maillage_registry.domain.access_zone import AccessZone
from maillage_registry.domain.actor import Actor, Closing, Profile, Status
from maillage_registry.domain.consent import Consent
from maillage_registry.domain.contact import Contact
from maillage_registry.domain.credential import Credential
from maillage_registry.domain.hub import Hub
from maillage_registry.domain.site import Site
from maillage_registry.domain.vehicle import Vehicle
from maillage_registry.usecases.store import (
    ActorsWanted,
    HubsWanted,
    IdentifierTaken,
    Kept,
    RegisteredMeanwhile,
    SiretTaken,
    Store,
    VehiclesWanted,
    ZonesWanted,
)
from maillage_registry.wiring import service
from maillage_serving.testing import changing, either_runner

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
SIRET = "00000000100016"


@pytest.fixture
async def runner(database: str | None) -> AsyncIterator[Runner[Store]]:
    async with either_runner(database, service(), MemoryStore()) as started:
        yield started


def actor_id(number: int) -> ActorId:
    return ActorId(UUID(int=number))


def a_site(number: int, **changes: object) -> Site:
    usual = {"site_id": UUID(int=number), "label": "Shop", "position": {"lat": 46.06, "lon": 6.38}}
    return Site.model_validate({**usual, **changes})


def a_credential(number: int, valid_to: date | None = None) -> Credential:
    return Credential(
        credential_id=UUID(int=number),  # pyright: ignore[reportArgumentType]
        scope="organic",
        issuer="Bureau",
        valid_from=date(2025, 1, 1),
        valid_to=valid_to,
    )


def an_actor(number: int, *held: Credential, **profile: object) -> Actor:
    said = Profile.model_validate({"name": f"Firm {number}", "roles": ["producer"], **profile})
    return Actor(
        actor_id=actor_id(number),
        source="import",
        profile=said,
        status=Status.ACTIVE,
        credentials=held,
    )


def closed(actor: Actor, at: datetime = NOW) -> Actor:
    return actor.close(Closing(reason="ceased_activity", effective_on=TODAY), at)


async def add(runner: Runner[Store], *actors: Actor) -> None:
    async with changing(runner) as store:
        for actor in actors:
            await store.add_actor(actor)


async def test_an_actor_comes_back_whole(runner: Runner[Store]) -> None:
    whole = an_actor(
        1,
        a_credential(1, TODAY),
        a_credential(2),
        name="Décolletage de l'Arve",
        siret=SIRET,
        legal_kind="company",
        sector="25.62B",
        size_class="sme",
        is_insertion=True,
        roles=["producer", "carrier"],
        sites=[
            a_site(
                9,
                kind="relay_point",
                activity_zone="jourdies",
                opening_hours="Mo-Fr 08:00-17:00",
                van_access=False,
                cold_storage=True,
                crates_max=12,
                priority_district="QN07401M",
                position={"lat": 46.0613579246801, "lon": -6.3},
            ),
            a_site(3),
        ],
    )
    await add(runner, whole)
    assert await runner.read(lambda store: store.actor(actor_id(1))) == Kept(whole, 1)
    async with changing(runner) as store:
        assert await store.actor_to_change(actor_id(1)) == Kept(whole, 1)
        assert await store.actor_to_change(actor_id(2)) is None
    assert await runner.read(lambda store: store.actor(actor_id(2))) is None


async def test_a_change_makes_a_version(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1, a_credential(1), sites=[a_site(1), a_site(2)]))
    bare = closed(an_actor(1, name="Bare"))
    async with changing(runner) as store:
        await store.save_actor(bare)
    assert await runner.read(lambda store: store.actor(actor_id(1))) == Kept(bare, 2)


async def test_what_fails_leaves_nothing(runner: Runner[Store]) -> None:
    with pytest.raises(IdentifierTaken):
        await add(runner, an_actor(1, sites=[a_site(1)]), an_actor(2, sites=[a_site(1)]))
    assert await runner.read(lambda store: store.actor(actor_id(1))) is None


async def test_a_siret_is_that_of_one_open_actor(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1, siret=SIRET), an_actor(2), an_actor(3))
    with pytest.raises(SiretTaken):
        await add(runner, an_actor(4, siret=SIRET))
    with pytest.raises(SiretTaken):
        async with changing(runner) as store:
            await store.save_actor(an_actor(2, siret=SIRET))
    async with changing(runner) as store:
        await store.save_actor(an_actor(1, siret=SIRET, name="Itself"))
        await store.save_actor(closed(an_actor(1, siret=SIRET)))
        await store.save_actor(an_actor(2, siret=SIRET))


async def test_identifiers_of_others_are_refused(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1, a_credential(1), sites=[a_site(1)]), an_actor(2))
    with pytest.raises(RegisteredMeanwhile):
        await add(runner, an_actor(1))
    with pytest.raises(IdentifierTaken, match="site"):
        await add(runner, an_actor(3, sites=[a_site(1)]))
    with pytest.raises(IdentifierTaken, match="credential"):
        async with changing(runner) as store:
            await store.save_actor(an_actor(2, a_credential(1)))


async def listed(runner: Runner[Store], limit: int = 50, **wanted: object) -> list[int]:
    asked = replace(ActorsWanted(limit=limit), **wanted)  # pyright: ignore[reportArgumentType]
    found = await runner.read(lambda store: store.actors(asked))
    return [kept.value.actor_id.int for kept in found]


async def test_actors_are_found_by_what_they_are(runner: Runner[Store]) -> None:
    await add(
        runner,
        an_actor(3, roles=["carrier", "producer"]),
        an_actor(1, roles=["carrier"], sites=[a_site(1), a_site(2, activity_zone="jourdies")]),
        closed(an_actor(2)),
    )
    assert await listed(runner) == [1, 2, 3]
    assert await listed(runner, role="carrier") == [1, 3]
    assert await listed(runner, zone="jourdies") == [1]
    assert await listed(runner, status=Status.CLOSED) == [2]
    assert await listed(runner, role="carrier", zone="elsewhere") == []


async def test_actors_come_in_pages(runner: Runner[Store]) -> None:
    await add(runner, *(an_actor(number) for number in (4, 2, 3, 1)))
    assert await listed(runner, limit=2) == [1, 2]
    assert await listed(runner, limit=2, after=actor_id(2)) == [3, 4]
    assert await listed(runner, limit=2, after=actor_id(4)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("DECOLLETAGE", [1]), ("100%", [2]), ("%", [2]), ("_", []), ("0000 1000", [1]), ("e", [1, 2])],
)
async def test_actors_are_found_by_text(
    runner: Runner[Store], text: str, expected: list[int]
) -> None:
    await add(
        runner, an_actor(1, name="Décolletage", siret=SIRET), an_actor(2, name="Épicerie 100% vrac")
    )
    assert await listed(runner, text=text) == expected


async def test_persons_are_found_by_those_who_know_them(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1, name="A Person", siret=SIRET, legal_kind="sole_trader"))
    for text in ("person", SIRET):
        assert await listed(runner, text=text) == []
        assert await listed(runner, text=text, knows_persons=True) == [1]
    assert await listed(runner) == [1]


async def test_who_is_at_a_hub(runner: Runner[Store]) -> None:
    await add(runner, *(an_actor(number) for number in range(1, 5)))
    async with changing(runner) as store:
        await store.put_hub(a_kept_hub(1, operator=2, tenants=[4, 3]))
    assert await listed(runner, hub_id=HubId(UUID(int=1))) == [2, 3, 4]
    assert await listed(runner, hub_id=HubId(UUID(int=2))) == []


async def test_lapsed_credentials_are_found_at_those_that_are_open(runner: Runner[Store]) -> None:
    yesterday = TODAY - timedelta(days=1)
    lapsed = an_actor(1, a_credential(1, yesterday), a_credential(2))
    expired = an_actor(2, a_credential(3, yesterday)).lapse(TODAY)
    last_day = an_actor(4, a_credential(5, TODAY))
    await add(runner, lapsed, expired, closed(an_actor(3, a_credential(4, yesterday))), last_day)
    await add(runner, an_actor(5, a_credential(6, yesterday)))
    async with changing(runner) as store:
        found = await store.actors_with_lapsed_credentials(TODAY, 10)
        assert [actor.actor_id.int for actor in found] == [1, 5]
        assert found[0] == lapsed
        assert len(await store.actors_with_lapsed_credentials(TODAY, 1)) == 1


async def test_statuses_of_those_that_are_there(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1), closed(an_actor(2)))
    async with changing(runner) as store:
        statuses = await store.statuses([actor_id(3), actor_id(2), actor_id(1)])
    assert statuses == {actor_id(1): Status.ACTIVE, actor_id(2): Status.CLOSED}


async def test_a_contact_is_kept_changed_and_erased(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1))
    by_phone, by_email = Contact(phone="0450000000"), Contact(email="contact@example.org")
    async with changing(runner) as store:
        assert await store.contact(actor_id(1)) is None
        await store.keep_contact(actor_id(1), by_phone)
        assert await store.contact(actor_id(1)) == Kept(by_phone, 1)
        await store.keep_contact(actor_id(1), by_email)
        assert await store.contact(actor_id(1)) == Kept(by_email, 2)
        await store.erase_contact(actor_id(1))
        await store.erase_contact(actor_id(1))
        assert await store.contact(actor_id(1)) is None


async def test_contacts_of_those_closed_for_long_are_erased(runner: Runner[Store]) -> None:
    before = NOW - timedelta(days=1)
    await add(runner, an_actor(1), closed(an_actor(2), before), closed(an_actor(3)))
    await add(runner, closed(an_actor(4), before))
    async with changing(runner) as store:
        for number in (1, 2, 3):
            await store.keep_contact(actor_id(number), Contact(phone="0450000000"))
        assert await store.erase_contacts_closed_before(NOW) == 1
        left = [number for number in (1, 2, 3) if await store.contact(actor_id(number))]
    assert left == [1, 3]


async def test_the_last_word_on_each_purpose_is_kept(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1), an_actor(2))
    said = Consent(
        actor_id=actor_id(1), purpose="sharing", fields=("a", "b"), is_given=True, since=NOW
    )
    withdrawn = replace(said, fields=(), is_given=False, since=NOW + timedelta(days=1))
    other = replace(said, purpose="matching")
    async with changing(runner) as store:
        for consent in (said, other, withdrawn, replace(said, actor_id=actor_id(2))):
            await store.save_consent(consent)
        assert await store.consents(actor_id(1)) == [other, withdrawn]
        assert await store.consents(actor_id(3)) == []


def a_kept_hub(number: int, *, operator: int = 1, tenants: list[int] | None = None) -> Hub:
    return Hub.model_validate(
        {
            **a_hub().model_dump(),
            "hub_id": UUID(int=number),
            "operator_id": UUID(int=operator),
            "tenants": [UUID(int=tenant) for tenant in tenants or ()],
        }
    )


def a_kept_vehicle(number: int, *, owner: int = 1, in_service: bool = True) -> Vehicle:
    kind = "van" if number % 2 else "truck"
    return Vehicle.model_validate(
        {
            **a_vehicle(vehicle_class=kind).model_dump(),
            "vehicle_id": UUID(int=number),
            "owner_id": UUID(int=owner),
            "in_service": in_service,
        }
    )


def a_kept_zone(number: int, kind: str = "low_emission") -> AccessZone:
    said = an_access_zone_rule_published(kind=kind).model_dump()
    return AccessZone.model_validate({**said, "zone_id": UUID(int=number)})


async def test_hubs_are_kept(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1), an_actor(2))
    first, second = a_kept_hub(1, tenants=[2]), a_kept_hub(2, operator=2)
    async with changing(runner) as store:
        assert await store.hub(first.hub_id) is None
        assert await store.hub_to_change(first.hub_id) is None
        for hub in (second, first, first):
            await store.put_hub(hub)
        assert await store.hub(first.hub_id) == Kept(first, 2)
        assert await store.hub_to_change(second.hub_id) == Kept(second, 1)
        assert await store.hubs_with_tenant_to_change(actor_id(2)) == [first]
        assert await store.hubs_with_tenant_to_change(actor_id(1)) == []

    async def found(wanted: HubsWanted) -> list[Hub]:
        return [kept.value for kept in await runner.read(lambda store: store.hubs(wanted))]

    assert await found(HubsWanted(limit=5)) == [first, second]
    assert await found(HubsWanted(limit=1)) == [first]
    assert await found(HubsWanted(after=first.hub_id, limit=5)) == [second]
    assert await found(HubsWanted(operator_id=actor_id(2), limit=5)) == [second]
    assert await found(HubsWanted(tenant_id=actor_id(2), limit=5)) == [first]


async def test_vehicles_are_kept(runner: Runner[Store]) -> None:
    await add(runner, an_actor(1), an_actor(2))
    van, truck = a_kept_vehicle(1), a_kept_vehicle(2, owner=2)
    stopped = a_kept_vehicle(3, in_service=False)
    async with changing(runner) as store:
        assert await store.vehicle(VehicleId(UUID(int=1))) is None
        assert await store.vehicle_to_change(VehicleId(UUID(int=1))) is None
        for vehicle in (stopped, truck, van, van):
            await store.put_vehicle(vehicle)
        assert await store.vehicle(van.vehicle_id) == Kept(van, 2)
        assert await store.vehicle_to_change(truck.vehicle_id) == Kept(truck, 1)
        assert await store.vehicles_in_service_to_change(actor_id(1)) == [van]

    async def found(wanted: VehiclesWanted) -> list[Vehicle]:
        return [kept.value for kept in await runner.read(lambda store: store.vehicles(wanted))]

    assert await found(VehiclesWanted(limit=5)) == [van, truck, stopped]
    assert await found(VehiclesWanted(limit=2)) == [van, truck]
    assert await found(VehiclesWanted(after=van.vehicle_id, limit=5)) == [truck, stopped]
    assert await found(VehiclesWanted(owner_id=actor_id(1), limit=5)) == [van, stopped]
    assert await found(VehiclesWanted(vehicle_class="truck", limit=5)) == [truck]
    assert await found(VehiclesWanted(in_service=False, limit=5)) == [stopped]


async def test_zones_are_kept(runner: Runner[Store]) -> None:
    core, village = a_kept_zone(1), a_kept_zone(2, "village_core")
    async with changing(runner) as store:
        assert await store.zone(ZoneId(UUID(int=1))) is None
        assert await store.zone_to_change(ZoneId(UUID(int=1))) is None
        for zone in (village, core, core):
            await store.put_zone(zone)
        assert await store.zone(core.zone_id) == Kept(core, 2)
        assert await store.zone_to_change(village.zone_id) == Kept(village, 1)

    async def found(wanted: ZonesWanted) -> list[AccessZone]:
        return [kept.value for kept in await runner.read(lambda store: store.zones(wanted))]

    assert await found(ZonesWanted(limit=5)) == [core, village]
    assert await found(ZonesWanted(limit=1)) == [core]
    assert await found(ZonesWanted(after=core.zone_id, limit=5)) == [village]
    assert await found(ZonesWanted(kind="village_core", limit=5)) == [village]
