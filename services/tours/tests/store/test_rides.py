"""Orders that are to ride on rounds of others, in memory and in PostgreSQL."""

from maillage_common.transaction import Runner
from maillage_tours.domain.consent import AgreedRide
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, a_load, an_id, an_order, made, window
from maillage_tours.usecases.store import Store


def an_order_on(round_name: str, name: str, **changes: object) -> Order:
    ride = made(
        AgreedRide,
        {},
        round_id=an_id(round_name),
        driver_id=an_id("Baker"),
        label="Bread",
        leg="out",
        taken_at=window("07:00", "08:00", ON).start,
        given_at=window("07:00", "08:00", ON).end,
        detour_km=1,
        pays={"amount": 2},
        must_agree=(an_id("Baker"),),
    )
    return an_order(name, load=a_load(20), ride=ride, **changes)


async def test_who_rides_or_asked_is_found_by_the_round(runner: Runner[Store]) -> None:
    asked, riding = an_order_on("bread", "asked"), an_order_on("milk", "riding", status="riding")
    others = [
        an_order_on("bread", "gone", status="cancelled"),
        an_order_on("cheese", "another"),
        an_order("alone"),
    ]
    async with runner.database.transaction() as (store, _):
        await store.add_orders([asked, riding, *others])
        found = await store.orders_on_rounds_to_change({an_id("bread"), an_id("milk")})
        assert list(found) == sorted([asked, riding], key=lambda order: order.order_id)
        assert list(await store.orders_on_rounds_to_change(set())) == []
