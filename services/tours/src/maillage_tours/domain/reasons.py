"""Why an order is not planned, in words a dispatcher can act on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maillage_contracts.vocabulary import Load
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.problem import Dimension, Probe

NO_VEHICLE = "no vehicle is in service on this day"
OTHER_LEG = "the other leg of this order could not be planned"
LABELS_MAX = 5
"""A reason names so many vehicles at most."""

SAID = {
    "temperature": "no {detail} compartment",
    "mass": "{detail} kg is too heavy",
    "volume": "{detail} m3 is too large",
    "crates": "{detail} crates are too many",
    "zone": "may not enter {detail} at that time",
    "range": "too far for its range",
    "window": "cannot keep the windows within its shift",
    "hours": "would take longer than its crew may work",
    "busy": "its shift is taken by published tours",
}


@dataclass(frozen=True)
class Obstacle:
    """What stops one vehicle from doing a job, even alone."""

    code: str
    label: str
    detail: str = ""

    @property
    def words(self) -> str:
        """The obstacle without the vehicle."""
        return SAID[self.code].format(detail=self.detail)


def obstacle_of(load: Load, vehicle: Vehicle, *, is_dirty: bool) -> Obstacle | None:
    """Why the load does not fit into the empty vehicle, if it does not."""
    room = vehicle.room(load.temperature, is_dirty=is_dirty)
    if not vehicle.places_for(load.temperature, is_dirty=is_dirty):
        kind = f"dirty {load.temperature}" if is_dirty else load.temperature
        return Obstacle("temperature", vehicle.label, kind)
    if load.mass_kg > min(room.mass_kg, vehicle.payload_kg):
        return Obstacle("mass", vehicle.label, f"{load.mass_kg.normalize():f}")
    if load.volume_m3 > room.volume_m3:
        return Obstacle("volume", vehicle.label, f"{load.volume_m3.normalize():f}")
    if load.crates > room.crates:
        return Obstacle("crates", vehicle.label, str(load.crates))
    return None


def hard_reason(obstacles: Iterable[Obstacle]) -> str:
    """One sentence for all vehicles: what stops them, and which."""
    by_words: dict[str, list[str]] = {}
    for obstacle in obstacles:
        by_words.setdefault(obstacle.words, []).append(obstacle.label)
    if not by_words:
        return NO_VEHICLE
    return "; ".join(f"{words} ({_some(labels)})" for words, labels in by_words.items())


def _some(labels: Sequence[str]) -> str:
    more = len(labels) - LABELS_MAX
    return ", ".join(labels[:LABELS_MAX]) + (f" and {more} more" if more > 0 else "")


def soft_reason(
    probe: Probe | None,
    labels: Sequence[str],
    dimensions: Sequence[Dimension],
    per_unit: dict[str, int],
) -> str:
    """What would be needed on the vehicle where the order fits best."""
    if probe is None:
        return OTHER_LEG
    short_s = max(probe.late_s, probe.overtime_s)
    needs: list[str] = []
    if short_s:
        needs.append(f"+{-(-short_s // 60)} min")
    for excess, one in zip(probe.excess, dimensions, strict=True):
        if excess:
            room = f"{excess / per_unit[one.unit]:g} {one.unit} more room"
            kind = f"dirty {one.temperature}" if one.is_dirty else one.temperature
            needs.append(f"{room} ({kind})" if kind else room)
    said = {
        f"{-(-probe.beyond_m // 1000)} km more range": probe.beyond_m,
        "a cleaning between two loads": probe.clashes,
        "a trip apart from other goods": probe.mixed,
        "a rest on the way": probe.unrested_s,
    }
    needs += [words for words, amount in said.items() if amount]
    return f"would need {' and '.join(dict.fromkeys(needs))} on {labels[probe.carrier]}"
