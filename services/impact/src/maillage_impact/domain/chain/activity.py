"""What was moved, how far, and how full: transport activity and the distances it is held to."""

from collections.abc import Iterable
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

from maillage_contracts.refusals import Invalid

ZERO = Decimal(0)
EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the GRS 80 ellipsoid (IUGG)."""
DISTANCE_ADJUSTMENT: dict[str, tuple[Decimal, Decimal]] = {
    "road": (Decimal("1.05"), ZERO),
    "sea": (Decimal("1.15"), ZERO),
    "air": (Decimal(1), Decimal(95)),
    "rail": (Decimal(1), ZERO),
    "waterway": (Decimal(1), ZERO),
}
"""Mode: (factor, km added) from the reference distance to the one driven (ISO 14083 guide)."""


def transport_activity_tkm(legs: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Tonne-kilometres of (mass in t, distance in km); passengers in place of t give pkm."""
    return sum((amount * distance_km for amount, distance_km in legs), ZERO)


def driven_distance_km(reference_km: Decimal, factor: Decimal, added_km: Decimal) -> Decimal:
    """The distance as driven, from the shortest feasible or the great-circle one."""
    return reference_km * factor + added_km


def reference_distance_km(driven_km: Decimal, factor: Decimal, added_km: Decimal) -> Decimal:
    """The distance that activity is held to, from the one driven."""
    return (driven_km - added_km) / positive("daf", factor)


def adjustment(mode: str) -> tuple[Decimal, Decimal]:
    """(factor, km added) of a mode of transport; raises Invalid."""
    if mode not in DISTANCE_ADJUSTMENT:
        raise Invalid("mode", f"say one of {', '.join(DISTANCE_ADJUSTMENT)}")
    return DISTANCE_ADJUSTMENT[mode]


def great_circle_km(start: tuple[Decimal, Decimal], end: tuple[Decimal, Decimal]) -> Decimal:
    """The great-circle distance between (latitude, longitude) in degrees, to the metre."""
    north_1, east_1, north_2, east_2 = (radians(degrees) for degrees in (*start, *end))
    half = sin((north_2 - north_1) / 2) ** 2
    half += cos(north_1) * cos(north_2) * sin((east_2 - east_1) / 2) ** 2
    return Decimal(round(2 * EARTH_RADIUS_KM * asin(sqrt(half)), 3)).quantize(Decimal("0.001"))


def load_factor(legs: Iterable[tuple[Decimal, Decimal, Decimal]]) -> Decimal:
    """Share of capacity used over (mass in t, capacity in t, distance in km), empty legs too."""
    given = list(legs)
    offered = sum((capacity * km for _, capacity, km in given), ZERO)
    used = sum((mass * km for mass, _, km in given), ZERO)
    return used / positive("capacity", offered)


def empty_share(laden_km: Decimal, empty_km: Decimal) -> Decimal:
    """Empty kilometres over all kilometres."""
    return empty_km / positive("distance", laden_km + empty_km)


def positive(field: str, value: Decimal) -> Decimal:
    """A divisor; raises Invalid naming the field when it is not above zero."""
    if value <= ZERO:
        raise Invalid(field, "it must be above zero")
    return value
