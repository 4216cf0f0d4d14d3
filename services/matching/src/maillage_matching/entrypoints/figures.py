"""What matching tells those who watch it: how full the advisors' desks are."""

from datetime import datetime

from maillage_matching.domain.policy import week_of
from maillage_matching.usecases.store import Store
from maillage_serving.figures import Figure


async def _waiting(store: Store, now: datetime) -> float:
    return (await store.desk(week_of(now))).waiting


async def _open_cases(store: Store, now: datetime) -> float:
    return (await store.desk(week_of(now))).open_cases


async def _places(store: Store, _: datetime) -> float:
    policy = await store.policy()
    return policy.open_cases_max * policy.advisors


FIGURES: tuple[Figure[Store], ...] = (
    Figure("leads_waiting", "Leads of the engine that nobody has decided on.", _waiting),
    Figure("cases_open", "Cases that have not ended.", _open_cases),
    Figure(
        "desk_places",
        "Open cases and undecided leads that fit on all desks: beyond, the engine shows nothing.",
        _places,
    ),
)
