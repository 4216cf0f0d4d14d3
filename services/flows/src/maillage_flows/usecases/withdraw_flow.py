"""The firm no longer wants a flow shared, or it no longer exists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_flows.domain.flow import end, withdraw
from maillage_flows.usecases.at_hand import Step, at_hand, put_back
from maillage_flows.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class LeaveFlow(Step):
    """Why, in a word."""

    reason: str | None = None


async def withdraw_flow(command: LeaveFlow, store: Store, now: datetime) -> Iterable[Event]:
    """Withdraw it for good."""
    flow, _ = await at_hand(command, store)
    return await put_back(flow, withdraw(flow, command.reason), store, now)


async def end_flow(command: LeaveFlow, store: Store, now: datetime) -> Iterable[Event]:
    """It no longer exists: end it for good."""
    flow, _ = await at_hand(command, store)
    return await put_back(flow, end(flow, command.reason), store, now)
