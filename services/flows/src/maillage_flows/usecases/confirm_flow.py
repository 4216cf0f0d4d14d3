"""Somebody saw that a flow is still as declared."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_flows.domain.flow import confirm
from maillage_flows.usecases.at_hand import Step, at_hand, put_back
from maillage_flows.usecases.store import Store


async def confirm_flow(command: Step, store: Store, now: datetime) -> Iterable[Event]:
    """Make it fresh again; a stale one comes back."""
    flow, actor = await at_hand(command, store)
    return await put_back(flow, confirm(flow, actor, now), store, now)
