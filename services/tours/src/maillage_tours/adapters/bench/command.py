"""`python -m maillage_tours bench INSTANCE...`: published instances through the planner's own path.

Each is read into the planner's problem, searched in a child process, and proved from the problem
alone. One line and one record per instance.
"""

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from maillage_contracts.refusals import Refused
from maillage_tours.adapters.bench.echelons import is_echelons, read_echelons
from maillage_tours.adapters.bench.families import read_sections
from maillage_tours.adapters.bench.instance import (
    Instance,
    Line,
    Unreadable,
    charging,
    lines_of,
    resting,
)
from maillage_tours.adapters.bench.known import Known, gap_percent, known_beside, known_of
from maillage_tours.adapters.bench.mixed import is_mixed, read_mixed
from maillage_tours.adapters.bench.tables import is_solomon, read_li_lim, read_solomon
from maillage_tours.adapters.bench.vrplib import is_sections
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.solver import ChildSolver, SolverBroke
from maillage_tours.domain.problem import Search, Solution
from maillage_tours.domain.proof import prove

ITERATIONS_MAX = 10**9
WALL_TIMES = 60
"""On a busy machine, process time may take so many times longer by the clock."""
PEER = (sys.executable, "-m", "maillage_tours.adapters.bench.peer")
FAULTS_SAID_MAX = 3


@dataclass(frozen=True)
class Record:
    """What came out for one instance; `checker` is "ok", or the first faults in words."""

    instance: str
    family: str
    solver: str
    cost: float | None
    vehicles: int
    gap_percent: float | None
    feasible: bool
    checker: str
    cpu_seconds: float
    first_feasible_seconds: float | None


def read(path: Path) -> Instance:
    """An instance in any of the formats; raises Unreadable naming file and line."""
    lines = lines_of(path)
    try:
        return _parsed(lines)
    except OverflowError as error:
        raise lines[0].wrong("the file has numbers too large to reckon with") from error


def _parsed(lines: Sequence[Line]) -> Instance:
    if is_echelons(lines):
        return read_echelons(lines)
    if is_sections(lines):
        return read_sections(lines)
    if is_mixed(lines):
        return read_mixed(lines)
    return read_solomon(lines) if is_solomon(lines) else read_li_lim(lines)


async def measured(instance: Instance, solver: str, search: Search, known: Known | None) -> Record:
    """Solve one instance in a process of its own, and prove the answer."""
    child = ChildSolver(command=PEER) if solver == "vroom" else ChildSolver()
    engine = "raw" if solver == "pyvrp" else "maillage"
    try:
        if instance.then is None:
            solution = await child.ask(Question(instance.problem, search, engine=engine))
        else:
            half = _half(search)
            first = await child.ask(Question(instance.problem, half, engine=engine))
            instance = replace(instance, problem=instance.then(first))
            second = await child.ask(Question(instance.problem, half, engine=engine))
            solution = _after(first, second)
    except (Refused, SolverBroke) as error:
        return _failed(instance, solver, str(error).strip().splitlines()[-1])
    return _record(instance, solver, solution, known)


def _half(search: Search) -> Search:
    """One of two searches that take as long together."""
    cpu_seconds = None if search.cpu_seconds is None else search.cpu_seconds / 2
    return replace(search, seconds=search.seconds / 2, cpu_seconds=cpu_seconds)


def _after(first: Solution, second: Solution) -> Solution:
    """The second, with the time of both."""
    begun_s = second.first_feasible_s
    return replace(
        second,
        cpu_seconds=first.cpu_seconds + second.cpu_seconds,
        first_feasible_s=None if begun_s is None else first.cpu_seconds + begun_s,
    )


def _failed(instance: Instance, solver: str, words: str) -> Record:
    nothing = {"cost": None, "vehicles": 0, "gap_percent": None, "feasible": False}
    times = {"cpu_seconds": 0.0, "first_feasible_seconds": None}
    return Record(instance.name, instance.family, solver, checker=words, **nothing, **times)  # pyright: ignore[reportArgumentType] as named


