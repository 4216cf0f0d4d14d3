"""The solver's process: killed when it hangs, reproducible, and the traps of PyVRP 0.14 avoided."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi import Request
from starlette.types import Message

from maillage_contracts.refusals import Refused
from maillage_tours.adapters import solve
from maillage_tours.adapters.pyvrp_builder import FORBIDDEN
from maillage_tours.adapters.pyvrp_model import model_of
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.search import PENALTY_MAX
from maillage_tours.adapters.solve import answer
from maillage_tours.adapters.solver import WAITING_MAX, ChildSolver, SolverBroke, best_of
from maillage_tours.domain.day import Day
from maillage_tours.domain.insertion import insert_all
from maillage_tours.domain.legs import jobs_of
from maillage_tours.domain.posing import pose
from maillage_tours.domain.problem import Problem, Search, Visit
from maillage_tours.domain.samples import (
    TERMS,
    a_bike,
    a_day,
    a_load,
    a_vehicle,
    a_zone,
    an_order,
    hours,
    place,
    window,
)
from maillage_tours.domain.travel import estimated, profile_of
from maillage_tours.entrypoints.wanted import while_wanted

SEARCH = Search(seed=1, iterations=20, seconds=20)
BIG_M_MAX = 10**9


def problem_of(day: Day) -> Problem:
    ends = [end.position for order in day.orders for end in (order.pickup, order.dropoff)]
    points = sorted(
        set([hub.position for hub in day.hubs] + [v.base for v in day.vehicles] + ends), key=str
    )
    profiles = sorted(set(map(profile_of, day.vehicles)), key=str)
    matrix = estimated(points, profiles, TERMS.detour_factor)
    return pose(day, list(jobs_of(day, matrix)), matrix).problem


def a_problem(orders: int = 6) -> Problem:
    made = [an_order(f"{n}", dropoff=place(f"Shop {n}", 1 + n % 3, n - 3)) for n in range(orders)]
    across = an_order("across", pickup=place("Mill", 2, 2), dropoff=place("Press", 1, -3))
    back = an_order(
        "back",
        pickup=place("Shop 1", 2, -2),
        dropoff=place("Hub"),
        pickup_window=window("07:00", "12:00"),
        dropoff_window=window("07:00", "14:00"),
    )
    return problem_of(a_day([*made, across, back], [a_vehicle(), a_bike()], zones=[a_zone()]))


class TestProcess:
    async def test_a_child_answers_as_the_same_process_would(self) -> None:
        found = await ChildSolver(histories=(20,)).solve(a_problem(), SEARCH)
        same = answer(Question(a_problem(), SEARCH, cpu_seconds_max=60))
        assert (found.routes, found.left) == (same.routes, same.left)
        assert (found.iterations, found.was_cut) == (20, False)
        assert found.solver == "pyvrp 0.14.1"

    async def test_the_event_loop_goes_on_while_it_searches(self) -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.to_thread(lambda: None)

        ticking = asyncio.create_task(tick())
        await ChildSolver().solve(a_problem(), SEARCH)
        ticking.cancel()
        assert ticks > 20

    async def test_a_search_that_hangs_is_killed(self, tmp_path: object) -> None:
        told = f"{tmp_path}/pid"
        code = f"import os, time; open({told!r}, 'w').write(str(os.getpid()))\nwhile True: pass"
        solver = ChildSolver(command=(sys.executable, "-c", code), grace_s=0.1, histories=(20,))
        with pytest.raises(Refused, match="no plan after 1 s: ask for fewer"):
            await solver.solve(a_problem(), replace(SEARCH, seconds=0.1))
        with open(told) as file, pytest.raises(ProcessLookupError):  # noqa: ASYNC230, PTH123 a test
            os.kill(int(file.read()), 0)

    async def test_a_search_whose_caller_leaves_is_killed(self, tmp_path: object) -> None:
        told = f"{tmp_path}/pid"
        code = f"import os, sys; open({told!r}, 'w').write(str(os.getpid()))\nwhile True: pass"
        solver = ChildSolver(command=(sys.executable, "-c", code), histories=(20,))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(solver.solve(a_problem(), SEARCH), 1.0)
        with open(told) as file, pytest.raises(ProcessLookupError):  # noqa: ASYNC230, PTH123 a test
            os.kill(int(file.read()), 0)

    async def test_a_search_that_computes_too_long_is_refused(self) -> None:
        code = "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)"
        solver = ChildSolver(command=(sys.executable, "-c", code), histories=(20,))
        with pytest.raises(Refused, match="s of computing: ask for fewer"):
            await solver.solve(a_problem(), SEARCH)
        comparing = replace(SEARCH, seconds=100.0, cpu_seconds=10.0)
        with pytest.raises(Refused, match="no plan after 40 s of computing"):
            await solver.solve(a_problem(), comparing)

    async def test_a_search_is_killed_when_the_client_has_left(self, tmp_path: Path) -> None:
        told = tmp_path / "pid"
        os.mkfifo(told)
        code = f"import os; open({str(told)!r}, 'w').write(str(os.getpid()))\nwhile True: pass"
        solver = ChildSolver(command=(sys.executable, "-c", code), histories=(20,))
        child: list[int] = []

        async def leave_once_it_searches() -> Message:
            child.append(int(await asyncio.to_thread(told.read_text)))
            return {"type": "http.disconnect"}

        request = Request({"type": "http"}, leave_once_it_searches)
        with pytest.raises(Refused, match="did not wait"):
            await while_wanted(request, solver.solve(a_problem(), SEARCH))
        with pytest.raises(ProcessLookupError):
            os.kill(child[0], 0)

    async def test_a_solver_that_breaks_says_why(self) -> None:
        solver = ChildSolver(command=(sys.executable, "-c", "raise SystemExit('out of oil')"))
        with pytest.raises(SolverBroke, match="out of oil"):
            await solver.solve(a_problem(), SEARCH)

    async def test_few_may_wait_for_their_turn(self) -> None:
        solver = ChildSolver()
        waiting = [
            asyncio.create_task(solver.solve(a_problem(1), SEARCH)) for _ in range(WAITING_MAX)
        ]
        await asyncio.to_thread(lambda: None)
        with pytest.raises(Refused, match="being computed already"):
            await solver.solve(a_problem(1), SEARCH)
        found = await asyncio.gather(*waiting)
        assert len({one.routes for one in found}) == 1

    def test_a_child_without_a_parent_to_kill_it_ends_by_its_cpu_limit(self) -> None:
        endless = Search(seed=1, iterations=10**9, seconds=600)
        question = Question(a_problem(), endless, cpu_seconds_max=2)
        ended = subprocess.run(
            [sys.executable, "-m", "maillage_tours.adapters.solve"],
            input=pickle.dumps(question),
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == -signal.SIGXCPU

    def test_a_child_whose_parent_is_gone_stops(self, monkeypatch: pytest.MonkeyPatch) -> None:
        parents = iter([100, 100, 1])
        monkeypatch.setattr(os, "getppid", lambda: next(parents, 1))
        endless = Search(seed=1, iterations=10**9, seconds=600)
        found = answer(Question(a_problem(), endless, cpu_seconds_max=600))
        assert (found.was_cut, found.iterations) == (True, 1)


class TestPortfolio:
    def test_the_answer_that_leaves_least_then_costs_least_is_kept(self) -> None:
        problem = a_problem()
        good = answer(Question(problem, SEARCH))
        nothing = replace(
            good, routes=tuple(() for _ in problem.carriers), left=dict.fromkeys(range(8))
        )
        detour = replace(good, routes=tuple(map(_one_by_one, good.routes)))
        assert best_of(problem, [nothing, detour, good]) is good
        assert best_of(problem, [good, good]) is good

    def test_an_answer_that_is_not_proved_is_not_kept(self) -> None:
        problem = a_problem()
        good = answer(Question(problem, SEARCH))
        forgetful = replace(good, routes=tuple(() for _ in problem.carriers))
        assert best_of(problem, [forgetful, good]) is good
        with pytest.raises(SolverBroke, match="0 pickups"):
            best_of(problem, [forgetful])


def _one_by_one(route: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """The same work, each order out and back alone."""
    demands = dict.fromkeys(visit.demand for visit in route)
    return tuple(Visit(demand, is_pickup) for demand in demands for is_pickup in (True, False))


class TestReproducible:
    def test_the_same_seed_and_iterations_give_the_same_routes(self) -> None:
        first, again = (answer(Question(a_problem(), SEARCH, 60)) for _ in range(2))
        assert first.routes == again.routes

    def test_a_search_cut_by_time_says_so(self) -> None:
        hurried = Search(seed=1, iterations=10**6, seconds=0.05)
        found = answer(Question(a_problem(), hurried, 60))
        assert found.was_cut
        assert found.iterations < 10**6


class TestTraps:
    def test_every_prize_is_below_every_penalty_and_every_order_optional(self) -> None:
        data = model_of(a_problem()).data
        some = [*data.clients(), *data.shipments()]
        assert len(some) == 8
        assert all(0 < one.prize < PENALTY_MAX for one in some)
        assert not any(one.required for one in some)

    def test_no_arc_is_longer_than_a_billion(self) -> None:
        data = model_of(a_problem()).data
        matrices = [*data.distance_matrices(), *data.duration_matrices()]
        assert max(int(matrix.max()) for matrix in matrices) <= BIG_M_MAX

    def test_what_a_vehicle_may_not_carry_is_far_beyond_its_room(self) -> None:
        """A breach of one unit was once bought by a large prize: here it is a thousand units."""
        problem = a_problem()
        one, *others = problem.demands
        model = model_of(replace(problem, demands=(replace(one, carriers=(0,)), *others)))
        data, client = model.data, model.data.clients()[model.deliveries.index(0)]
        other = next(n for n, fleet in enumerate(model.fleets) if 1 in fleet)
        rooms = zip(client.delivery, data.vehicle_types()[other].capacity, strict=True)
        assert [taken for taken, room in rooms if taken > room] == [FORBIDDEN]
        assert 100 * max(client.prize for client in data.clients()) < FORBIDDEN * PENALTY_MAX

    def test_an_order_that_cannot_be_carried_spoils_no_plan(self) -> None:
        """With required=True one impossible order made every solution infeasible."""
        slot = window("07:30", "07:45")
        rivals = [
            an_order(f"{n}", dropoff=place(f"Shop {n}", 3, 3 * n), dropoff_window=slot)
            for n in (-1, 1)
        ]
        easy = an_order("easy", dropoff_window=window("09:00", "12:00"))
        found = answer(Question(problem_of(a_day([*rivals, easy])), SEARCH, 60))
        assert len(found.left) == 1
        assert len({visit.demand for route in found.routes for visit in route}) == 2

    def test_forbidden_vehicles_stay_forbidden_when_nothing_else_is_free(self) -> None:
        """The site-dependent trap: large prizes, one-unit skills."""
        orders = [
            an_order(f"{n}", dropoff=place(f"Shop {n}", 4, n / 10), load=a_load(60))
            for n in range(8)
        ]
        bike = a_bike(shift=hours("06:00", "08:00"))
        day = a_day(orders, [a_vehicle(), bike], zones=[a_zone()])
        problem = problem_of(day)
        found = answer(Question(problem, SEARCH, 60))
        van = next(n for n, c in enumerate(problem.carriers) if c.room[0] == 800_000)
        assert found.routes[van] == ()
        assert found.left

    def test_a_large_model_is_built_in_no_time(self) -> None:
        """Model.add_edge took five seconds for a thousand stops; arrays take milliseconds."""
        problem = a_problem(300)
        began = time.process_time()
        assert model_of(problem).data.num_locations > 10
        assert time.process_time() - began < 2

    def test_alike_vehicles_are_one_type(self) -> None:
        day = a_day([an_order()], [a_bike(f"Bike {n}") for n in range(4)])
        types = model_of(problem_of(day)).data.vehicle_types()
        assert [one.num_available for one in types] == [4]

    def test_a_hub_costs_no_time_to_who_loads_nothing_there(self) -> None:
        """PyVRP counts a depot's time on every departure: it made vehicles of hubs look dear."""
        across = an_order("across", pickup=place("Mill", 1, 1), dropoff=place("Press", 1, -1))
        dear = a_vehicle("Dear", base=place("Yard", 0.2).position, cost_eur_per_hour="30")
        problem = problem_of(a_day([across], [a_vehicle("Cheap"), dear]))
        found = answer(Question(problem, SEARCH, 60))
        used = [n for n, route in enumerate(found.routes) if route]
        assert [problem.carriers[n].cost_per_s for n in used] == [6667]

    def test_goods_of_a_hub_are_clients_and_the_others_pairs(self) -> None:
        model = model_of(a_problem(3))
        assert (len(model.deliveries), len(model.returns), len(model.shipments)) == (3, 1, 1)

    def test_a_hub_window_too_short_for_a_client_makes_a_pair(self) -> None:
        dawn = an_order(
            "dawn",
            pickup_window=window("06:00", "06:15"),
            dropoff=place("Shop", 1),
            dropoff_window=window("06:30", "12:00"),
        )
        model = model_of(problem_of(a_day([dawn])))
        assert (len(model.deliveries), len(model.shipments)) == (0, 1)


