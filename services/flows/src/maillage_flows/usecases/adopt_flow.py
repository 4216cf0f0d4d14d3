"""The firm says of what an advisor noted: yes, that is so."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_flows.domain.flow import adopt
from maillage_flows.usecases.at_hand import Step, at_hand, put_back
from maillage_flows.usecases.store import Store


async def adopt_flow(command: Step, store: Store, now: datetime) -> Iterable[Event]:
    """Make an observed flow a declared one."""
    flow, _ = await at_hand(command, store)
    return await put_back(flow, adopt(flow), store, now)
