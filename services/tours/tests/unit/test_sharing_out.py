"""Who pays what: shares in whole cents, exact, by a formula that is told."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day
from maillage_tours.domain.samples import a_bike, a_day, a_load, a_vehicle, an_id, an_order, place
from maillage_tours.domain.sharing_out import shares_of, split_cents
from maillage_tours.domain.tour import Stop
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
WEIGHTS = st.dictionaries(st.integers(0, 30), st.integers(0, 10**9), min_size=1)


@settings(max_examples=40)
@given(st.integers(0, 10**7), WEIGHTS)
def test_shares_add_up_and_none_is_a_cent_from_its_due(total: int, weights: dict[int, int]) -> None:
    shares = split_cents(total, weights)
    assert sum(shares.values()) == total
    whole = sum(weights.values())
    for key, weight in weights.items() if whole else ():
        assert abs(shares[key] * whole - total * weight) < whole


@settings(max_examples=40)
@given(st.integers(0, 10**7), WEIGHTS)
def test_who_weighs_more_never_bears_less(total: int, weights: dict[int, int]) -> None:
    shares = split_cents(total, weights)
    for one, weight in weights.items():
        assert all(shares[one] >= shares[other] for other in weights if weight > weights[other])


def test_odd_cents_go_to_the_largest_remainders() -> None:
    assert split_cents(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert split_cents(10, {"a": 1, "b": 5, "c": 5}) == {"a": 1, "b": 5, "c": 4}
    assert split_cents(7, {"a": 0, "b": 0}) == {"a": 4, "b": 3}


def test_a_cost_that_nobody_bears_is_refused() -> None:
    assert split_cents(0, {}) == {}
    with pytest.raises(ValueError, match="nobody"):
        split_cents(1, {})
    with pytest.raises(ValueError, match="below nothing"):
        split_cents(1, {"a": 2, "b": -1})


async def test_a_plan_is_borne_by_those_whose_goods_it_carries(plan: Planner) -> None:
    """The far and heavy goods of the dairy cost it more; the sum is the plan's cost to the cent."""
    dairy, bakery = place("Dairy", 1), place("Bakery", 1, 1)
    orders = [
        an_order("milk", pickup=dairy, dropoff=place("Far", 9, 1), load=a_load(200)),
        an_order("cream", pickup=dairy, dropoff=place("Near", 2, 1), load=a_load(30)),
        an_order("bread", pickup=bakery, dropoff=place("Near", 2, 1), load=a_load(30)),
    ]
    day = a_day(orders, [a_vehicle(), a_bike()])
    draft = await plan(day)
    figures = check_plan(draft.tours, draft.left, day, draft.matrix).figures
    tours = [one.model_copy(update={"figures": figures[one.tour_id]}) for one in draft.tours]
    names = {an_id(name): name for name in ("Dairy", "Bakery")}
    found = shares_of(tours, {o.order_id: o for o in orders})
    shares = {names[one.actor_id]: one for one in found}
    whole = sum((one.cost.amount for one in figures.values()), Decimal(0))
    assert sum(one.cost.amount for one in shares.values()) == whole
    assert shares["Dairy"].orders == 2
    assert shares["Dairy"].cost.amount > 3 * shares["Bakery"].cost.amount > 0


async def test_an_order_bears_both_its_legs_also_where_one_vehicle_drives_them(
    plan: Planner,
) -> None:
    """Milk to the near door and from there to the far one takes as much as bread there at once."""
    milk = an_order("milk", pickup=place("Dairy", 1), dropoff=place("Near", 2))
    bread = an_order("bread", pickup=place("Bakery", 1), dropoff=place("Far", 9))
    day = a_day([milk, bread], [a_vehicle()])
    draft = await plan(day)
    (tour,) = draft.tours
    figures = check_plan(draft.tours, draft.left, day, draft.matrix).figures[tour.tour_id]

    def told(stop: Stop) -> Stop:
        tasks = [
            task.model_copy(update={"leg": TO_HUB}) if task.order_id == milk.order_id else task
            for task in stop.tasks
        ]
        for at, action in (("Near", "pickup"), ("Far", "dropoff")):
            if stop.place.label == at:
                changes = {"order_id": milk.order_id, "leg": FROM_HUB, "action": action}
                tasks.append(tasks[0].model_copy(update=changes))
        return stop.model_copy(update={"tasks": tuple(tasks)})

    stops = tuple(told(stop) for stop in tour.stops)
    both = tour.model_copy(update={"figures": figures, "stops": stops})
    one, other = shares_of([both], {milk.order_id: milk, bread.order_id: bread})
    assert one.cost.amount + other.cost.amount == figures.cost.amount
    assert abs(one.cost.amount - other.cost.amount) <= Decimal("0.02")
