"""A synergy stopped: the flows that it held are free again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import SynergyEnded
from maillage_flows.domain.flow import release
from maillage_flows.usecases.at_hand import put_all_back
from maillage_flows.usecases.store import Store


async def free_flows(
    message: Received[SynergyEnded], store: Store, now: datetime
) -> Iterable[Event]:
    """Open again what is still to be had; what was suspended meanwhile stays so."""
    pairs = [
        (
            flow,
            release(flow, actor, now.date(), "synergy_ended")
            if flow.status == "committed"
            else replace(flow, held_by=None),
        )
        for flow, actor in await store.flows_held_by(message.event.synergy_id)
    ]
    return await put_all_back(pairs, store, now)
