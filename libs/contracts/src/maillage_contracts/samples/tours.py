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


def a_plan_solved_alone(**changes: object) -> tours.PlanSolvedAlone:
    """Two rounds that one tour took the place of."""
    van = {"vehicle_class": "van", "energy": "diesel", "distance_km": "18.5"}
    rounds = [
        {**van, "actor_id": an_id(name), "is_own": is_own}
        for name, is_own in (("actor", True), ("other actor", False))
    ]
    return made(
        tours.PlanSolvedAlone,
        changes,
        plan_id=an_id("plan"),
        rounds=rounds,
        unplanned=0,
        matrix="estimated",
        solver="pyvrp 0.14.1",
    )


def a_tour_cancelled(**changes: object) -> tours.TourCancelled:
    return made(
        tours.TourCancelled,
        changes,
        tour_id=an_id("tour"),
        plan_id=an_id("plan"),
        on=DAY,
        vehicle_id=an_id("vehicle Electric van"),
        reason="no_crew",
    )


def a_stop_arrived(**changes: object) -> tours.StopArrived:
    return made(
        tours.StopArrived,
        changes,
        tour_id=an_id("tour"),
        number=2,
        arrived_at=at(9, 2),
        received_at=at(9, 2),
    )


def a_stop_failed(**changes: object) -> tours.StopFailed:
    """Told an hour later: the phone had no network."""
    return made(
        tours.StopFailed,
        changes,
        tour_id=an_id("tour"),
        number=2,
        arrived_at=at(9, 2),
        completed_at=at(9, 8),
        received_at=at(10, 8),
        order_ids=(an_id("order"),),
        reason="nobody_there",
    )


def _stock(**about: object) -> dict[str, object]:
    return {
        "hub_id": an_id("hub"),
        "temperature": "cold",
        "order_id": an_id("order"),
        "tour_id": an_id("tour"),
        "at": at(9, 20),
        "in_stock_kg": "340",
        "in_stock_crates": 34,
        **about,
    }


def a_hub_stock_received(**changes: object) -> tours.HubStockReceived:
    return made(tours.HubStockReceived, changes, **_stock(mass_kg="40", crates=4))


def a_hub_stock_dispatched(**changes: object) -> tours.HubStockDispatched:
    return made(tours.HubStockDispatched, changes, **_stock(mass_kg="40", crates=4))


def a_hub_stock_discrepancy(**changes: object) -> tours.HubStockDiscrepancy:
    """The evening count: one crate less than there should be."""
    counted = _stock(expected_kg="350", expected_crates=35, order_id=None, tour_id=None)
    return made(tours.HubStockDiscrepancy, changes, **counted)


def a_consignment(**changes: object) -> tours.Consignment:
    """Wooden packaging on its way to who presses it."""
    return made(
        tours.Consignment,
        changes,
        consignment_id=an_id("consignment"),
        order_id=an_id("order"),
        bsd_reference="BSD-20261123-7HX4KQ2TN",
        waste_code="15 01 03",
        status="taken_over",
        taken_over_kg="200",
    )


def a_custody_taken_over(**changes: object) -> tours.CustodyTakenOver:
    return made(tours.CustodyTakenOver, changes, consignment=a_consignment(), at=at(8, 25))


def a_custody_temp_stored(**changes: object) -> tours.CustodyTempStored:
    stored = a_consignment(status="temp_stored")
    return made(tours.CustodyTempStored, changes, consignment=stored, at=at(8, 50))


def a_custody_accepted(**changes: object) -> tours.CustodyAccepted:
    taken_in = a_consignment(
        status="partially_refused", accepted_kg="180", refused_kg="20", reason="damaged"
    )
    return made(tours.CustodyAccepted, changes, consignment=taken_in, at=at(9, 20))


def a_custody_refused(**changes: object) -> tours.CustodyRefused:
    refused = a_consignment(status="refused", refused_kg="200", reason="contaminated")
    return made(tours.CustodyRefused, changes, consignment=refused, at=at(9, 20))


def a_custody_processed(**changes: object) -> tours.CustodyProcessed:
    treated = a_consignment(status="processed", accepted_kg="200", operation_code="R3")
    return made(tours.CustodyProcessed, changes, consignment=treated, at=at(16))


def a_returnable_unit_moved(**changes: object) -> tours.ReturnableUnitMoved:
    return made(
        tours.ReturnableUnitMoved,
        changes,
        unit_id=an_id("crate 17"),
        kind="crate",
        came_from="in_stock",
        status="out_full",
        loops=11,
        at=at(8, 25),
        order_id=an_id("order"),
        tour_id=an_id("tour"),
    )
