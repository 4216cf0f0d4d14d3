"""Write what a tour emitted, and what its day changed once all its tours are home."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event, Received
from maillage_contracts.tours import TourCancelled, TourCompleted, TourPublished
from maillage_impact.domain.accounting import in_force, is_silent, lines_of_plan
from maillage_impact.domain.entry import Entry, Occasion, Subject, write
from maillage_impact.domain.factors import MixedBoundaries, UnknownFactor
from maillage_impact.domain.transport import Carried, DrivenTour, account_driving
from maillage_impact.usecases.store import PlannedTour, Store
from maillage_impact.usecases.write_lines import write_lines


async def keep_published_tour(
    message: Received[TourPublished], store: Store, now: datetime
) -> Iterable[Event]:
    """On tour.published: a day is accounted when every published tour of its plan is home."""
    del now
    tour = message.event.tour
    if await store.tour(tour.tour_id) is None:
        await store.save_tour(PlannedTour(tour.tour_id, tour.plan_id, tour.on))
    return ()


async def drop_cancelled_tour(
    message: Received[TourCancelled], store: Store, now: datetime
) -> Iterable[Event]:
    """On tour.cancelled: the day does not wait for it any more."""
    del now
    planned = await store.tour(message.event.tour_id)
    if planned is None:
        return ()
    await store.drop_tour(planned.tour_id)
    return await write_lines(await lines_of_day(planned.plan_id, store), store)


async def write_tour(
    message: Received[TourCompleted], store: Store, now: datetime
) -> Iterable[Event]:
    """On tour.completed."""
    del now
    done = message.event
    driven = _driven(done)
    occasion = Occasion(
        Subject("tour", done.tour_id),
        done.on,
        done.on,
        causes=(message.envelope.id,),
        lot=f"tour/{done.tour_id}",
    )
    try:
        lines = [write(finding, occasion) for finding in account_driving(driven, store.factors)]
    except (UnknownFactor, MixedBoundaries):
        lines = []
    planned = await store.tour(done.tour_id)
    if planned is not None:
        completed = replace(planned, driven=driven, cause=message.envelope.id)
        await store.save_tour(completed)
        lines += await lines_of_day(planned.plan_id, store)
    return await write_lines(lines, store)


async def lines_of_day(plan_id: UUID, store: Store) -> list[Entry]:
    """What a plan changed against the rounds of its baseline; nothing while a tour is out.

    A line that says otherwise than an earlier one corrects it when it is written.
    """
    tours = await store.tours_of_to_change(plan_id)
    driven = [(tour.driven, tour.cause) for tour in tours if tour.driven and tour.cause]
    if not tours or len(driven) < len(tours):
        return []
    on = tours[0].on
    baseline = in_force(await store.baselines(scope="rounds"), on)
    if baseline is None:
        return []
    if baseline.asks_planner:
        without = await store.alone(plan_id)
    else:
        without = await store.rounds(baseline.round_ids)
    if without is None:
        return []
    try:
        lines = lines_of_plan(
            plan_id, driven, without, baseline=baseline, on=on, factors=store.factors
        )
    except (UnknownFactor, MixedBoundaries):
        return []
    # No vehicle of a class is nothing to tell, unless it takes back what was told before.
    silent = {line.claim for line in lines if is_silent(line)}
    silent -= set(await store.claimed([claim for claim in silent if claim]))
    return [line for line in lines if line.claim not in silent]


def _driven(done: TourCompleted) -> DrivenTour:
    return DrivenTour(
        tour_id=done.tour_id,
        vehicle_class=done.vehicle_class,
        energy=done.energy,
        distance_km=done.distance_km,
        is_measured=done.distance_source == "odometer",
        empty_km=done.empty_km,
        insertion_hours=done.insertion_hours,
        carried=tuple(
            Carried(
                order_id=order.order_id,
                synergy_id=order.origin_id if order.origin == "synergy" else None,
                mass_kg=order.carried_kg,
                direct_km=order.direct_km,
            )
            for order in done.carried
        ),
        capacity_kg=done.capacity_kg,
        moved_tkm=done.moved_tkm,
        low_emission_km=done.low_emission_km,
    )
