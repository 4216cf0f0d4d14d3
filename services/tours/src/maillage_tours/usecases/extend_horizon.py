"""Every day: raise the orders that have come within the horizon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.add_due import add_due, add_standing
from maillage_tours.usecases.store import Store

STANDINGS_MAX = 10_000


@dataclass(frozen=True)
class ExtendHorizon:
    """Look as far ahead as the terms say."""

    terms: Terms


async def extend_horizon(command: ExtendHorizon, store: Store, now: datetime) -> Iterable[Event]:
    """Orders that are there already are left as they are."""
    due = await add_due(await store.agreements(), store, now, command.terms)
    standings = await store.standings(None, STANDINGS_MAX)
    return [*due, *await add_standing(standings, store, now, command.terms)]
