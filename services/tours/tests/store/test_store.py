"""One suite over both stores: what is kept comes back, is found, and is replaced only by newer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.refusals import NotFound
from maillage_contracts.samples import an_existing_round
from maillage_contracts.vocabulary import ActorId, OrderId, PlanId, SiteId, SynergyId, TourId
from maillage_serving.testing import changing, reading
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import RelayPoint
from maillage_tours.domain.order import Carriage, Order, OrderStatus
from maillage_tours.domain.plan import Plan, Unplanned
from maillage_tours.domain.samples import (
    ON,
    a_bike,
    a_day,
    a_hub,
    a_vehicle,
    a_zone,
    an_agreement,
    an_id,
    an_order,
    place,
    spot,
)
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.usecases.plan_day import Draft
from maillage_tours.usecases.store import KnownActor, Store, Told, WantedOrders, WantedTours

Planner = Callable[[Day], Awaitable[Draft]]
ALL = WantedOrders()
NOBODY = OrderId(an_id("nobody"))


def ids(orders: object) -> list[OrderId]:
    return [order.order_id for order in orders]  # type: ignore[attr-defined]


class TestOrders:
    async def test_an_order_comes_back_as_it_was(self, runner: Runner[Store]) -> None:
        kept = an_order(
            status="at_hub",
            held_at=place("Hub"),
            taken_kg="17.25",
            refused_kg="2.75",
            reason="damaged",
            carriages=(Carriage(leg=1, tour_id=TourId(an_id("tour"))),),
            origin_id=an_id("synergy"),
            version=7,
        )
        async with changing(runner) as store:
            assert await store.add_orders([kept]) == {kept.order_id}
        async with reading(runner) as store:
            assert await store.order(kept.order_id) == kept
            with pytest.raises(NotFound, match="no order"):
                await store.order(NOBODY)

    async def test_an_order_is_added_once(self, runner: Runner[Store]) -> None:
        async with changing(runner) as store:
            await store.add_orders([an_order()])
            assert await store.add_orders([]) == set()
            again = [an_order(version=9), an_order("milk")]
            assert await store.add_orders(again) == {again[1].order_id}
            assert (await store.order(again[0].order_id)).version == 1

    async def test_a_changed_order_replaces_the_former(self, runner: Runner[Store]) -> None:
        cancelled = an_order().become(OrderStatus.CANCELLED, reason="not_needed")
        async with changing(runner) as store:
            await store.add_orders([an_order(), an_order("milk")])
            await store.put_orders([cancelled])
            await store.put_orders([])
        async with reading(runner) as store:
            assert await store.order(cancelled.order_id) == cancelled
            wanted = WantedOrders(status=OrderStatus.CANCELLED)
            assert ids(await store.orders(wanted, None, 9)) == [cancelled.order_id]

    async def test_orders_are_listed_by_day_in_pages(self, runner: Runner[Store]) -> None:
        later = ON + timedelta(days=1)
        some = [an_order(f"{n}") for n in range(3)] + [an_order("later", on=later)]
        async with changing(runner) as store:
            await store.add_orders(some)
        async with reading(runner) as store:
            first = await store.orders(ALL, None, 2)
            rest = await store.orders(ALL, (first[-1].on, first[-1].order_id), 9)
            assert len(first) == 2
            assert ids(first) + ids(rest) == [*sorted(ids(some[:3])), some[3].order_id]

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (WantedOrders(on=ON), 2),
            (WantedOrders(on=ON + timedelta(days=1)), 1),
            (WantedOrders(status=OrderStatus.PLANNED), 1),
            (WantedOrders(origin="synergy"), 1),
            (WantedOrders(actor_id=ActorId(an_id("Shop of bread"))), 1),
            (WantedOrders(actor_id=ActorId(an_id("Hub"))), 3),
            (WantedOrders(on=ON, origin="synergy"), 0),
        ],
    )
    async def test_orders_are_found_by_what_is_wanted(
        self, runner: Runner[Store], wanted: WantedOrders, found: int
    ) -> None:
        some = [
            an_order("bread"),
            an_order("milk", status="planned"),
            an_order("far", on=ON + timedelta(days=1), origin="synergy"),
        ]
        async with changing(runner) as store:
            await store.add_orders(some)
        async with reading(runner) as store:
            assert len(await store.orders(wanted, None, 9)) == found

    async def test_orders_that_are_known_come_by_identifier(self, runner: Runner[Store]) -> None:
        some = [an_order(f"{n}") for n in range(4)]
        asked = {*ids(some), NOBODY}
        async with changing(runner) as store:
            await store.add_orders(some)
            for found in (await store.orders_by_id(asked), await store.orders_to_change(asked)):
                assert ids(found) == sorted(ids(some))

    async def test_the_orders_to_plan_are_accepted_or_wait_at_a_hub(
        self, runner: Runner[Store]
    ) -> None:
        some = [an_order(status.value, status=status) for status in OrderStatus]
        other = an_order("other day", on=ON + timedelta(days=1))
        async with changing(runner) as store:
            await store.add_orders([*some, other])
        async with reading(runner) as store:
            found = await store.orders_of_day(ON)
            assert {order.status for order in found} == {OrderStatus.ACCEPTED, OrderStatus.AT_HUB}
            assert ids(found) == sorted(ids(found))

    async def test_what_can_still_be_withdrawn_is_found_by_synergy_and_by_actor(
        self, runner: Runner[Store]
    ) -> None:
        synergy = SynergyId(an_id("synergy"))
        of_it = {"origin": "synergy", "origin_id": synergy}
        some = [an_order(status.value, status=status, **of_it) for status in OrderStatus]
        early = an_order("early", on=ON - timedelta(days=1), **of_it)
        foreign = an_order("foreign", origin="synergy", origin_id=an_id("other synergy"))
        async with changing(runner) as store:
            await store.add_orders([*some, early, foreign])
        loose = {"requested", "accepted", "planned", "riding"}
        expected = sorted(o.order_id for o in some if o.status in loose)
        async with reading(runner) as store:
            assert list(await store.order_ids_of_origin("synergy", synergy, ON)) == expected
            at_hub = await store.order_ids_at(ActorId(an_id("Hub")))
            assert sorted(at_hub) == sorted([*expected, early.order_id, foreign.order_id])
            shop = await store.order_ids_at(ActorId(an_id("Shop of planned")))
            assert list(shop) == [an_order("planned").order_id]

    async def test_places_of_nobody_are_no_trouble(self, runner: Runner[Store]) -> None:
        nobodys = an_order(pickup=place("Hub").model_copy(update={"actor_id": None}))
        async with changing(runner) as store:
            await store.add_orders([nobodys])
        async with reading(runner) as store:
            assert await store.order_ids_at(ActorId(an_id("Hub"))) == []
            assert len(await store.order_ids_at(ActorId(an_id("Shop of bread")))) == 1


async def test_agreements_are_kept_until_they_end(runner: Runner[Store]) -> None:
    agreement = an_agreement()
    async with changing(runner) as store:
        assert await store.agreement_to_change(agreement.synergy_id) is None
        await store.put_agreement(agreement)
        await store.put_agreement(an_agreement(synergy_id=an_id("second")))
        assert await store.agreement_to_change(agreement.synergy_id) == agreement
        await store.put_agreement(agreement.model_copy(update={"ended_on": ON}))
    async with reading(runner) as store:
        assert [one.synergy_id for one in await store.agreements()] == [an_id("second")]


class TestWhatOthersSay:
    async def test_the_newest_word_counts_in_whatever_order_it_comes(
        self, runner: Runner[Store]
    ) -> None:
        def vans(*payloads: int) -> list[Told[object]]:
            return [Told(a_vehicle(payload_kg=str(kg)), sequence=kg) for kg in payloads]

        async with changing(runner) as store:
            await store.keep_vehicles(vans(803, 802))  # type: ignore[arg-type] Told is covariant
            await store.keep_vehicles(vans(801))  # type: ignore[arg-type]
            assert (await store.vehicles())[0].payload_kg == Decimal(803)
            await store.keep_vehicles(vans(804))  # type: ignore[arg-type]
            found = await store.vehicle_to_change(a_vehicle().vehicle_id)
            assert found == a_vehicle(payload_kg="804")
            assert await store.vehicle_to_change(a_bike().vehicle_id) is None

    async def test_actors_that_closed(self, runner: Runner[Store]) -> None:
        baker, grocer = ActorId(an_id("baker")), ActorId(an_id("grocer"))
        async with changing(runner) as store:
            await store.keep_actors([Told(KnownActor(baker, is_closed=False), 1)])
            assert await store.closed_among({baker, grocer}) == set()
            await store.keep_actors(
                [
                    Told(KnownActor(baker, is_closed=True), 3),
                    Told(KnownActor(baker, is_closed=False), 2),
                    Told(KnownActor(grocer, is_closed=False), 1),
                ]
            )
        async with reading(runner) as store:
            assert await store.closed_among({baker, grocer}) == {baker}
            assert await store.closed_among(set()) == set()

    async def test_where_crews_may_rest(self, runner: Runner[Store]) -> None:
        cafe, canteen = place("Cafe", 1), place("Canteen", 2)
        host, other = ActorId(an_id("host")), ActorId(an_id("other"))
        async with changing(runner) as store:
            await store.keep_actors([Told(KnownActor(host, False, (cafe, canteen)), 2)])  # noqa: FBT003
            await store.keep_actors([Told(KnownActor(host, False, ()), 1)])  # noqa: FBT003
            await store.keep_actors([Told(KnownActor(other, False), 1)])  # noqa: FBT003
        async with reading(runner) as store:
            assert list(await store.rests()) == [cafe, canteen]
        async with changing(runner) as store:
            await store.keep_actors([Told(KnownActor(host, True, (cafe,)), 3)])  # noqa: FBT003
            assert list(await store.rests()) == []

    async def test_where_there_is_room_for_crates(self, runner: Runner[Store]) -> None:
        relay = RelayPoint(
            site_id=SiteId(an_id("relay")), label="Relay", position=spot(1), crates_max=12
        )
        host = ActorId(an_id("host"))
        async with changing(runner) as store:
            told = KnownActor(host, is_closed=False, relays=(relay,))
            await store.keep_actors([Told(told, 2)])
            await store.keep_actors([Told(KnownActor(host, is_closed=False), 1)])
        async with reading(runner) as store:
            assert list(await store.relays()) == [relay]
        async with changing(runner) as store:
            await store.keep_actors([Told(KnownActor(host, is_closed=True, relays=(relay,)), 3)])
            assert list(await store.relays()) == []

    async def test_the_detour_that_was_learned_last(self, runner: Runner[Store]) -> None:
        async with changing(runner) as store:
            assert await store.detour() is None
            for factor in ("1.82", "1.39"):
                await store.keep_detour(Decimal(factor))
        async with reading(runner) as store:
            assert await store.detour() == Decimal("1.39")

    async def test_hubs_zones_and_rounds_come_back(self, runner: Runner[Store]) -> None:
        round_ = an_existing_round()
        async with changing(runner) as store:
            await store.keep_hubs([Told(a_hub(), 1)])
            await store.keep_zones([Told(a_zone(), 1)])
            await store.keep_rounds([Told(round_, 1)])
            await store.keep_vehicles([Told(a_vehicle(), 1), Told(a_bike(), 1)])
        async with reading(runner) as store:
            assert list(await store.hubs()) == [a_hub()]
            assert list(await store.zones()) == [a_zone()]
            assert list(await store.rounds()) == [round_]
            labels = [vehicle.label for vehicle in await store.vehicles()]
            assert sorted(labels) == ["Bike", "Van"]


def a_plan(name: str = "plan", on: date = ON) -> Plan:
    return Plan(
        plan_id=PlanId(an_id(name)),
        on=on,
        made_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        matrix="estimated",
        solver="pyvrp 0.14.1",
        seed=1,
        iterations=30,
        seconds=Decimal("1.25"),
        was_cut=False,
        tour_ids=(TourId(an_id("tour")),),
        unplanned=(Unplanned(order_id=NOBODY, reason="no vehicle"),),
    )


class TestPlansAndTours:
    @pytest.fixture
    async def tour(self, plan: Planner) -> Tour:
        """A real one, with everything that a tour has."""
        draft = await plan(a_day([an_order(), an_order("milk", dropoff=place("Dairy", 3, 1))]))
        return draft.tours[0].become(TourStatus.PROPOSED)

    async def test_plans_come_back_the_latest_first(self, runner: Runner[Store]) -> None:
        plans = [a_plan(f"{n}") for n in range(3)] + [a_plan("later", ON + timedelta(days=1))]
        async with changing(runner) as store:
            for one in plans:
                await store.add_plan(one)
        async with reading(runner) as store:
            assert await store.plan(plans[0].plan_id) == plans[0]
            with pytest.raises(NotFound, match="no plan"):
                await store.plan(PlanId(NOBODY))
            first = await store.plans(None, None, 2)
            rest = await store.plans(None, (first[-1].on, first[-1].plan_id), 9)
            expected = sorted(plans, key=lambda one: (one.on, one.plan_id), reverse=True)
            assert [*first, *rest] == expected
            assert len(await store.plans(ON, None, 9)) == 3

    async def test_a_tour_comes_back_as_it_was(self, runner: Runner[Store], tour: Tour) -> None:
        async with changing(runner) as store:
            await store.add_plan(a_plan())
            await store.put_tours([tour])
            await store.put_tours([])
            assert await store.tour_to_change(tour.tour_id) == tour
            with pytest.raises(NotFound, match="no tour"):
                await store.tour_to_change(TourId(NOBODY))
            published = tour.become(TourStatus.PUBLISHED)
            await store.put_tours([published])
        async with reading(runner) as store:
            assert await store.tour(tour.tour_id) == published
            assert list(await store.tours_by_id({TourId(NOBODY), tour.tour_id})) == [published]
            with pytest.raises(NotFound, match="no tour"):
                await store.tour(TourId(NOBODY))

    async def test_tours_are_found_by_what_is_wanted(
        self, runner: Runner[Store], tour: Tour
    ) -> None:
        started = tour.model_copy(
            update={"tour_id": TourId(an_id("second")), "status": TourStatus.STARTED}
        )
        tomorrow = tour.model_copy(
            update={"tour_id": TourId(an_id("third")), "on": ON + timedelta(days=1)}
        )
        async with changing(runner) as store:
            await store.add_plan(a_plan())
            await store.put_tours([tour, started, tomorrow])
            assert len(await store.tours_of_plan_to_change(a_plan().plan_id)) == 3
            assert await store.tours_of_plan_to_change(PlanId(NOBODY)) == []
        async with reading(runner) as store:

            async def count(**wanted: object) -> int:
                found = await store.tours(
                    WantedTours(**wanted),  # pyright: ignore[reportArgumentType] fields by name
                    None,
                    9,
                )
                return len(found)

            assert await count() == 3
            assert await count(on=ON) == 2
            assert await count(status=TourStatus.STARTED) == 1
            assert await count(vehicle_id=tour.vehicle.vehicle_id) == 3
            assert await count(vehicle_id=a_bike().vehicle_id) == 0
            assert await count(plan_id=a_plan().plan_id, on=ON) == 2
            first = await store.tours(WantedTours(), None, 1)
            rest = await store.tours(WantedTours(), (first[0].on, first[0].tour_id), 9)
            assert [one.tour_id for one in (*first, *rest)] == [
                tomorrow.tour_id,
                *sorted([tour.tour_id, started.tour_id], reverse=True),
            ]
            assert [one.tour_id for one in await store.given_tours(ON)] == [started.tour_id]

    async def test_open_tours_are_found_by_the_orders_they_carry(
        self, runner: Runner[Store], tour: Tour
    ) -> None:
        bread, milk = an_order().order_id, an_order("milk").order_id
        copies = [
            tour.model_copy(update={"tour_id": TourId(an_id(status.value)), "status": status})
            for status in TourStatus
        ]
        async with changing(runner) as store:
            await store.add_plan(a_plan())
            await store.put_tours(copies)
            found = await store.open_tours_with_to_change({bread})
            assert {one.status for one in found} == {
                TourStatus.PROPOSED,
                TourStatus.PUBLISHED,
                TourStatus.STARTED,
            }
            assert await store.open_tours_with_to_change({NOBODY}) == []
            assert await store.open_tours_with_to_change(set()) == []
            voided = [one.voided(frozenset([milk]), "cancelled") for one in copies]
            await store.put_tours(voided)
            assert await store.open_tours_with_to_change({milk}) == []
            assert len(await store.open_tours_with_to_change({bread})) == 3


async def test_nothing_is_kept_of_a_transaction_that_fails(runner: Runner[Store]) -> None:
    async def add_and_fail(order: Order) -> None:
        async with changing(runner) as store:
            await store.add_orders([order])
            raise LookupError("on the way")

    with pytest.raises(LookupError):
        await add_and_fail(an_order())
    async with reading(runner) as store:
        assert await store.orders(ALL, None, 9) == []
