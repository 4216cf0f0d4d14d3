"""A case came to nothing: no event tells, so an advisor does."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_flows.domain.flow import release
from maillage_flows.usecases.at_hand import Step, at_hand, put_back
from maillage_flows.usecases.store import Store


async def release_flow(command: Step, store: Store, now: datetime) -> Iterable[Event]:
    """Make a reserved flow free again."""
    flow, actor = await at_hand(command, store)
    if flow.status == "committed":
        raise Refused("this flow serves a running synergy: end the synergy instead")
    return await put_back(flow, release(flow, actor, now.date(), "case_abandoned"), store, now)
