"""VROOM as the solver of a problem, for comparison: `python -m maillage_tours.adapters.bench.peer`.

It is what CoopCycle runs. A problem that it cannot express (reloads, release times, a limit on the
duration of a route) is put to it without that limit: the check then says what it broke.
"""

import pickle
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np

from maillage_tours.adapters.question import SOLUTION, Question
from maillage_tours.domain.problem import BASE, Carrier, Problem, Solution, Step, Visit

LEVEL = 5
"""VROOM's exploration level: its best."""
UNITS_MAX = 10**6
"""VROOM computes in 32 bits: longer ways are put to it in coarser units."""
AGAIN_MAX = 2
"""It counts the time of the clock: on a busy machine it is asked again, with more of it."""
ENOUGH_SHARE = 0.9
FAR_TIMES = 20

Routes = tuple[tuple[Visit, ...], ...]


def peer_answer(question: Question) -> Solution:
    """VROOM's routes in as much process time as was given, or a little more."""
    limit_s = question.search.cpu_seconds or question.search.seconds
    began, wall_s = time.monotonic(), limit_s
    routes, used_s, is_done = _timed(question.problem, wall_s)
    for _ in range(AGAIN_MAX):
        if is_done or used_s >= ENOUGH_SHARE * limit_s:
            break
        wall_s *= limit_s / max(used_s, limit_s / 4)
        routes, used_s, is_done = _timed(question.problem, wall_s)
    served = {visit.demand for route in routes for visit in route}
    return Solution(
        routes=routes,
        left={n: None for n in range(len(question.problem.demands)) if n not in served},
        solver="vroom",
        iterations=0,
        seconds=time.monotonic() - began,
        was_cut=True,
        cpu_seconds=used_s,
    )


def _timed(problem: Problem, wall_s: float) -> tuple[Routes, float, bool]:
    """The routes, the process time they took, and whether VROOM ended before its time."""
    began, cpu_began = time.monotonic(), time.process_time()
    routes = _solved(problem, wall_s)
    return routes, time.process_time() - cpu_began, time.monotonic() - began < wall_s


