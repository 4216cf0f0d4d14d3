"""One suite over both stores: hub stock, consignments of waste, containers for reuse."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.refusals import NotFound
from maillage_contracts.vocabulary import ActorId, ConsignmentId, HubId, UnitId
from maillage_serving.testing import changing
from maillage_tours.domain.consignment import ConsignmentStatus, consignment_of
from maillage_tours.domain.hub_stock import Movement, Stock
from maillage_tours.domain.returnable import Unit, UnitStatus
from maillage_tours.domain.samples import an_id, an_order, made
from maillage_tours.usecases.store import Store

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
HUB = HubId(an_id("hub"))


def a_movement(name: str, **changes: object) -> Movement:
    return made(
        Movement,
        changes,
        movement_id=an_id(name),
        hub_id=HUB,
        temperature="cold",
        kind="received",
        mass_kg="12.5",
        crates=3,
        at=AT,
        received_at=AT,
    )


async def test_a_movement_is_kept_once_and_the_last_is_listed_first(
    runner: Runner[Store],
) -> None:
    first, second, third = (a_movement(name) for name in ("lorry", "bike", "cart"))
    elsewhere = a_movement("other", hub_id=an_id("other hub"))
    async with changing(runner) as store:
        kept = [await store.add_movement(one) for one in (first, second, elsewhere, third)]
        assert kept == [True] * 4
        assert not await store.add_movement(first)
        assert await store.movements(HUB, None, 2) == [third, second]
        assert await store.movements(HUB, second.movement_id, 2) == [first]


async def test_balances_of_a_hub_are_kept_by_temperature(runner: Runner[Store]) -> None:
    async with changing(runner) as store:
        nothing = await store.stock_to_change(HUB, "cold")
        assert nothing == Stock(hub_id=HUB, temperature="cold")
        await store.put_stock(nothing.after(a_movement("lorry")))
        ambient = await store.stock_to_change(HUB, "ambient")
        left = a_movement("cart", temperature="ambient", kind="dispatched")
        await store.put_stock(ambient.after(left))
        assert (await store.stock_to_change(HUB, "cold")).crates == 3
        found = await store.stocks(HUB)
        assert [(one.temperature, one.mass_kg, one.crates) for one in found] == [
            ("ambient", Decimal("-12.5"), -3),
            ("cold", Decimal("12.5"), 3),
        ]
        assert await store.stocks(HubId(an_id("other hub"))) == []


async def test_consignments_are_found_by_order_status_and_actor(runner: Runner[Store]) -> None:
    some = [consignment_of(an_order(name, is_waste=True)) for name in ("peel", "wood")]
    some[1] = some[1].become(ConsignmentStatus.TAKEN_OVER, taken_over_kg=Decimal(20))
    every = sorted(some, key=lambda one: one.consignment_id)
    async with changing(runner) as store:
        for one in some:
            await store.put_consignment(one)
            await store.put_consignment(one)
        assert await store.consignment(some[1].consignment_id) == some[1]
        with pytest.raises(NotFound, match="no consignment"):
            await store.consignment(ConsignmentId(an_id("nothing")))
        assert await store.consignments_to_change({some[0].order_id}) == [some[0]]
        assert await store.consignments(None, None, None, 9) == every
        assert await store.consignments(None, None, every[0].consignment_id, 9) == every[1:]
        taken = ConsignmentStatus.TAKEN_OVER
        assert await store.consignments(taken, None, None, 9) == [some[1]]
        mine = some[0].actor_ids[0]
        assert some[0] in await store.consignments(None, mine, None, 9)
        nobody = ActorId(an_id("nobody"))
        assert await store.consignments(None, nobody, None, 9) == []


async def test_containers_are_found_and_their_loops_counted(runner: Runner[Store]) -> None:
    crates = [
        Unit(unit_id=UnitId(an_id(f"{number}")), kind="crate", since=AT, loops=number)
        for number in range(3)
    ]
    crates[0] = crates[0].become(UnitStatus.LOST, AT)
    jar = Unit(unit_id=UnitId(an_id("jar")), kind="jar", since=AT)
    every = sorted([*crates, jar], key=lambda unit: unit.unit_id)
    async with changing(runner) as store:
        await store.put_units([*crates, jar])
        await store.put_units([crates[0]])
        await store.put_units([])
        wanted = {crates[1].unit_id, UnitId(an_id("nothing"))}
        assert await store.units_to_change(wanted) == [crates[1]]
        assert await store.units(None, None, None, 9) == every
        assert await store.units(None, None, every[1].unit_id, 1) == every[2:3]
        assert await store.units("jar", None, None, 9) == [jar]
        assert await store.units(None, UnitStatus.LOST, None, 9) == [crates[0]]
        loops = await store.loops()
        assert [(one.kind, one.units, one.loops) for one in loops] == [
            ("crate", 3, 3),
            ("jar", 1, 0),
        ]
        assert loops[0].by_status == {UnitStatus.IN_STOCK: 2, UnitStatus.LOST: 1}
