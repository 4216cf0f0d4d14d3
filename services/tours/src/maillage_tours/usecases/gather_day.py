"""Query: all that a plan of one day depends on."""

from collections.abc import Iterable, Sequence
from datetime import date

from maillage_contracts.vocabulary import SiteId, TimeWindow, TourId, VehicleId
from maillage_tours.domain.coverage import crates_given
from maillage_tours.domain.day import FROM_HUB, Day
from maillage_tours.domain.fleet import RelayPoint
from maillage_tours.domain.rotation import COUNTED
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import Tour
from maillage_tours.usecases.store import Store, WantedTours

TOURS_MAX = 500
"""Of one day: several times those of a large territory."""


async def gather_day(on: date, store: Store, terms: Terms) -> Day:
    """The orders to plan with their versions, the vehicles in service, hubs, zones, what drives."""
    relays = await store.relays()
    tours = await store.tours(WantedTours(on=on), None, TOURS_MAX) if relays else ()
    return Day(
        on=on,
        zone=terms.zone,
        pace=terms.pace,
        direct_km_max=terms.direct_km_max,
        orders=[
            order for order in await store.orders_of_day(on) if order.tour_of_leg(FROM_HUB) is None
        ],
        vehicles=[vehicle for vehicle in await store.vehicles() if vehicle.in_service],
        hubs=await store.hubs(),
        zones=await store.zones(),
        busy=busy_hours(await store.given_tours(on)),
        crew=terms.crew,
        rests=await store.rests(),
        relays=relays,
        crates_at=crates_brought(relays, tours),
        incompatible=terms.incompatible,
    )


def crates_brought(
    relays: Sequence[RelayPoint], tours: Sequence[Tour]
) -> dict[SiteId, dict[TourId, int]]:
    """What tours that were given to their crews bring to relay points, or brought."""
    given = [tour for tour in tours if tour.status in COUNTED]
    return {
        relay.site_id: {tour.tour_id: crates_given(tour, relay) for tour in given}
        for relay in relays
    }


def busy_hours(tours: Iterable[Tour]) -> dict[VehicleId, list[TimeWindow]]:
    """When vehicles and trailers are on tours that were given to their crews."""
    busy: dict[VehicleId, list[TimeWindow]] = {}
    for tour in tours:
        window = TimeWindow(start=tour.starts_at, end=tour.ends_at)
        for taken in (tour.vehicle.vehicle_id, tour.vehicle.pulls):
            if taken is not None:
                busy.setdefault(taken, []).append(window)
    return busy