def _solved(problem: Problem, seconds: float) -> Routes:
    import vroom  # pyright: ignore[reportMissingTypeStubs, reportMissingImports]  # noqa: PLC0415 an extra: bench

    longest = max(max(map(max, matrix)) for matrix in problem.metres)
    input_ = _input(vroom, problem, coarse=-(-longest // UNITS_MAX))
    found: Any = input_.solve(LEVEL, nb_threads=1, timeout=timedelta(seconds=seconds))
    routes: list[tuple[Visit, ...]] = [() for _ in problem.carriers]
    for route in found.to_dict()["routes"]:
        carrier = route["vehicle"]
        routes[carrier] = tuple(_visits(problem, route["steps"]))
    return tuple(routes)


def _visits(problem: Problem, steps: list[dict[str, Any]]) -> Iterator[Visit]:
    """The visits of a route, with the loading before and the unloading after the doors."""
    doors = [Visit(one["id"], one["type"] != "delivery") for one in steps if "id" in one]
    for visit in doors:
        if _is_job(problem, visit.demand) and _door(problem, visit.demand) == "dropoff":
            yield Visit(visit.demand, is_pickup=True)
    for visit in doors:
        if _is_job(problem, visit.demand):
            yield Visit(visit.demand, is_pickup=_door(problem, visit.demand) == "pickup")
        else:
            yield visit
    for visit in doors:
        if _is_job(problem, visit.demand) and _door(problem, visit.demand) == "pickup":
            yield Visit(visit.demand, is_pickup=False)


def _is_job(problem: Problem, demand: int) -> bool:
    """Whether one end is at the base of whoever carries it."""
    one = problem.demands[demand]
    return any(_is_base(problem, end) for end in (one.pickup, one.dropoff))


def _is_base(problem: Problem, step: Step) -> bool:
    return step.point == BASE or problem.hubs[step.point]


def _door(problem: Problem, demand: int) -> str:
    return "dropoff" if _is_base(problem, problem.demands[demand].pickup) else "pickup"


def _input(vroom: Any, problem: Problem, *, coarse: int) -> Any:  # noqa: ANN401 an untyped library
    """The problem in VROOM's words: skills for who may do what, long ways for what is apart."""
    input_ = vroom.Input()
    profiles = {(carrier.profile, carrier.cost_per_m) for carrier in problem.carriers}
    for profile, per_m in profiles:
        ways = np.asarray(problem.metres[profile], dtype=np.int64)
        for before, after in problem.apart:
            pairs = np.ix_(_points(problem, before), _points(problem, after))
            ways[pairs] += FAR_TIMES * int(ways.max())
        seconds = np.asarray(problem.seconds[profile], dtype=np.int64)
        name = f"{profile}-{per_m}"
        input_.set_durations_matrix(name, (seconds // coarse).astype(np.uint32))
        input_.set_costs_matrix(name, (ways * per_m // coarse).astype(np.uint32))
    teams = sorted({demand.carriers for demand in problem.demands})
    for number, carrier in enumerate(problem.carriers):
        skills = {team for team, members in enumerate(teams) if number in members}
        input_.add_vehicle(_vehicle(vroom, number, carrier, skills, coarse))
    for number in range(len(problem.demands)):
        skills = {teams.index(problem.demands[number].carriers)}
        _add(vroom, input_, problem, number, skills=skills, coarse=coarse)
    return input_


def _points(problem: Problem, kind: int) -> list[int]:
    """Where goods of a kind are at a door; for the start of a trip, the bases."""
    if kind < 0:
        return sorted({carrier.base for carrier in problem.carriers})
    doors = (demand for demand in problem.demands if demand.kind == kind)
    return sorted(
        {
            end.point
            for one in doors
            for end in (one.pickup, one.dropoff)
            if not _is_base(problem, end)
        }
    )


def _vehicle(vroom: Any, number: int, carrier: Carrier, skills: set[int], coarse: int) -> Any:  # noqa: ANN401
    return vroom.Vehicle(
        number,
        start=carrier.base,
        end=carrier.base,
        profile=f"{carrier.profile}-{carrier.cost_per_m}",
        capacity=list(carrier.room),
        skills=skills,
        time_window=vroom.TimeWindow(carrier.opens_s // coarse, carrier.closes_s // coarse),
        costs=vroom.VehicleCosts(fixed=carrier.fixed_cost // coarse),
    )


def _add(
    vroom: Any,  # noqa: ANN401
    input_: Any,  # noqa: ANN401
    problem: Problem,
    number: int,
    *,
    skills: set[int],
    coarse: int,
) -> None:
    demand = problem.demands[number]

    def said(step: Step) -> dict[str, Any]:
        window = vroom.TimeWindow(-(-step.opens_s // coarse), step.closes_s // coarse)
        return {
            "location": step.point,
            "default_service": -(-step.handling_s // coarse),
            "time_windows": [window],
        }

    amounts = list(demand.amounts)
    if not _is_job(problem, number):
        ends = [vroom.ShipmentStep(number, **said(end)) for end in (demand.pickup, demand.dropoff)]
        input_.add_job(vroom.Shipment(*ends, amount=vroom.Amount(amounts), skills=skills))
        return
    door = _door(problem, number)
    step = demand.pickup if door == "pickup" else demand.dropoff
    load = {"pickup" if door == "pickup" else "delivery": amounts}
    input_.add_job(vroom.Job(number, skills=skills, **said(step), **load))


def main() -> int:
    """Answer one question."""
    question: Question = pickle.load(sys.stdin.buffer)  # noqa: S301 from the parent, on its pipe
    answer = SOLUTION.dump_json(peer_answer(question))
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
