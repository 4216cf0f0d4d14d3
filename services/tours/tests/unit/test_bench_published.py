"""Published solutions cost here what was published: each family is in the scale of its costs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from maillage_tours.adapters.bench.command import read
from maillage_tours.adapters.bench.instance import Instance
from maillage_tours.adapters.bench.known import Known, gap_percent, known_beside
from maillage_tours.domain.problem import Visit
from maillage_tours.domain.proof import prove


@pytest.fixture
def reference() -> Path:
    folder = Path(__file__).parents[5] / "shared/data/vrp"
    if not folder.is_dir():
        pytest.skip("the reference instances are not here: ../shared/data/vrp")
    return folder


@pytest.mark.parametrize("name", ["SDVRPTW/PR03", "MTVRPTWR/R203R0.25", "MDVRPTW/PR18B"])
def test_a_published_solution_is_proved_at_its_cost(name: str, reference: Path) -> None:
    """To the last figure: another rounding of distances would show."""
    path = reference / f"{name}.vrp"
    instance = read(path)
    routes = list(routes_of(instance, path.with_suffix(".sol").read_text()))
    proof = prove(instance.problem, routes)
    assert proof.faults == ()
    assert known_beside(path) == Known(proof.cost, sum(1 for route in routes if route))
    cost = instance.in_file(proof.cost)
    assert cost < proof.cost
    assert gap_percent(cost, known_beside(path)) == 0


def routes_of(instance: Instance, solution: str) -> Iterator[list[Visit]]:
    """A route for each vehicle: doors in order, a depot in between for what is reloaded."""
    orders = {one.dropoff.point: n for n, one in enumerate(instance.problem.demands)}
    told = [line.partition(":")[2].split() for line in solution.splitlines() if "Route" in line]
    for places in [*told, *[()] * (len(instance.problem.carriers) - len(told))]:
        route: list[Visit] = []
        trip: list[int] = []
        for place in [*map(int, places), 0]:
            if place in orders:
                trip.append(orders[place])
                continue
            route += [Visit(order, is_pickup=True) for order in trip]
            route += [Visit(order, is_pickup=False) for order in trip]
            trip = []
        yield route


@pytest.mark.parametrize("number", [13, 74, 82])
def test_published_fleets_are_read_whole(number: int, reference: Path) -> None:
    name = f"HVRP_DLP_{number}"
    known = json.loads((reference / "BKS.json").read_text())[name]
    problem = read(reference / "DLP" / f"{name}.txt").problem
    assert len(problem.carriers) == known["vehicles"]
    assert len(problem.demands) == known["jobs"]
    assert sum(one.room[0] for one in problem.carriers) == 1000 * known["total_capacity"]
    assert sum(one.amounts[0] for one in problem.demands) == 1000 * known["total_demand"]
