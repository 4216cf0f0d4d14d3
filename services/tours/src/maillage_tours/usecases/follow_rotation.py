"""Query: how evenly the jobs of some days were shared out."""

from datetime import date, timedelta

from maillage_contracts.refusals import Invalid
from maillage_tours.domain.rotation import Rotation, rotation_of
from maillage_tours.usecases.store import Store, WantedTours

DAYS_MAX = 92
TOURS_OF_DAY_MAX = 500


async def follow_rotation(since: date, until: date, store: Store) -> Rotation:
    """From one day to another, both included; raises Invalid for none or more than a quarter."""
    days = (until - since).days + 1
    if not 1 <= days <= DAYS_MAX:
        raise Invalid("until", f"send a day from `since` on, {DAYS_MAX} days in all at most")
    tours = [
        tour
        for number in range(days)
        for tour in await store.tours(
            WantedTours(on=since + timedelta(days=number)), None, TOURS_OF_DAY_MAX
        )
    ]
    return rotation_of(since, until, await store.vehicles(), tours)
