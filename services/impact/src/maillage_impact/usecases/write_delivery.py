"""Write what a delivery for a synergy did, and what it changed when a baseline covers it."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from maillage_contracts.envelope import Event, Received
from maillage_contracts.tours import TransportOrderFulfilled
from maillage_impact.domain.accounting import (
    change_of,
    in_force,
    lines_of_activity,
    lines_of_change,
)
from maillage_impact.domain.entry import Entry, Occasion, Subject
from maillage_impact.domain.factors import MixedBoundaries, UnknownFactor
from maillage_impact.usecases.store import Delivery, KnownSynergy, Store
from maillage_impact.usecases.write_lines import write_lines


async def write_delivery(
    message: Received[TransportOrderFulfilled], store: Store, now: datetime, *, zone: tzinfo
) -> Iterable[Event]:
    """On transportorder.fulfilled: only what was accepted on the scales counts, on that day."""
    del now
    order = message.event
    if order.origin != "synergy" or order.origin_id is None or order.accepted_kg == 0:
        return ()
    delivery = Delivery(
        order_id=order.order_id,
        synergy_id=order.origin_id,
        tour_id=order.tour_id,
        accepted_kg=order.accepted_kg,
        on=message.envelope.time.astimezone(zone).date(),
        cause=message.envelope.id,
    )
    await store.save_deliveries([delivery])
    synergy = await store.synergy(delivery.synergy_id)
    if synergy is None:
        return ()
    return await write_lines(await lines_of(delivery, synergy, store), store)


async def lines_of(delivery: Delivery, synergy: KnownSynergy, store: Store) -> list[Entry]:
    """All lines that a delivery gives today; a missing factor gives none, it is never guessed."""
    if synergy.spec is None or synergy.route_after is None:
        return []
    baselines = await store.baselines(synergy_id=synergy.synergy_id)
    baseline = in_force(baselines, delivery.on)
    occasion = occasion_of(delivery)
    try:
        lines = lines_of_activity(
            occasion, synergy.spec, synergy.route_after, delivery.accepted_kg, store.factors
        )
        change = baseline and change_of(baseline, synergy.spec, synergy.route_after)
        if baseline is not None and change is not None:
            held_against = Occasion(
                subject=occasion.subject,
                period_start=delivery.on,
                period_end=delivery.on,
                causes=(delivery.cause,),
                baseline_id=baseline.baseline_id,
                lot=occasion.lot,
            )
            lines += lines_of_change(
                held_against, change, delivery.accepted_kg, store.factors, baseline
            )
    except (UnknownFactor, MixedBoundaries):
        return []
    return lines


def occasion_of(delivery: Delivery) -> Occasion:
    """The delivery as a reason to write, without any baseline."""
    return Occasion(
        subject=Subject("synergy", delivery.synergy_id),
        period_start=delivery.on,
        period_end=delivery.on,
        causes=(delivery.cause,),
        lot=f"order/{delivery.order_id}",
    )
