"""Relay points: which orders may be brought there on a day, for they have room for so many."""

from collections.abc import Iterable, Sequence

from maillage_tours.domain.day import TO_HUB, Day, Job
from maillage_tours.domain.fleet import RelayPoint


def without_room(day: Day, jobs: Sequence[Job]) -> dict[Job, str]:
    """What would be too much for the room of a relay point, and that in words.

    Room is promised to what ranks first; then to what may go nowhere else; then to what may go
    far away instead, for which it saves most.
    """
    refused: dict[Job, str] = {}
    for relay in day.relays:
        free = relay.crates_max - sum(day.crates_at.get(relay.site_id, {}).values())
        here = [job for job in jobs if job.leg != TO_HUB and relay.is_at(job.dropoff)]
        for job in sorted(here, key=lambda job: _claim(job, relay, jobs)):
            if job.load.crates <= free:
                free -= job.load.crates
            else:
                refused[job] = _said(job, relay)
    return refused


def _claim(job: Job, relay: RelayPoint, jobs: Iterable[Job]) -> tuple[object, ...]:
    """The lower, the sooner it is promised room."""
    elsewhere_km = [
        relay.position.distance_km(other.dropoff.position)
        for other in jobs
        if other.key[:2] == job.key[:2] and other.option != job.option
    ]
    return -job.rank, bool(elsewhere_km), -max(elsewhere_km, default=0), job.order_id


def _said(job: Job, relay: RelayPoint) -> str:
    many = f"{job.load.crates} crates"
    return f"no room for {many} at {relay.label}, which takes {relay.crates_max} on a day"
