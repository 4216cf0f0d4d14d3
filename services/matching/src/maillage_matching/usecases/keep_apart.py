"""Suppressions are written down, and what they are about is looked at when they begin and end."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.flow import a_year
from maillage_matching.domain.policy import start_of
from maillage_matching.domain.suppression import Amount, Suppression
from maillage_matching.usecases.store import Store


async def amounts_of(flows: Iterable[FlowId], store: Store) -> tuple[Amount, ...]:
    """What these flows come to now: another amount may be worth another look."""
    known = [flow for flow, _ in await store.known_flows(flows)]
    told = ((flow.flow_id, a_year(flow.quantity)) for flow in known if flow.quantity)
    return tuple(
        Amount(flow_id=flow_id, a_year=amount, unit=unit) for flow_id, (amount, unit) in told
    )


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
