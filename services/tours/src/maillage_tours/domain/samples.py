"""Valid examples of what the rules work on: tests name only the fields that matter to them.

A hub on the northern edge, a centre closed to vans a few kilometres south of it.
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel

from maillage_contracts.vocabulary import (
    ActorId,
    Area,
    DailyWindow,
    GeoPoint,
    Load,
    Place,
    TimeWindow,
)
from maillage_tours.domain.access import AccessRule, Zone
from maillage_tours.domain.agreement import Agreement, Need
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import Hub, Vehicle
from maillage_tours.domain.local_time import window_on
from maillage_tours.domain.order import Order
from maillage_tours.domain.standing import Standing
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import Stop, Tour, Visited

M = TypeVar("M", bound=BaseModel)

ON = date(2026, 11, 24)
TERMS = Terms()
KM_LAT = 1 / 111.195
KM_LON = KM_LAT / 0.7265
"""Degrees in a kilometre, at 43.4 degrees north."""


def an_id(of: str) -> UUID:
    """The identifier of an example; the same words give the same one."""
    return uuid5(NAMESPACE_URL, f"https://maillage.org/samples/tours/{of}")


def made(model: type[M], changes: dict[str, object], **usual: object) -> M:
    """A document with some of its usual fields changed."""
    return model.model_validate({**usual, **changes})


def spot(south_km: float, east_km: float = 0) -> GeoPoint:
    """A point so far from the hub."""
    return GeoPoint(lat=round(43.4 - south_km * KM_LAT, 6), lon=round(5.4 + east_km * KM_LON, 6))


def place(label: str, south_km: float = 0, east_km: float = 0) -> Place:
    """A door so far from the hub; its actor has the same name."""
    return Place(label=label, position=spot(south_km, east_km), actor_id=ActorId(an_id(label)))


def hours(start: str, end: str) -> DailyWindow:
    """Two hours of any day."""
    return DailyWindow.model_validate({"start": start, "end": end})


def window(start: str, end: str, on: date = ON) -> TimeWindow:
    """Two hours of the examples' day."""
    return window_on(on, hours(start, end), TERMS.zone)


def a_load(mass_kg: object = 20, **changes: object) -> Load:
    return made(Load, changes, mass_kg=str(mass_kg), volume_m3="0.1", crates=2)


def an_order(name: str = "bread", **changes: object) -> Order:
    """From the hub to a shop outside the centre, accepted."""
    return made(
        Order,
        changes,
        order_id=an_id(f"order {name}"),
        origin="import",
        on=ON,
        pickup=place("Hub"),
        dropoff=place(f"Shop of {name}", 2, 1),
        load=a_load(),
        pickup_window=window("06:00", "12:00"),
        dropoff_window=window("07:00", "12:00"),
        status="accepted",
    )


def a_vehicle(label: str = "Van", **changes: object) -> Vehicle:
    """An electric van at the hub, with an ambient and a cold compartment."""
    return made(
        Vehicle,
        changes,
        vehicle_id=an_id(f"vehicle {label}"),
        owner_id=an_id("Carrier"),
        label=label,
        vehicle_class="van",
        energy="electric",
        compartments=(
            {"temperature": "ambient", "payload_kg": "600", "volume_m3": "6", "crates": 60},
            {"temperature": "cold", "payload_kg": "300", "volume_m3": "3", "crates": 30},
        ),
        payload_kg="800",
        range_km="150",
        speed_kmh="28",
        cost_eur_per_km="0.25",
        cost_eur_per_hour="24",
        base=spot(0),
        shift=hours("06:00", "14:00"),
    )


def a_bike(label: str = "Bike", **changes: object) -> Vehicle:
    """A cargo bike at the hub, ambient only."""
    usual: dict[str, object] = {
        "vehicle_class": "cargo_bike",
        "compartments": (
            {"temperature": "ambient", "payload_kg": "150", "volume_m3": "1.5", "crates": 12},
        ),
        "payload_kg": "150",
        "range_km": "60",
        "speed_kmh": "14",
        "cost_eur_per_km": "0.05",
        "cost_eur_per_hour": "20",
    }
    return a_vehicle(label, **{**usual, **changes})


def a_trailer(label: str = "Trailer", **changes: object) -> Vehicle:
    """A trailer at the hub, for a bike of the same owner."""
    usual: dict[str, object] = {
        "vehicle_class": "trailer",
        "energy": "human",
        "speed_kmh": "11",
        "cost_eur_per_km": "0.02",
        "cost_eur_per_hour": "0",
    }
    return a_bike(label, **{**usual, **changes})


