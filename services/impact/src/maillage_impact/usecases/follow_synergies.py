"""Keep what was agreed, and account for what arrived before the agreement was seen."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import SynergyAgreed, SynergyEnded
from maillage_impact.domain.entry import Entry
from maillage_impact.usecases.store import KnownSynergy, Store
from maillage_impact.usecases.write_delivery import lines_of
from maillage_impact.usecases.write_lines import write_lines


async def keep_agreement(
    message: Received[SynergyAgreed], store: Store, now: datetime
) -> Iterable[Event]:
    """On synergy.agreed."""
    del now
    agreed = message.event.synergy
    material = agreed.material
    synergy = KnownSynergy(
        synergy_id=agreed.synergy_id,
        title=agreed.title,
        starts_on=agreed.starts_on,
        parties=tuple((party.actor_id, party.share) for party in agreed.parties),
        spec=material.resource_spec if material else None,
        route_after=material.route_after if material else None,
        saving_eur=agreed.saving.amount if agreed.saving else None,
        cause=message.envelope.id,
    )
    await store.save_synergy(synergy)
    lines: list[Entry] = []
    for delivery in await store.deliveries(synergy.synergy_id):
        lines += await lines_of(delivery, synergy, store)
    return await write_lines(lines, store)


async def end_agreement(
    message: Received[SynergyEnded], store: Store, now: datetime
) -> Iterable[Event]:
    """On synergy.ended: what was written stays."""
    del now
    known = await store.synergy(message.event.synergy_id)
    if known is not None:
        await store.save_synergy(replace(known, ended_on=message.event.ended_on))
    return ()