def _record(instance: Instance, solver: str, solution: Solution, known: Known | None) -> Record:
    proof = prove(instance.problem, solution.routes, solution.left)
    faults = [f"{len(solution.left)} demands are left"] if solution.left else []
    faults += proof.faults
    cost = instance.in_file(proof.cost)
    vehicles = sum(1 for route in solution.routes if route)
    gap = gap_percent(cost, known, vehicles=vehicles, vehicle_cost=instance.vehicle_cost)
    first = solution.first_feasible_s
    return Record(
        instance=instance.name,
        family=instance.family,
        solver=solver,
        cost=round(cost, 3),
        vehicles=vehicles,
        gap_percent=None if faults else gap,
        feasible=not faults,
        checker="; ".join(faults[:FAULTS_SAID_MAX]) or "ok",
        cpu_seconds=round(solution.cpu_seconds, 2),
        first_feasible_seconds=None if first is None else round(first, 3),
    )


def main(arguments: Sequence[str]) -> int:
    """Run the command; 1 when an answer fails its check, 2 when nothing can be run."""
    asked = _asked(arguments)
    try:
        instances = list(_instances(asked))
    except Unreadable as error:
        print(error, file=sys.stderr)  # noqa: T201 a command speaks to the terminal
        return 2
    search = Search(
        seed=asked.seed,
        iterations=asked.iterations,
        seconds=asked.cpu_seconds * WALL_TIMES,
        cpu_seconds=asked.cpu_seconds,
    )
    records: list[Record] = []
    print(_HEAD)  # noqa: T201
    for solver in asked.solver or ["maillage"]:
        for instance, known in instances:
            record = asyncio.run(measured(instance, solver, search, known))
            print(_line(record), flush=True)  # noqa: T201
            records.append(record)
        print(_summary(solver, records))  # noqa: T201
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in records], indent=1) + "\n")
    return 0 if all(record.feasible for record in records) else 1


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="maillage_tours bench", description=__doc__)
    parser.add_argument("instances", nargs="+", type=Path, metavar="INSTANCE")
    parser.add_argument(
        "--solver", action="append", choices=("maillage", "pyvrp", "vroom"), help="may be repeated"
    )
    parser.add_argument("--cpu-seconds", type=_above_zero, default=10.0)
    parser.add_argument("--iterations", type=int, default=ITERATIONS_MAX)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bks", type=Path, help="costs by name in JSON, or .sol files")
    parser.add_argument(
        "--vehicle-cost",
        type=_above_zero,
        metavar="COST",
        help="each vehicle used costs so much, where the file does not say what it costs",
    )
    parser.add_argument(
        "--rest", nargs=2, type=float, metavar=("AFTER", "TIME"), help="crews rest; best costs fall"
    )
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    if asked.json and not asked.json.parent.is_dir():
        parser.error(f"--json: there is no folder {asked.json.parent}")
    if "vroom" in (asked.solver or []) and find_spec("vroom") is None:
        parser.error("--solver vroom: it is not here: pip install 'maillage-tours[bench]'")
    return asked


def _above_zero(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"a number above 0 is expected, not {text}")
    return number


def _instances(asked: argparse.Namespace) -> Iterator[tuple[Instance, Known | None]]:
    """Each instance with its best known cost; raises Unreadable before anything is solved."""
    known = known_of(asked.bks) if asked.bks else {}
    for path in asked.instances:
        instance = read(path)
        best = _known(path, instance, known)
        if asked.vehicle_cost:
            instance = charging(instance, asked.vehicle_cost)
        yield resting(instance, *asked.rest) if asked.rest else instance, best


def _known(path: Path, instance: Instance, known: Mapping[str, Known]) -> Known | None:
    for name in (path.stem, instance.name):
        if name.lower() in known:
            return known[name.lower()]
    return known_beside(path)


_HEAD = (
    f"{'instance':22}{'family':13}{'solver':9}{'cost':>13}{'veh':>5}{'gap %':>8}{'cpu s':>7}  check"
)


def _line(one: Record) -> str:
    gap = "-" if one.gap_percent is None else f"{one.gap_percent:.2f}"
    cost = "-" if one.cost is None else f"{one.cost:.2f}"
    begin = f"{one.instance[:21]:22}{one.family:13}{one.solver:9}{cost:>13}{one.vehicles:5}"
    return f"{begin}{gap:>8}{one.cpu_seconds:7.1f}  {one.checker}"


def _summary(solver: str, records: Sequence[Record]) -> str:
    mine = [record for record in records if record.solver == solver]
    gaps = [record.gap_percent for record in mine if record.gap_percent is not None]
    mean = f"{sum(gaps) / len(gaps):.2f} %" if gaps else "unknown"
    good = sum(1 for record in mine if record.feasible)
    return f"{solver}: {good} of {len(mine)} feasible, mean gap {mean} over {len(gaps)}"