def a_hub(label: str = "Hub", **changes: object) -> Hub:
    return made(
        Hub,
        changes,
        hub_id=an_id(f"hub {label}"),
        operator_id=an_id(label),
        label=label,
        position=spot(0),
        opening=hours("05:00", "20:00"),
    )


def a_rule(**changes: object) -> AccessRule:
    """Closed to vans and trucks."""
    return made(
        AccessRule,
        changes,
        vehicle_classes=("van", "truck"),
        allowed=False,
        valid_from=date(2026, 1, 1),
    )


def a_zone(*rules: AccessRule, **changes: object) -> Zone:
    """The centre: between three and five kilometres south of the hub."""
    corners = ((3, -2), (3, 2), (5, 2), (5, -2), (3, -2))
    return made(
        Zone,
        changes,
        zone_id=an_id("zone"),
        name="Centre",
        kind="pedestrian",
        area=Area(ring=tuple(spot(south, east) for south, east in corners)),
        rules=rules or (a_rule(),),
    )


def clean_air() -> Zone:
    """A low-emission zone over all of the territory, which every vehicle may enter."""
    ring = tuple(spot(*corner) for corner in ((-9, -9), (-9, 9), (9, 9), (9, -9), (-9, -9)))
    zone = a_zone(zone_id=an_id("clean air"), kind="low_emission", area=Area(ring=ring))
    return zone.model_copy(update={"rules": ()})


def a_need(**changes: object) -> Need:
    """Every week from Tuesday on."""
    return made(
        Need,
        changes,
        pickup=place("Workshop", 1, 3),
        dropoff=place("Press", 2, -2),
        load=a_load(100),
        every="P1W",
        first_on=ON,
        pickup_window=hours("08:00", "12:00"),
        dropoff_window=hours("08:30", "14:00"),
    )


def a_standing(**changes: object) -> Standing:
    """Every Tuesday and Friday evening, from the day before the examples' day."""
    return made(
        Standing,
        changes,
        standing_id=an_id("standing"),
        rrule="FREQ=WEEKLY;BYDAY=TU,FR",
        starts_on=date(2026, 11, 23),
        pickup=place("Dairy", 1, 1),
        dropoff=place("School", 3, 2),
        load=a_load(40),
        pickup_window=hours("17:00", "19:00"),
        dropoff_window=hours("17:30", "20:00"),
    )


def an_agreement(*needs: Need, **changes: object) -> Agreement:
    return made(
        Agreement,
        changes,
        synergy_id=an_id("synergy"),
        needs=needs or (a_need(),),
        starts_on=date(2026, 11, 1),
    )


def a_day(
    orders: Sequence[Order] = (),
    vehicles: Sequence[Vehicle] | None = None,
    **changes: object,
) -> Day:
    """These orders, one van, the hub, no zone."""
    usual: dict[str, object] = {
        "on": ON,
        "zone": TERMS.zone,
        "pace": TERMS.pace,
        "direct_km_max": TERMS.direct_km_max,
        "orders": list(orders),
        "vehicles": [a_vehicle()] if vehicles is None else list(vehicles),
        "hubs": [a_hub()],
        "zones": [],
        "busy": {},
    }
    return Day(**{**usual, **changes})  # pyright: ignore[reportArgumentType] as named above


def visited(tour: Tour, count: int) -> Tour:
    """The tour with its first stops made as was planned."""
    stops = tuple(
        stop.model_copy(
            update={
                "visited": Visited(arrived_at=stop.arrives_at, completed_at=stop.departs_at),
                "tasks": tuple(task.model_copy(update={"status": "done"}) for task in stop.tasks),
            }
        )
        if stop.number <= count
        else stop
        for stop in tour.stops
    )
    return tour.model_copy(update={"stops": stops, "started_at": tour.starts_at})


def with_stop(tour: Tour, at: int, /, **changes: object) -> Tour:
    """The same tour, with something else at one stop."""
    stops = [stop.model_copy(update=changes) if stop.number == at else stop for stop in tour.stops]
    return tour.model_copy(update={"stops": tuple(stops)})


def with_stops(tour: Tour, stops: Sequence[Stop]) -> Tour:
    """The same tour with these stops, in this order."""
    numbered = [stop.model_copy(update={"number": n}) for n, stop in enumerate(stops, 1)]
    return tour.model_copy(update={"stops": tuple(numbered)})
