"""Something in a declaration is otherwise than it was told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_flows.domain.flow import amend
from maillage_flows.usecases.at_hand import Step, at_hand, put_back
from maillage_flows.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class AmendFlow(Step):
    """A JSON merge patch of the declaration."""

    patch: Mapping[str, object]


async def amend_flow(command: AmendFlow, store: Store, now: datetime) -> Iterable[Event]:
    """Change what the patch names, and close the questions it answers."""
    flow, actor = await at_hand(command, store)
    return await put_back(flow, amend(flow, command.patch, actor, now.date()), store, now)
