"""The parties of a case were introduced: its flows are promised to nobody else meanwhile."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import CaseIntroduced
from maillage_contracts.refusals import Refused
from maillage_flows.domain.flow import Flow, reserve
from maillage_flows.usecases.at_hand import put_all_back
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import passed_over


async def reserve_flows(
    message: Received[CaseIntroduced], store: Store, now: datetime
) -> Iterable[Event]:
    """Reserve those that are open. An agreement may overtake its introduction on the bus."""
    case = message.event
    if await store.is_agreed(case.case_id):
        return ()
    pairs: list[tuple[Flow, Flow]] = []
    for flow in await store.flows(case.flow_ids):
        try:
            pairs.append((flow, reserve(flow, case.case_id)))
        except Refused as refusal:
            passed_over(message, flow.flow_id, str(refusal))
    return await put_all_back(pairs, store, now)
