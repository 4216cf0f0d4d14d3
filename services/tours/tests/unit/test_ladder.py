"""Where vehicles cost more than their ways, plans are made with fewer of them."""

import random
from dataclasses import replace
from math import dist

import pytest
from pyvrp import Activity, ActivityType, Route
from pyvrp import Solution as Found

from maillage_tours.adapters import solve
from maillage_tours.adapters.ladder import descended
from maillage_tours.adapters.pyvrp_model import Model, model_of
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.search import Enough
from maillage_tours.adapters.solve import answer
from maillage_tours.domain.problem import (
    Carrier,
    Demand,
    Dimension,
    Problem,
    Search,
    Solution,
    Step,
)
from maillage_tours.domain.proof import prove

SEARCH = Search(seed=1, iterations=150, seconds=60)
DAY_S = 12_000
VAN = Carrier(
    base=0,
    opens_s=0,
    closes_s=DAY_S,
    room=(40,),
    range_m=None,
    cost_per_m=1,
    cost_per_s=0,
    profile=0,
    fixed_cost=50_000,
)


def pairs(count: int, *vans: Carrier) -> Problem:
    """From door to door on a square of a kilometre, with windows of 25 minutes to collect."""
    draw = random.Random(1)  # noqa: S311 a day, not a secret
    doors = [
        (500, 500),
        *((draw.randint(0, 1000), draw.randint(0, 1000)) for _ in range(2 * count)),
    ]
    ways = tuple(tuple(int(dist(one, other)) for other in doors) for one in doors)
    demands: list[Demand] = []
    for place in range(1, 2 * count, 2):
        opens_s = draw.randint(800, 6500)
        there_s = opens_s + ways[place][place + 1]
        ends = (
            Step(place, opens_s, opens_s + 1500, 30),
            Step(place + 1, there_s, there_s + 3000, 30),
        )
        demands.append(Demand(*ends, (draw.randint(1, 9),), tuple(range(len(vans)))))
    return Problem(
        dimensions=(Dimension("kg", None),),
        setup_s=(0,) * len(doors),
        hubs=(True, *[False] * 2 * count),
        demands=tuple(demands),
        carriers=vans,
        metres=(ways,),
        seconds=(ways,),
    )


def driving(problem: Problem, solution: Solution) -> int:
    """How many vehicles a proved plan that carries everything takes."""
    assert (prove(problem, solution.routes).faults, solution.left) == ((), {})
    return sum(1 for route in solution.routes if route)


def without_ladder(monkeypatch: pytest.MonkeyPatch, problem: Problem) -> Solution:
    def stay(_question: Question, _model: Model, found: Found, _enough: Enough) -> Found:
        return found

    with monkeypatch.context() as patched:
        patched.setattr(solve, "descended", stay)
        return answer(Question(problem, SEARCH))


def test_a_vehicle_too_many_is_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyVRP's own moves do not empty a route: in as many steps they keep one vehicle more."""
    problem = pairs(20, *[VAN] * 20)
    kept = driving(problem, without_ladder(monkeypatch, problem))
    assert driving(problem, answer(Question(problem, SEARCH))) < kept


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    problem = pairs(20, *[VAN] * 20)
    one, other = (answer(Question(problem, SEARCH)) for _ in range(2))
    assert one.routes == other.routes


def two_doors(*vans: Carrier, **changes: object) -> Problem:
    """A door to serve in the first minute and one in the last, both next to the base."""
    steps = (Step(1, 0, 60, 0), Step(2, DAY_S - 120, DAY_S - 60, 0))
    everyone = tuple(range(len(vans)))
    ways = ((0, 20, 20), (20, 0, 20), (20, 20, 0))
    problem = Problem(
        dimensions=(Dimension("kg", None),),
        setup_s=(0, 0, 0),
        hubs=(True, False, False),
        demands=tuple(Demand(Step(0, 0, DAY_S, 0), step, (9,), everyone) for step in steps),
        carriers=vans,
        metres=(ways,),
        seconds=(ways,),
    )
    return replace(problem, **changes)  # pyright: ignore[reportArgumentType] fields of Problem


def spared(problem: Problem, *routes: tuple[int, ...]) -> tuple[int, int]:
    """How many vehicles are left of such routes after the ladder, and in how many iterations."""
    model, enough = model_of(problem), Enough(SEARCH)
    deliveries = [[Activity(ActivityType.CLIENT, door) for door in route] for route in routes]
    types = {carrier: type_ for type_, fleet in enumerate(model.fleets) for carrier in fleet}
    begun = [Route(model.data, doors, types[n]) for n, doors in enumerate(deliveries)]
    found = Found(model.data, begun)
    assert model.carries_all(found)
    reached = descended(Question(problem, SEARCH), model, found, enough)
    assert model.carries_all(reached)
    return reached.num_routes(), enough.iterations


def test_one_vehicle_does_for_both() -> None:
    vehicles, _ = spared(two_doors(VAN, VAN), (0,), (1,))
    assert vehicles == 1


def test_one_vehicle_less_must_pay() -> None:
    """One for both waits the whole day, and its crew is paid for it more than a vehicle costs."""
    van = replace(VAN, cost_per_s=5)
    vehicles, iterations = spared(two_doors(van, van), (0,), (1,))
    assert (vehicles, iterations > 0) == (2, True)


def test_where_ways_cost_more_there_is_no_ladder() -> None:
    van = replace(VAN, fixed_cost=40)
    assert spared(two_doors(van, van), (0,), (1,)) == (2, 0)


def test_nothing_is_searched_for_where_the_others_have_no_room() -> None:
    """Two loads that fill a vehicle each, which goes once only."""
    van = replace(VAN, room=(9,), trips_max=1)
    assert spared(two_doors(van, van, van), (0,), (1,)) == (2, 0)


def test_of_two_twins_none_is_taken_away() -> None:
    """The search needs both: the other spends its day at the base (clients 2 and 3)."""
    problem = two_doors(VAN, VAN, VAN, VAN, twins=((0, 1), (2, 3)))
    assert spared(problem, (0,), (2,), (1,), (3,)) == (4, 0)


def test_what_only_one_vehicle_may_carry_stays_with_it() -> None:
    problem = two_doors(VAN, VAN)
    mine = (replace(one, carriers=(place,)) for place, one in enumerate(problem.demands))
    assert spared(replace(problem, demands=tuple(mine)), (0,), (1,)) == (2, 0)
