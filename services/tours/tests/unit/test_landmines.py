"""What goes wrong with PyVRP 0.14 unless it is told otherwise, where no other test says so."""

import sys
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from pyvrp import Model as Slow

from maillage_tours.adapters import solve
from maillage_tours.adapters.pyvrp_model import Model, model_of, visits_of
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.search import race
from maillage_tours.adapters.solve import answer
from maillage_tours.adapters.solver import ChildSolver
from maillage_tours.domain.problem import (
    BASE,
    Carrier,
    Demand,
    Dimension,
    Problem,
    Search,
    Solution,
    Step,
    Visit,
    rest_at,
)
from maillage_tours.domain.proof import prove
from maillage_tours.domain.timeline import schedule

HOUR = 3600
SEARCH = Search(seed=1, iterations=60, seconds=30)
WAYS = ((0, 600, 900), (600, 0, 700), (900, 700, 0))


def a_carrier(**changes: object) -> Carrier:
    """From six to two, at point 0; its crew rests after four hours, at its base or point 2."""
    usual: dict[str, object] = {
        "base": 0,
        "opens_s": 6 * HOUR,
        "closes_s": 14 * HOUR,
        "room": (4,),
        "range_m": None,
        "cost_per_m": 1,
        "cost_per_s": 1,
        "profile": 0,
        "rest_after_s": 4 * HOUR,
        "rest_s": 1800,
        "rests": (0, 1),
    }
    return Carrier(**{**usual, **changes})  # pyright: ignore[reportArgumentType] as named above


def a_problem(*carriers: Carrier, **changes: object) -> Problem:
    """Rounds from the hub for all hours of the shift, three trips each: nobody comes home early."""
    some = carriers or (a_carrier(), a_carrier())
    everyone = tuple(range(len(some)))
    demands = tuple(
        Demand(
            Step(0, 0, 24 * HOUR, 0),
            Step(1, opens_s, opens_s + 600, 300),
            (3,),
            everyone,
        )
        for hour in (7, 9, 11, 13)
        for opens_s in (hour * HOUR, hour * HOUR + 60)
    )
    problem = Problem(
        dimensions=(Dimension("crates", None),),
        setup_s=(300, 60, 60),
        hubs=(True, False, False),
        demands=demands,
        carriers=some,
        metres=(WAYS,),
        seconds=(WAYS,),
        rests=(BASE, 2),
    )
    return replace(problem, **changes)  # pyright: ignore[reportArgumentType] fields of Problem


def found_by(model: Model, steps: int = 200) -> dict[int, tuple[Visit, ...]]:
    """What a search on the model itself comes to, nothing mended afterwards."""
    bests = race(model.data, seed=1, history=20)
    best = next(bests)
    for _ in range(steps):
        best = next(bests)
    assert best.is_feasible()
    return visits_of(model, best)


class TestBreaks:
    """PyVRP has none, and an inserted one rarely fits: tokens."""

    def test_each_crew_rests_once_however_often_it_reloads(self) -> None:
        """Capacities begin anew at a reload: an idle vehicle could take the tokens of all."""
        problem = a_problem()
        routes = found_by(model_of(problem, resting=(0, 1)))
        assert len(routes) == 2
        for carrier, route in routes.items():
            assert sum(visit.is_rest for visit in route) == 1
            assert schedule(problem, carrier, route).unrested_s == 0
            trips = sum(a.is_pickup and not b.is_pickup for a, b in pairwise(_bare(route)))
            assert trips > 1

    def test_who_has_no_token_is_home_before_it_must_rest(self) -> None:
        problem = a_problem()
        routes = found_by(model_of(problem, resting=(0,)))
        for carrier, route in routes.items():
            plan = schedule(problem, carrier, route)
            assert carrier == 0 or plan.ends_s - plan.starts_s <= 4 * HOUR

    def test_without_long_rounds_there_is_no_token_at_all(self) -> None:
        data = model_of(a_problem()).data
        assert (data.num_groups, data.num_load_dimensions) == (0, 1)

    @pytest.mark.parametrize("cost_max", [0, 10])
    def test_the_answer_rests_in_time_and_serves_everybody(
        self, monkeypatch: pytest.MonkeyPatch, cost_max: int
    ) -> None:
        """Whether rests are searched for, however little they cost, or put in at the end."""
        monkeypatch.setattr(solve, "RESTS_COST_MAX", cost_max)
        problem = a_problem()
        found = answer(Question(problem, SEARCH))
        assert (found.left, prove(problem, found.routes).faults) == ({}, ())
        assert any(visit.is_rest for route in found.routes for visit in route)

    def test_waste_on_board_is_no_less_waste_after_a_rest(self) -> None:
        kinds = tuple(
            replace(demand, kind=number % 2) for number, demand in enumerate(a_problem().demands)
        )
        problem = a_problem(demands=kinds, apart=frozenset({(1, 0)}))
        found = answer(Question(problem, SEARCH))
        assert prove(problem, found.routes, found.left).faults == ()


def _bare(route: tuple[Visit, ...]) -> list[Visit]:
    return [visit for visit in route if not visit.is_rest]


