"""Time passes: what nobody confirms goes stale, what has had its last day expires."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage_contracts.envelope import Event
from maillage_contracts.flows import FlowWentStale
from maillage_flows.domain.flow import Flow, age
from maillage_flows.usecases.at_hand import put_all_back
from maillage_flows.usecases.store import Due, Store
from maillage_flows.usecases.told import document


@dataclass(frozen=True)
class AgeFlows:
    """After how many days without confirmation; how many at most in one transaction."""

    stale_after_days: int
    limit: int = 500


async def age_flows(command: AgeFlows, store: Store, now: datetime) -> Iterable[Event]:
    """Set aside what is due. The last day is one of UTC: late by an hour or two, never early."""
    stale_before = now - timedelta(days=command.stale_after_days)
    flows = await store.flows_due(Due(stale_before, now.date(), command.limit))
    aged = [(flow, age(flow, stale_before, now.date())) for flow in flows]
    news = await put_all_back(aged, store, now)
    stale = {str(after.flow_id): after for _, after in aged if after.status == "stale"}
    return [_said(event, stale.get(event.subject), command) for event in news]


def _said(event: Event, stale: Flow | None, command: AgeFlows) -> Event:
    if stale is None:
        return event
    return FlowWentStale(flow=document(stale), stale_after_days=command.stale_after_days)