class TestMending:
    def test_a_route_that_breaks_its_limits_loses_what_breaks_them(self) -> None:
        problem = problem_of(
            a_day([an_order("a", load=a_load(500)), an_order("b", load=a_load(500))])
        )
        both = (Visit(0, True), Visit(1, True), Visit(0, False), Visit(1, False))  # noqa: FBT003
        assert {visit.demand for visit in solve.mended(problem, 0, both)} == {0}

    def test_what_a_vehicle_may_not_carry_leaves_its_route(self) -> None:
        """A search that found nothing sound yet had put it there."""
        order = an_order(dropoff=place("Shop in the centre", 4), load=a_load(60))
        problem = problem_of(a_day([order], [a_vehicle(), a_bike()], zones=[a_zone()]))
        route = (Visit(0, is_pickup=True), Visit(0, is_pickup=False))
        kept = [solve.mended(problem, carrier, route) for carrier in (0, 1)]
        may = problem.demands[0].carriers
        assert [bool(visits) for visits in kept] == [carrier in may for carrier in (0, 1)]

    def test_who_comes_too_late_is_left_out(self) -> None:
        late = an_order("late", dropoff_window=window("07:00", "07:10"))
        far = an_order("far", dropoff=place("Far shop", -9))
        problem = problem_of(a_day([far, late]))
        first = next(n for n, d in enumerate(problem.demands) if d.dropoff.closes_s > 8 * 3600)
        visits = (
            Visit(first, is_pickup=True),
            Visit(1 - first, is_pickup=True),
            Visit(first, is_pickup=False),
            Visit(1 - first, is_pickup=False),
        )
        assert {visit.demand for visit in solve.mended(problem, 0, visits)} == {first}

    def test_what_still_fits_is_inserted(self) -> None:
        problem = a_problem()
        routes, left = insert_all(problem, [() for _ in problem.carriers])
        assert left == {}
        assert {v.demand for route in routes for v in route} == set(range(len(problem.demands)))


def test_costs_are_whole_millionths_of_a_euro() -> None:
    carrier = problem_of(a_day([an_order()])).carriers[0]
    assert carrier.cost_per_m == Decimal("0.25") * 1000
    assert carrier.cost_per_s == 6667