class TestTrailers:
    """A bike with a trailer is another vehicle for PyVRP, and yet the same."""

    def test_only_one_of_two_twins_drives(self) -> None:
        bike, rig = a_carrier(rest_after_s=None), a_carrier(rest_after_s=None, room=(9,))
        problem = a_problem(bike, rig, twins=((0, 1),))
        assert len(found_by(model_of(problem))) == 1
        found = answer(Question(problem, SEARCH))
        assert prove(problem, found.routes, found.left).faults == ()

    def test_both_driving_is_noticed(self) -> None:
        problem = a_problem(twins=((0, 1),))
        alone = replace(problem, demands=problem.demands[:2])
        one, other = ((Visit(n, is_pickup=True), Visit(n, is_pickup=False)) for n in (0, 1))
        assert prove(alone, (one, other)).faults == ("vehicles 0 and 1 are the same",)


class TestRestsInProof:
    GOOD = tuple(
        visit
        for number in (0, 2, 4, 6)
        for visit in (
            *((rest_at(0),) if number == 4 else ()),
            Visit(number, is_pickup=True),
            Visit(number, is_pickup=False),
        )
    )

    @pytest.fixture
    def problem(self) -> Problem:
        return a_problem(a_carrier())

    def faults(self, problem: Problem, route: tuple[Visit, ...]) -> str:
        return " ".join(prove(problem, (route,), (1, 3, 5, 7)).faults)

    def test_a_route_that_rests_in_time(self, problem: Problem) -> None:
        assert self.faults(problem, self.GOOD) == ""
        assert schedule(problem, 0, self.GOOD).is_feasible

    def test_without_its_rest(self, problem: Problem) -> None:
        bare = tuple(_bare(self.GOOD))
        assert "s of work without a rest" in self.faults(problem, bare)
        assert schedule(problem, 0, bare).unrested_s > 0

    def test_resting_too_late(self, problem: Problem) -> None:
        late = (*_bare(self.GOOD), rest_at(0))
        assert "s of work before a rest" in self.faults(problem, late)

    def test_resting_where_it_may_not_stand(self, problem: Problem) -> None:
        barred = replace(problem, carriers=(a_carrier(rests=(1,)),))
        assert "may not stand" in self.faults(barred, self.GOOD)

    def test_goods_that_meet_on_board(self, problem: Problem) -> None:
        families = tuple(replace(one, family=1 + n) for n, one in enumerate(problem.demands))
        hostile = replace(problem, demands=families, foes=frozenset({(3, 1)}))
        assert self.faults(hostile, self.GOOD) == ""
        swapped = list(self.GOOD)
        swapped[1], swapped[2] = swapped[2], swapped[1]
        assert "may not be on board together" in self.faults(hostile, tuple(swapped))

    def test_a_choice_is_made_once(self, problem: Problem) -> None:
        chosen = tuple(replace(one, choice=n // 2) for n, one in enumerate(problem.demands))
        either = replace(problem, demands=chosen)
        assert prove(either, (self.GOOD,)).faults == ()
        both = (*self.GOOD, Visit(1, is_pickup=True), Visit(1, is_pickup=False))
        assert "one is done" in " ".join(prove(either, (both,)).faults)
        assert "one is done" in " ".join(prove(either, (self.GOOD,), (1,)).faults)

    def test_overtime_costs_more_and_has_an_end(self, problem: Problem) -> None:
        short = a_carrier(duration_s_max=6 * HOUR, overtime_s_max=HOUR, overtime_cost_per_s=2)
        paid = replace(problem, carriers=(short,))
        takes_s = schedule(paid, 0, self.GOOD)
        over_s = takes_s.ends_s - takes_s.starts_s - 6 * HOUR
        assert over_s > 0
        more = prove(paid, (self.GOOD,), (1, 3, 5, 7)).cost
        assert more - prove(problem, (self.GOOD,), (1, 3, 5, 7)).cost == 2 * over_s
        too_long = replace(problem, carriers=(replace(short, overtime_s_max=over_s - 1),))
        assert "on the road" in self.faults(too_long, self.GOOD)


async def test_two_memories_search_side_by_side() -> None:
    """History 300 alone lost nine points on short searches, 20 alone on long ones."""
    asked: list[int] = []

    class Asked(ChildSolver):
        async def ask(self, question: Question) -> Solution:
            asked.append(question.history)
            return answer(question)

    await Asked().solve(a_problem(), SEARCH)
    assert sorted(asked) == [20, 300]


def test_no_model_is_made_edge_by_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds and 483 MB for a thousand stops."""

    def refuse(*_: Any, **__: Any) -> None:  # noqa: ANN401 whatever is asked
        raise AssertionError("an edge at a time")

    monkeypatch.setattr(Slow, "add_edge", refuse)
    assert answer(Question(a_problem(), SEARCH)).left == {}


def test_no_plan_waits_for_vroom(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a start for PyVRP it takes 9 to 17 s for a thousand stops, whatever time it is given."""
    monkeypatch.setitem(sys.modules, "vroom", None)
    assert answer(Question(a_problem(), SEARCH)).left == {}
