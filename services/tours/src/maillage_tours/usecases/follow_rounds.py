"""On what flows says of rounds that others already drive: keep them."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts.envelope import Received
from maillage_contracts.flows import ExistingRoundDeclared
from maillage_tours.usecases.store import Store, Told


async def follow_rounds(
    messages: Sequence[Received[ExistingRoundDeclared]], store: Store, now: datetime
) -> None:
    """Rounds with their free room, as they were last declared."""
    await store.keep_rounds([Told(m.event.round, m.envelope.sequence) for m in messages])
