"""Command: keep how much longer roads are here than great circles, for when no map can be asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from maillage_contracts.envelope import Event
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class LearnDetour:
    """Road km per great-circle km."""

    factor: Decimal


async def learn_detour(command: LearnDetour, store: Store, now: datetime) -> Iterable[Event]:
    """The last that was learned is the one that counts."""
    await store.keep_detour(command.factor)
    return ()
