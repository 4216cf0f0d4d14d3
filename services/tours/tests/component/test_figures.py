"""Orders about to be forgotten, as those who watch tours are told."""

from datetime import UTC, datetime

from maillage_tours.adapters.memory import MemoryStore
from maillage_tours.domain.samples import ON, TERMS, an_order
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

EVENING_BEFORE = datetime(2026, 11, 23, 21, tzinfo=UTC)
NOON_BEFORE = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_orders_of_tomorrow_in_no_tour_are_told_of_in_the_evening() -> None:
    store: Store = MemoryStore()
    await store.add_orders(
        [
            an_order(),
            an_order("milk", status="requested"),
            an_order("flour", status="planned"),
            an_order("eggs", on=ON.replace(day=27)),
        ]
    )
    (figure,) = [one for one in service(TERMS).figures if one.name == "orders_unplanned"]
    assert await figure.read(store, NOON_BEFORE) == 0
    assert await figure.read(store, EVENING_BEFORE) == 2
