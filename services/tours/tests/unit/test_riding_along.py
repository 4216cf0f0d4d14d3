"""An order on a round that somebody drives already: explained, and worth it to both."""

from datetime import datetime
from decimal import Decimal

import pytest

from maillage_contracts.vocabulary import ActorId
from maillage_tours.domain.consent import Consent
from maillage_tours.domain.day import Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.riding_along import Ride, RideOffer, ride_offers, without_room
from maillage_tours.domain.samples import (
    TERMS,
    a_day,
    a_load,
    a_zone,
    an_id,
    an_order,
    made,
    place,
    window,
)
from maillage_tours.domain.travel import Travel, estimated

OUT = {"leg": "out", "mass_kg": 200, "temperature": "ambient"}
BACK = {**OUT, "leg": "back"}


def a_ride(name: str = "Bread", **changes: object) -> Ride:
    """South along the road, three stops, from half past six."""
    return made(
        Ride,
        changes,
        round_id=an_id(name),
        actor_id=an_id("Baker"),
        label=name,
        departs_at=window("06:30", "07:00").start,
        vehicle_class="van",
        energy="diesel",
        stops=tuple(place(f"Stop {n}", 2 * n, 3) for n in range(1, 4)),
        free=(OUT,),
    )


def across(**changes: object) -> Order:
    usual: dict[str, object] = {
        "pickup": place("Mill", 3, 3.2),
        "dropoff": place("Press", 5, 3.2),
        "load": a_load(50),
    }
    return an_order("across", **{**usual, **changes})


def offers(order: Order, *rides: Ride, day: Day | None = None) -> list[RideOffer]:
    with_ways: list[tuple[Ride, Travel]] = []
    for ride in rides:
        points = [*(stop.position for stop in ride.stops)]
        points += [order.pickup.position, order.dropoff.position]
        matrix = estimated(list(dict.fromkeys(points)), [ride.profile], TERMS.detour_factor)
        with_ways.append((ride, matrix.travel[ride.profile]))
    return ride_offers(order, with_ways, day or a_day([order]))


def test_an_order_on_the_way_is_taken_between_the_stops_beside_it() -> None:
    (offer,) = offers(across(), a_ride())
    assert (offer.pickup_after, offer.dropoff_after, offer.leg) == (1, 2, "out")
    assert 0 < offer.detour_km < 2
    assert 0 < offer.minutes < 20
    assert offer.taken_at < offer.given_at
    assert set(offer.must_agree) == {an_id("Baker"), an_id("Mill"), an_id("Press")}


@pytest.mark.parametrize("east", [3.0, 3.4, 4.1, 5.3])
def test_both_gain_the_same_and_cents_add_up(east: float) -> None:
    (offer,) = offers(across(dropoff=place("Press", 5, east)), a_ride())
    assert offer.pays.amount + offer.asker_saves.amount == offer.cost_alone.amount
    assert offer.detour_cost.amount + offer.driver_gains.amount == offer.pays.amount
    assert 0 <= offer.driver_gains.amount - offer.asker_saves.amount <= Decimal("0.01")


def test_five_rounds_at_most_the_cheapest_first() -> None:
    rides = [
        a_ride(f"Round {n}", stops=tuple(place(f"S{k}", 2 * k, 3 + n / 4) for k in range(1, 4)))
        for n in range(7)
    ]
    found = offers(across(), *reversed(rides))
    assert [one.label for one in found] == [f"Round {n}" for n in (1, 0, 2, 3, 4)]
    costs = [one.detour_cost.amount for one in found]
    assert costs == sorted(costs)


def test_room_is_that_of_the_leg_and_of_the_temperature() -> None:
    assert offers(across(load=a_load(201)), a_ride()) == []
    assert offers(across(load=a_load(temperature="cold")), a_ride()) == []
    home = across(pickup=place("Mill", 6, 3.2), dropoff=place("Press", 2, 3.2))
    (out,) = offers(home, a_ride())
    assert (out.leg, out.pickup_after) == ("out", 2)
    (back,) = offers(home, a_ride(free=(BACK,)))
    assert (back.leg, back.pickup_after) == ("back", 3)


def test_hours_of_doors_and_of_zones_are_kept() -> None:
    gone = window("05:00", "06:20")
    assert offers(across(pickup_window=gone), a_ride()) == []
    assert offers(across(dropoff_window=window("05:00", "06:40")), a_ride()) == []
    centre = across(dropoff=place("Cafe", 4, 0))
    assert offers(centre, a_ride()) != []
    assert offers(centre, a_ride(), day=a_day([centre], zones=[a_zone()])) == []


def test_a_detour_that_costs_more_than_a_van_of_its_own_is_not_offered() -> None:
    far = a_ride(stops=(place("Far", 30, 30), place("Farther", 40, 30)))
    late = across(pickup_window=window("06:00", "22:00"), dropoff_window=window("06:00", "22:00"))
    assert offers(late, far) == []


def test_who_agreed_first_keeps_the_room_that_is_left() -> None:
    """Three of fifty kilograms on a round with room for two."""
    agreed = {
        name: riding(name, window(hour, "12:00").start)
        for name, hour in (("third", "09:00"), ("first", "07:00"), ("second", "08:00"))
    }
    room = a_ride(free=({**OUT, "mass_kg": 100},)).free
    assert list(without_room(agreed.values(), room)) == [agreed["third"]]
    assert list(without_room(agreed.values(), ())) == [
        agreed[name] for name in ("first", "second", "third")
    ]


def riding(name: str, given_at: datetime) -> Order:
    asked = across()
    (offer,) = offers(asked, a_ride())
    consent = Consent(actor_id=ActorId(an_id("Baker")), given_at=given_at, by_itself=True)
    ride = offer.to_agree_on().agreed_by(consent)
    changes = {"order_id": an_id(name), "status": "riding", "ride": ride}
    return asked.model_copy(update=changes)
