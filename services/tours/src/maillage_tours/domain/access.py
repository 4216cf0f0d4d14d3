"""Who may enter a regulated zone, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from itertools import pairwise

from maillage_contracts.vocabulary import (
    Area,
    DailyWindow,
    GeoPoint,
    Label,
    TimeWindow,
    Value,
    Word,
    ZoneId,
)
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.local_time import moment_on, whole_day


class AccessRule(Value):
    """What is allowed or forbidden to some vehicles, from one day to another, at some hours."""

    vehicle_classes: tuple[Word, ...]
    energies: tuple[Word, ...] = ()
    allowed: bool
    valid_from: date
    valid_to: date | None = None
    hours: DailyWindow | None = None

    def concerns(self, vehicle: Vehicle, day: date) -> bool:
        """Whether it speaks of this vehicle on this day, at some hour."""
        return (
            vehicle.vehicle_class in self.vehicle_classes
            and (not self.energies or vehicle.energy in self.energies)
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
        )


class Zone(Value):
    """An area and its dated rules.

    Whoever no rule concerns may enter. Permission wins over prohibition, and a permission with
    hours forbids the other hours.
    """

    zone_id: ZoneId
    name: Label
    kind: Word
    area: Area
    rules: tuple[AccessRule, ...]


@dataclass(frozen=True)
class Gate:
    """When one vehicle may be at one place of a day, and the zone that limits it."""

    windows: tuple[TimeWindow, ...]
    zone: Label | None


def gate(point: GeoPoint, vehicle: Vehicle, zones: Iterable[Zone], day: date, tz: tzinfo) -> Gate:
    """When the vehicle may stand at this point on this day, under all zones around it."""
    open_ = (whole_day(day, tz),)
    limiting = None
    for zone in zones:
        if zone.area.contains(point):
            for part in vehicle.parts:
                mine = tuple(_open_hours(zone, part, day, tz))
                if mine != (whole_day(day, tz),):
                    limiting = zone.name
                    open_ = tuple(_both(open_, mine))
    return Gate(open_, limiting)


def _open_hours(zone: Zone, vehicle: Vehicle, day: date, tz: tzinfo) -> Iterable[TimeWindow]:
    """The stretches of the day in which the zone is open to the vehicle, joined."""
    rules = [rule for rule in zone.rules if rule.concerns(vehicle, day)]
    whole = whole_day(day, tz)
    edges = {whole.start, whole.end}
    for rule in rules:
        if rule.hours is not None:
            edges |= {moment_on(day, hour, tz) for hour in (rule.hours.start, rule.hours.end)}
    since: datetime | None = None
    moments = sorted(edges)
    for start, end in pairwise(moments):
        if not _is_open(rules, start.astimezone(tz).time()):
            if since is not None:
                yield TimeWindow(start=since, end=start)
            since = None
        elif since is None:
            since = start
        if since is not None and end == whole.end:
            yield TimeWindow(start=since, end=end)


def _is_open(rules: Iterable[AccessRule], hour: time) -> bool:
    """Whether the stretch that begins at this hour is open."""
    now = [r for r in rules if r.hours is None or r.hours.start <= hour < r.hours.end]
    if any(rule.allowed for rule in now):
        return True
    return not now and not any(rule.allowed for rule in rules)


def _both(some: Iterable[TimeWindow], others: Iterable[TimeWindow]) -> Iterable[TimeWindow]:
    other = tuple(others)
    for one in some:
        for two in other:
            start, end = max(one.start, two.start), min(one.end, two.end)
            if start < end:
                yield TimeWindow(start=start, end=end)
