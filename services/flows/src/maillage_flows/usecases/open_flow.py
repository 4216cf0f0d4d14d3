"""The firm wants to work on a flow: from now on it may be matched."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_flows.domain.flow import open_up
from maillage_flows.usecases.at_hand import Step, at_hand, put_back
from maillage_flows.usecases.store import Store


async def open_flow(command: Step, store: Store, now: datetime) -> Iterable[Event]:
    """Open it."""
    flow, actor = await at_hand(command, store)
    return await put_back(flow, open_up(flow, actor, now.date()), store, now)
