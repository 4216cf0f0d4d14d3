"""What tours tells those who watch it: orders that are about to be forgotten."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from maillage_contracts.vocabulary import GeoPoint
from maillage_serving.figures import Figure
from maillage_tours.domain.notice import UNPLANNED, late_to_plan
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.store import Store, WantedOrders

ORDERS_MAX = 1000
"""Of one day and status; several times a busy day."""


def figures(
    agreed: Callable[[], Terms], map_age_s: Callable[[GeoPoint, datetime], Awaitable[float]]
) -> tuple[Figure[Store], ...]:
    """The gauges of tours; today is that of the territory."""

    async def map_age(store: Store, now: datetime) -> float:
        hubs = await store.hubs()
        return await map_age_s(hubs[0].position, now) if hubs else 0

    async def unplanned(store: Store, now: datetime) -> float:
        today = agreed().today(now)
        late = 0
        for on in (today, today + timedelta(days=1)):
            for status in UNPLANNED:
                wanted = WantedOrders(on=on, status=status)
                late += late_to_plan(await store.orders(wanted, None, ORDERS_MAX), now)
        return late

    words = "Orders of today and tomorrow in no tour, whose pickup may begin within 12 hours."
    of_map = "Age of the map that distances come from; 0 when none is asked, or it does not say."
    return (
        Figure("orders_unplanned", words, unplanned),
        Figure("map_age_seconds", of_map, map_age),
    )
