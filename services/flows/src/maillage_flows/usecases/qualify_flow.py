"""An advisor examined a flow: diagnosed, or measured."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from maillage_contracts.envelope import Event
from maillage_flows.domain.flow import qualify
from maillage_flows.usecases.at_hand import Step, at_hand, put_back
from maillage_flows.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class QualifyFlow(Step):
    """How sure one is of it now."""

    confidence: Literal["diagnosed", "measured"] = "diagnosed"


async def qualify_flow(command: QualifyFlow, store: Store, now: datetime) -> Iterable[Event]:
    """Make it a qualified one, or a surer one."""
    flow, _ = await at_hand(command, store)
    return await put_back(flow, qualify(flow, command.confidence), store, now)
