"""Examples of what tours says."""

from maillage_contracts import tours
from maillage_contracts.samples.words import (
    BONNEVILLE,
    DAY,
    a_load,
    a_place,
    a_window,
    an_id,
    another_place,
    at,
    made,
)


def a_transport_order(**changes: object) -> tours.TransportOrder:
    """Pallets from Villaverde to STRH, raised by their synergy."""
    return made(
        tours.TransportOrder,
        changes,
        order_id=an_id("order"),
        origin="synergy",
        origin_id=an_id("synergy"),
        on=DAY,
        pickup=a_place(),
        dropoff=another_place(),
        load=a_load(),
        pickup_window=a_window(),
        dropoff_window=a_window(start=at(9), end=at(17)),
    )


def a_transport_order_requested(**changes: object) -> tours.TransportOrderRequested:
    return made(tours.TransportOrderRequested, changes, order=a_transport_order())


def a_transport_order_fulfilled(**changes: object) -> tours.TransportOrderFulfilled:
    return made(
        tours.TransportOrderFulfilled,
        changes,
        order_id=an_id("order"),
        tour_id=an_id("tour"),
        origin="synergy",
        origin_id=an_id("synergy"),
        outcome="fulfilled",
        accepted_kg="200",
        refused_kg="0",
    )


def a_tour(**changes: object) -> tours.Tour:
    """One pick-up and one drop-off by a small electric van."""
    base = a_place(label="Depot", position=BONNEVILLE, actor_id=None, site_id=None)
    pickup = {
        "number": 1,
        "kind": "pickup",
        "place": a_place(),
        "order_ids": (an_id("order"),),
        "arrives_at": at(8, 10),
        "departs_at": at(8, 25),
        "onboard_kg": "200",
    }
    dropoff = {
        **pickup,
        "number": 2,
        "kind": "dropoff",
        "place": another_place(),
        "arrives_at": at(9),
        "departs_at": at(9, 15),
        "onboard_kg": "0",
    }
    return made(
        tours.Tour,
        changes,
        tour_id=an_id("tour"),
        plan_id=an_id("plan"),
        on=DAY,
        vehicle_id=an_id("vehicle Electric van"),
        vehicle_class="van",
        energy="electric",
        start=base,
        end=base,
        starts_at=at(8),
        ends_at=at(9, 15),
        stops=(pickup, dropoff),
        distance_km="5.2",
        empty_km="2.6",
        load_factor="0.125",
        cost={"amount": "36.30"},
        matrix="estimated",
        solver="pyvrp 0.14.1",
    )


def a_tour_published(**changes: object) -> tours.TourPublished:
    return made(tours.TourPublished, changes, tour=a_tour())


def a_stop_completed(**changes: object) -> tours.StopCompleted:
    return made(
        tours.StopCompleted,
        changes,
        tour_id=an_id("tour"),
        number=2,
        arrived_at=at(9, 2),
        completed_at=at(9, 20),
        handovers=(
            {
                "order_id": an_id("order"),
                "action": "dropoff",
                "accepted_kg": "180",
                "refused_kg": "20",
                "reason": "damaged",
            },
        ),
    )


def a_tour_completed(**changes: object) -> tours.TourCompleted:
    return made(
        tours.TourCompleted,
        changes,
        tour_id=an_id("tour"),
        on=DAY,
        vehicle_id=an_id("vehicle Electric van"),
        vehicle_class="van",
        energy="electric",
        distance_km="5.6",
        distance_source="odometer",
        empty_km="2.8",
        hours="1.4",
        insertion_hours="0",
        carried=(
            {
                "order_id": an_id("order"),
                "origin": "synergy",
                "origin_id": an_id("synergy"),
                "carried_kg": "180",
                "direct_km": "2.6",
            },
        ),
        matrix="estimated",
    )
