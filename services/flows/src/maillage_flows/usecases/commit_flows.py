"""The parties of a case agreed: its flows serve the synergy from now on."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import SynergyAgreed
from maillage_contracts.refusals import Refused
from maillage_flows.domain.flow import Flow, commit
from maillage_flows.usecases.at_hand import put_all_back
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import passed_over


async def commit_flows(
    message: Received[SynergyAgreed], store: Store, now: datetime
) -> Iterable[Event]:
    """Commit those that can be: one that is gone, or another's, is passed over."""
    synergy = message.event.synergy
    await store.keep_agreement(synergy.case_id)
    pairs: list[tuple[Flow, Flow]] = []
    for flow in await store.flows(synergy.flow_ids):
        try:
            pairs.append((flow, commit(flow, synergy.case_id, synergy.synergy_id)))
        except Refused as refusal:
            passed_over(message, flow.flow_id, str(refusal))
    return await put_all_back(pairs, store, now)
