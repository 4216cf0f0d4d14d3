"""From what is kept to what is told: the events of tours."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from maillage_contracts import tours
from maillage_contracts.vocabulary import OrderId, Word
from maillage_tours.domain.execution import Driven, Handed
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Figures, Stop, TaskStatus, Tour

HANDOVER = set(tours.Handover.model_fields)


def requested(order: Order) -> tours.TransportOrderRequested:
    """The order as everybody may know it."""
    known = order.model_dump(include=set(tours.TransportOrder.model_fields))
    return tours.TransportOrderRequested(order=tours.TransportOrder.model_validate(known))


def ended(order: Order, tour: Tour) -> tours.TransportOrderFulfilled:
    """How the order came to its end, on which tour."""
    return tours.TransportOrderFulfilled(
        order_id=order.order_id,
        tour_id=tour.tour_id,
        origin=order.origin,
        origin_id=order.origin_id,
        outcome=order.status.value,
        accepted_kg=order.taken_kg,
        refused_kg=order.refused_kg,
        reason=order.reason,
    )


def published(tour: Tour, figures: Figures) -> tours.TourPublished:
    """The tour as it was planned and checked."""
    return tours.TourPublished(
        tour=tours.Tour(
            tour_id=tour.tour_id,
            plan_id=tour.plan_id,
            on=tour.on,
            vehicle_id=tour.vehicle.vehicle_id,
            vehicle_class=tour.vehicle.vehicle_class,
            energy=tour.vehicle.energy,
            start=tour.start,
            end=tour.end,
            starts_at=tour.starts_at,
            ends_at=tour.ends_at,
            stops=tuple(
                tours.PlannedStop(
                    number=stop.number,
                    kind=stop.kind,
                    place=stop.place,
                    order_ids=tuple(dict.fromkeys(task.order_id for task in stop.tasks)),
                    arrives_at=stop.arrives_at,
                    departs_at=stop.departs_at,
                    onboard_kg=stop.onboard_kg,
                )
                for stop in tour.stops
                if not stop.is_rest
            ),
            rests=tuple(
                tours.PlannedRest(
                    place=stop.place, starts_at=stop.arrives_at, ends_at=stop.departs_at
                )
                for stop in tour.stops
                if stop.is_rest
            ),
            distance_km=figures.distance_km,
            empty_km=figures.empty_km,
            load_factor=figures.load_factor,
            cost=figures.cost,
            is_insertion=tour.vehicle.is_insertion,
            matrix=tour.matrix,
            solver=tour.solver,
        )
    )


def cancelled(tour: Tour, reason: Word) -> tours.TourCancelled:
    """A tour that was given to its crew will not be driven."""
    return tours.TourCancelled(
        tour_id=tour.tour_id,
        plan_id=tour.plan_id,
        on=tour.on,
        vehicle_id=tour.vehicle.vehicle_id,
        reason=reason,
    )


def stop_arrived(tour: Tour, number: int, now: datetime) -> tours.StopArrived:
    """The crew is there."""
    arrived_at = tour.stops[number - 1].arrived_at or now
    return tours.StopArrived(
        tour_id=tour.tour_id, number=number, arrived_at=arrived_at, received_at=now
    )


def stop_completed(tour: Tour, number: int, handed: Sequence[Handed]) -> tours.StopCompleted:
    """What was weighed and handed over at one stop."""
    stop = tour.stops[number - 1]
    return tours.StopCompleted(
        tour_id=tour.tour_id,
        number=number,
        handovers=tuple(
            tours.Handover.model_validate(one.model_dump(include=HANDOVER)) for one in handed
        ),
        received_at=stop.received_at,
        **_told(stop),
    )


def stop_failed(tour: Tour, number: int, reason: Word) -> tours.StopFailed:
    """Nothing was handed over at one stop."""
    stop = tour.stops[number - 1]
    told = _told(stop)
    return tours.StopFailed(
        tour_id=tour.tour_id,
        number=number,
        arrived_at=told["arrived_at"],
        completed_at=told["completed_at"],
        received_at=stop.received_at or told["completed_at"],
        order_ids=tuple(
            dict.fromkeys(t.order_id for t in stop.tasks if t.status == TaskStatus.FAILED)
        ),
        reason=reason,
        proof=told["proof"],
    )


def _told(stop: Stop) -> dict[str, Any]:
    """What the crew said of the stop, but for its trip meter, which is for the whole tour."""
    return stop.visited.model_dump(exclude={"odometer_km"}) if stop.visited else {}


def tour_completed(
    tour: Tour, took: Driven, orders: Mapping[OrderId, Order]
) -> tours.TourCompleted:
    """What the whole tour took, and for whom."""
    return tours.TourCompleted(
        tour_id=tour.tour_id,
        on=tour.on,
        vehicle_id=tour.vehicle.vehicle_id,
        vehicle_class=tour.vehicle.vehicle_class,
        energy=tour.vehicle.energy,
        distance_km=took.distance_km,
        distance_source=took.distance_source,
        empty_km=took.empty_km,
        hours=took.hours,
        insertion_hours=took.hours if tour.vehicle.is_insertion else Decimal(0),
        carried=tuple(_carried(took, orders)),
        matrix=tour.matrix,
        capacity_kg=tour.vehicle.payload_kg,
        moved_tkm=took.moved_tkm,
        low_emission_km=took.low_emission_km,
    )


def _carried(took: Driven, orders: Mapping[OrderId, Order]) -> Iterable[tours.CarriedOrder]:
    for order_id, carried_kg in took.carried_kg.items():
        yield tours.CarriedOrder(
            order_id=order_id,
            origin=orders[order_id].origin,
            origin_id=orders[order_id].origin_id,
            carried_kg=carried_kg,
            direct_km=took.direct_km[order_id],
        )
