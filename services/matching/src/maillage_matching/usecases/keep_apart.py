"""Suppressions are written down, and what they are about is looked at when they begin and end."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.policy import start_of
from maillage_matching.domain.suppression import Suppression
from maillage_matching.usecases.store import Store


async def keep_apart(
    suppressions: Sequence[Suppression],
    store: Store,
    now: datetime,
    *,
    flows: Iterable[FlowId] = (),
    actors: Iterable[ActorId] = (),
) -> None:
    """Keep them; these flows, and those of these actors, are matched again now and after."""
    await store.save_suppressions(suppressions)
    ends = {start_of(one.until + timedelta(days=1)) for one in suppressions}
    for at in (now, *sorted(ends)):
        await store.mark_due(at, flows=flows, actors=actors)
