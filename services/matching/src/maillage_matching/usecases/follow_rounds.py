"""On what flows says of a round: keep our copy, and look at the flows that it may pass by."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from maillage_contracts import flows
from maillage_contracts.envelope import Received
from maillage_matching.domain.existing_round import Room, Round, around
from maillage_matching.domain.policy import start_of
from maillage_matching.usecases.store import Store

PARTS_MAX = 50
"""Parts of the map that flows are looked for in; of more, in all that lies between them."""


async def follow_rounds(
    messages: Sequence[Received[flows.ExistingRoundDeclared]], store: Store, now: datetime
) -> None:
    """Keep the latest of each round; leads that may gain or lose by it are looked at at midnight.

    A round is driven for months: an import of them is not to have all flows matched again at once.
    """
    latest = {
        m.event.round.round_id: m for m in sorted(messages, key=lambda m: m.envelope.sequence)
    }
    kept = [(round_as_known(m.event.round), m.envelope.sequence) for m in latest.values()]
    changed = await store.follow_rounds(kept)
    parts = [one.reach for one in changed]
    tonight = start_of(now.date() + timedelta(days=1))
    await store.mark_due_within(tonight, parts if len(parts) <= PARTS_MAX else [around(parts)])


def round_as_known(told: flows.ExistingRound) -> Round:
    """Where it goes, and what room it has; not when, nor what it carries."""
    return Round(
        round_id=told.round_id,
        actor_id=told.actor_id,
        label=told.label,
        stops=tuple(stop.position for stop in told.stops),
        room=tuple(
            Room(leg=one.leg, mass_kg=one.mass_kg, temperature=one.temperature) for one in told.free
        ),
        empty_km=told.empty_km,
        is_driven=told.status == "active",
    )
