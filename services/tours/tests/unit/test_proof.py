"""The proof of routes agrees with the timeline, and sees what was spoiled in good routes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_tours.adapters.question import Question
from maillage_tours.adapters.solve import answer
from maillage_tours.domain.problem import (
    BASE,
    START,
    Carrier,
    Demand,
    Dimension,
    Problem,
    Search,
    Step,
    Visit,
)
from maillage_tours.domain.proof import prove
from maillage_tours.domain.reassigning import reassigned
from maillage_tours.domain.timeline import schedule

WIDE = 10_000
POINTS = [(0, 0), (30, 40), (60, 80), (-30, 40), (0, 100)]
WAYS = tuple(tuple(round(abs(complex(x - u, y - v))) for u, v in POINTS) for x, y in POINTS)


def a_step(point: int, opens_s: int = 0, closes_s: int = WIDE, handling_s: int = 5) -> Step:
    return Step(point, opens_s, closes_s, handling_s)


def a_carrier(**changes: object) -> Carrier:
    """At point 0, for ten units, at one for each metre."""
    usual: dict[str, object] = {
        "base": 0,
        "opens_s": 0,
        "closes_s": WIDE,
        "room": (10,),
        "range_m": 2000,
        "cost_per_m": 1,
        "cost_per_s": 0,
        "profile": 0,
        "duration_s_max": 3000,
    }
    return Carrier(**{**usual, **changes})  # pyright: ignore[reportArgumentType] as named above


def a_problem(*carriers: Carrier) -> Problem:
    """Two deliveries, a return of another kind, and a pair from door to door."""
    everyone = tuple(range(len(carriers) or 2))
    return Problem(
        dimensions=(Dimension("kg", None),),
        setup_s=(0, 2, 2, 2, 2),
        hubs=(True, False, False, False, False),
        demands=(
            Demand(a_step(0, handling_s=0), a_step(1), (4,), everyone),
            Demand(a_step(BASE, handling_s=0), a_step(2, 100, 400), (5,), everyone),
            Demand(a_step(3), a_step(0, handling_s=0), (6,), everyone, kind=1),
            Demand(a_step(4, 200), a_step(3), (3,), everyone),
        ),
        carriers=carriers or (a_carrier(trips_max=2), a_carrier(fixed_cost=100)),
        metres=(WAYS,),
        seconds=(WAYS,),
        apart=frozenset({(START, 1), (1, 0)}),
    )


GOOD = (
    tuple(
        Visit(demand, is_pickup)
        for demand, is_pickup in [
            *((0, True), (1, True), (0, False), (1, False)),
            *((3, True), (3, False), (2, True), (2, False)),
        ]
    ),
    (),
)


def spoiled_route(*places: int) -> tuple[tuple[Visit, ...], ...]:
    return tuple(GOOD[0][place] for place in places), ()


def changed(demand: int, **changes: object) -> Callable[[Problem], Problem]:
    def change(problem: Problem) -> Problem:
        demands = list(problem.demands)
        demands[demand] = replace(demands[demand], **changes)  # pyright: ignore[reportArgumentType]
        return replace(problem, demands=tuple(demands))

    return change


def limited(**changes: object) -> Callable[[Problem], Problem]:
    return lambda problem: replace(
        problem,
        carriers=(replace(problem.carriers[0], **changes), problem.carriers[1]),  # pyright: ignore[reportArgumentType]
    )


def test_good_routes_have_no_fault_and_their_cost() -> None:
    proof = prove(a_problem(), GOOD)
    assert proof.faults == ()
    assert proof.cost == 50 + 50 + 63 + 67 + 0 + 50


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (changed(1, dropoff=a_step(2, 0, 50)), "late"),
        (changed(3, pickup=a_step(4, 4000)), "on the road"),
        (changed(3, dropoff=a_step(3, 0, 100)), "late"),
        (changed(0, amounts=(6,)), "1 too much"),
        (changed(2, amounts=(11,)), "1 too much"),
        (changed(0, carriers=(1,)), "may not be on vehicle 0"),
        (changed(2, partner=0), "both legs"),
        (changed(1, kind=1), "right after"),
        (limited(opens_s=500), "late"),
        (limited(closes_s=300), "after its shift"),
        (limited(duration_s_max=200), "on the road"),
        (limited(range_m=279), "beyond its range"),
        (limited(room=(8,)), "1 too much"),
        (limited(trips_max=0), "1 trips"),
    ],
)
def test_a_world_that_became_harder_is_noticed(
    spoil: Callable[[Problem], Problem], words: str
) -> None:
    assert any(words in fault for fault in prove(spoil(a_problem()), GOOD).faults)


@pytest.mark.parametrize(
    ("routes", "left", "words"),
    [
        (spoiled_route(0, 2, 4, 5, 6, 7), (), "demand 1: 0 pickups"),
        (spoiled_route(0, 1, 2, 3, 4, 5, 6, 7), (1,), "demand 1: 1 pickups"),
        (spoiled_route(0, 1, 2, 2, 3, 4, 5, 6, 7), (), "demand 0: 2 dropoffs"),
        (spoiled_route(0, 1, 3, 4, 5, 6, 7), (), "still on board"),
        (spoiled_route(0, 1, 2, 3, 5, 4, 6, 7), (), "handed over before it is taken"),
        (spoiled_route(6, 0, 1, 2, 3, 4, 5, 7), (), "right after"),
        (spoiled_route(0, 2, 4, 5, 6, 7, 1, 3), (), "s late"),
        ((*GOOD, ()), (), "3 routes for 2 vehicles"),
        ((GOOD[0], (Visit(9, is_pickup=True),)), (), "unknown demands: [9]"),
        ((GOOD[0], GOOD[0]), (), "demand 0: 2 pickups"),
    ],
)
def test_spoiled_routes_are_noticed(
    routes: tuple[tuple[Visit, ...], ...], left: tuple[int, ...], words: str
) -> None:
    problem = a_problem()
    assert any(words in fault for fault in prove(problem, routes, left).faults)


@given(
    st.permutations(range(8)),
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 400)), min_size=4, max_size=4),
    st.integers(0, 300),
)
def test_proof_and_timeline_agree_on_every_route(
    order: list[int], windows: list[tuple[int, int]], opens_s: int
) -> None:
    """Two ways to compute hours, loads and cost: a walk in time, and sums of ways."""
    problem = limited(opens_s=opens_s, cost_per_s=3)(a_problem())
    for demand, (since, wide) in enumerate(windows):
        dropoff = replace(problem.demands[demand].dropoff, opens_s=since, closes_s=since + wide)
        problem = changed(demand, dropoff=dropoff)(problem)
    routes = spoiled_route(*order)
    plan, proof = schedule(problem, 0, routes[0]), prove(problem, routes)
    is_in_order = not any("before it is taken" in fault for fault in proof.faults)
    assert (not proof.faults) == (plan.is_feasible and is_in_order)
    assert proof.cost == plan.cost(problem.carriers[0]) or plan.late_s


@given(st.integers(0, 2**31), st.permutations(range(4)))
def test_the_search_finds_routes_that_are_proved(seed: int, order: list[int]) -> None:
    """Whatever the seed, and in whatever order the demands come."""
    problem = a_problem()
    problem = replace(problem, demands=tuple(problem.demands[n] for n in order))
    found = answer(Question(problem, Search(seed=seed, iterations=15, seconds=20)))
    assert found.left == {}
    proof = prove(problem, found.routes)
    assert proof.faults == ()
    assert proof.cost <= prove(a_problem(), GOOD).cost


class TestReassigning:
    def test_a_route_goes_to_the_cheaper_idle_vehicle(self) -> None:
        truck, van = a_carrier(cost_per_m=9), a_carrier(cost_per_m=2)
        problem = a_problem(truck, van)
        assert reassigned(problem, GOOD, ()) == ((), GOOD[0])

    def test_not_to_one_that_may_not_or_cannot(self) -> None:
        truck = a_carrier(cost_per_m=9)
        small, near = a_carrier(room=(8,)), a_carrier(range_m=200)
        assert reassigned(a_problem(truck, small), GOOD, ()) == GOOD
        assert reassigned(a_problem(truck, near), GOOD, ()) == GOOD
        barred = changed(0, carriers=(0,))(a_problem(truck, a_carrier()))
        assert reassigned(barred, GOOD, ()) == GOOD

    def test_a_fixed_cost_counts(self) -> None:
        problem = a_problem(a_carrier(cost_per_m=2), a_carrier(fixed_cost=281))
        assert reassigned(problem, GOOD, ()) == GOOD
        problem = a_problem(a_carrier(cost_per_m=2), a_carrier(fixed_cost=279))
        assert reassigned(problem, GOOD, ()) == ((), GOOD[0])

    def test_two_vehicles_change_routes(self) -> None:
        short = (Visit(0, is_pickup=True), Visit(0, is_pickup=False))
        long = (Visit(1, is_pickup=True), Visit(1, is_pickup=False))
        problem = a_problem(a_carrier(cost_per_m=3), a_carrier())
        assert reassigned(problem, (long, short), (2, 3)) == (short, long)


def test_the_cheaper_of_two_vehicles_takes_a_single_shipment() -> None:
    """Seen with 0.14.1: a 12 t truck took what an electric van would have carried for less."""
    truck = a_carrier(cost_per_m=62, cost_per_s=3, room=(5500,))
    van = a_carrier(cost_per_m=25, cost_per_s=2)
    problem = replace(a_problem(truck, van), apart=frozenset())
    alone = replace(problem, demands=problem.demands[3:])
    for seed in range(5):
        found = answer(Question(alone, Search(seed=seed, iterations=10, seconds=20)))
        assert [bool(route) for route in found.routes] == [False, True]
