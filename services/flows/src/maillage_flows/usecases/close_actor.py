"""An establishment ceased: nothing of it may be matched or driven any more."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.registry import ActorClosed
from maillage_flows.domain.flow import ACTOR_CLOSED, LIVE, suspend
from maillage_flows.domain.round import end_round
from maillage_flows.usecases.at_hand import put_all_back
from maillage_flows.usecases.follow_actors import as_known
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import told_round


async def close_actor(
    message: Received[ActorClosed], store: Store, now: datetime
) -> Iterable[Event]:
    """Suspend its flows and end its rounds."""
    closed = replace(as_known(message), is_closed=True)
    await store.keep_actors([closed])
    flows = await store.flows_of(closed.actor_id, LIVE)
    news = await put_all_back([(flow, suspend(flow, ACTOR_CLOSED)) for flow in flows], store, now)
    rounds = [end_round(known) for known in await store.rounds_of(closed.actor_id, "active")]
    await store.save_rounds(rounds)
    return [*news, *map(told_round, rounds)]
