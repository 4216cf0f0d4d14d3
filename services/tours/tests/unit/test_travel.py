"""How long ways take at the speed of a vehicle."""

from decimal import Decimal

import pytest

from maillage_tours.domain.samples import place
from maillage_tours.domain.travel import Profile, estimated, extended, seconds_at

VAN = Profile(vehicle_class="van", energy="diesel", speed_kmh=Decimal(30))
MILL, PRESS, SHOP = (place(name, n, 2 * n).position for n, name in enumerate("abc"))
FACTOR, BUFFER = Decimal("1.4"), Decimal("0.25")


@pytest.mark.parametrize(
    ("metres", "speed_kmh", "buffer", "seconds"),
    [
        (100, "36", "0", 10),
        (101, "36", "0", 11),
        (100, "36", "0.25", 13),
        (39520, "24.7", "0.1", 6336),  # exactly; 24.7 / 1.1 has no end, and gave a second more
        (0, "36", "0.25", 0),
    ],
)
def test_seconds_are_rounded_up(metres: int, speed_kmh: str, buffer: str, seconds: int) -> None:
    assert seconds_at([metres], Decimal(speed_kmh), Decimal(buffer)) == (seconds,)


def test_a_point_more_is_as_far_as_if_it_had_been_there() -> None:
    whole = estimated([MILL, PRESS, SHOP], [VAN], FACTOR, BUFFER).travel[VAN]
    two = estimated([MILL, PRESS], [VAN], FACTOR, BUFFER).travel[VAN]
    assert extended(two, [SHOP, MILL], VAN, FACTOR, BUFFER) == whole
