"""Planning: the whole Livrazou day, a thousand orders, nine families of problems.

The day: a hub at the edge, 350 orders out (a sixth of them for a centre only bikes may enter), 40
returns, twelve vans of which three drive rounds of their own first, four bikes. The instances are
read where the reference data is, and left out with a line where it is not.
"""

import asyncio
import os
import random
import resource
import statistics
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from maillage_contracts.vocabulary import PlanId
from maillage_tours.adapters.bench.command import WALL_TIMES, measured, read
from maillage_tours.adapters.bench.echelons import read_echelons
from maillage_tours.adapters.bench.families import read_sections
from maillage_tours.adapters.bench.instance import Instance, Line, resting
from maillage_tours.adapters.bench.tables import read_li_lim
from maillage_tours.adapters.estimated import EstimatedMatrices
from maillage_tours.adapters.solver import ChildSolver
from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.day import Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.problem import Search
from maillage_tours.domain.samples import (
    TERMS,
    a_bike,
    a_day,
    a_hub,
    a_load,
    a_vehicle,
    a_zone,
    an_id,
    an_order,
    place,
    window,
)
from maillage_tours.usecases.offer_tours import Looked, offers_for
from maillage_tours.usecases.plan_day import Draft, plan_day
from record import Asked, Figure

DATA = Path(os.environ.get("MAILLAGE_REFERENCE", "../shared/data")) / "vrp"
OUT, BACK, VANS, ROUNDS, BIKES = 350, 40, 12, 3, 4
SEARCH = Search(seed=1, iterations=2000, seconds=25)
FAMILY_CPU_S = 3.0
FAMILIES = (
    "pdptw_distance/LRC1_2_4.txt",
    "homberger_200/rc1_2_3.txt",
    "MDVRPTW/PR16A.vrp",
    "SDVRPTW/PR03.vrp",
    "MTVRPTWR/R207R0.25.vrp",
)
REST = (320.0, 20.0)
"""Of a day of 634: each crew rests once, or comes home before."""
DOORS = 60
LATE_ORDERS = 15
MEGABYTE = 1024


def measure(asked: Asked) -> Iterable[Figure]:
    """The figures of planning; `duration_s` is process time for each instance."""
    yield from _day_figures()
    yield from _thousand_figures()
    yield from _family_figures(asked.duration_s or FAMILY_CPU_S)
    peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    yield Figure(
        name="planning: memory of one search at most",
        value=peak_kb / MEGABYTE,
        unit="MB",
        must="value <= 400",
    )


def livrazou() -> Day:
    """The day at full size, the same on every machine."""
    chance = random.Random(7)  # noqa: S311 an example, not a secret
    vans = [a_vehicle(f"Van {n}", range_km="220") for n in range(VANS)]
    bikes = [a_bike(f"Bike {n}") for n in range(BIKES)]
    early = window("06:00", "08:30")
    return a_day(
        [*_outbound(chance), *_returns(chance)],
        [*vans, *bikes],
        hubs=[a_hub()],
        zones=[a_zone()],
        busy={van.vehicle_id: [early] for van in vans[:ROUNDS]},
    )


def _outbound(chance: random.Random) -> Iterator[Order]:
    for number in range(OUT):
        is_central = number % 6 == 0
        south = chance.uniform(3.1, 4.9) if is_central else chance.uniform(0.5, 9)
        east = chance.uniform(-1.9, 1.9) if is_central else chance.uniform(2.2, 8)
        mass_kg = chance.randint(3, 12) if is_central else chance.randint(5, 45)
        opens = chance.randint(7, 9)
        cold = not is_central and chance.random() < 1 / 4
        yield an_order(
            f"order {number}",
            dropoff=place(f"Door {number}", round(south, 3), round(east, 3)),
            load=a_load(mass_kg, temperature="cold" if cold else "ambient", crates=1),
            pickup_window=window("06:00", "13:00"),
            dropoff_window=window(f"{opens:02}:00", f"{opens + 4:02}:00"),
        )


def _returns(chance: random.Random) -> Iterator[Order]:
    for number in range(BACK):
        door = place(
            f"Shop {number}", round(chance.uniform(0.5, 9), 3), round(chance.uniform(2.2, 8), 3)
        )
        yield an_order(
            f"return {number}",
            pickup=door,
            dropoff=place("Hub"),
            load=a_load(chance.randint(5, 40), crates=2),
            pickup_window=window("07:00", "13:00"),
            dropoff_window=window("07:00", "14:00"),
            is_return=True,
        )


async def _planned(day: Day) -> Draft:
    matrices = EstimatedMatrices(TERMS.detour_factor)
    plan_id = PlanId(an_id("livrazou"))
    return await plan_day(plan_id, day, SEARCH, matrices=matrices, solver=ChildSolver())


def _day_figures() -> Iterator[Figure]:
    day = livrazou()
    began = time.perf_counter()
    draft = asyncio.run(_planned(day))
    verdict = check_plan(draft.tours, draft.left, day, draft.matrix)
    took_s = time.perf_counter() - began
    assert not verdict.faults, verdict.faults[:3]
    yield Figure(
        name="planning: the Livrazou day, checked", value=took_s, unit="s", must="value <= 60"
    )
    yield Figure(
        name="planning: orders of it that no tour carries",
        value=len(draft.left),
        unit=f"of {len(day.orders)}",
        must=f"value <= {len(day.orders) // 50}",
        goal="value <= 0",
    )
    times_ms = [asyncio.run(_offered_ms(draft, number)) for number in range(LATE_ORDERS)]
    yield Figure(
        name="planning: the best place for one order more in that plan, checked",
        value=statistics.median(times_ms),
        unit="ms",
        must="value <= 50",
    )


async def _offered_ms(draft: Draft, number: int) -> float:
    """An order that comes late, against every tour of the day."""
    late = an_order(
        f"late {number}",
        pickup=place(f"Mill {number}", 1 + number % 7, 3),
        dropoff=place(f"Press {number}", 2 + number % 5, 5),
    )
    orders = {order.order_id: order for order in draft.day.orders}
    looked = Looked(late, draft.day, draft.tours, orders)
    began = time.perf_counter()
    matrices = EstimatedMatrices(TERMS.detour_factor)
    await offers_for(looked, matrices=matrices, now=window("04:00", "05:00").start, most=1)
    return (time.perf_counter() - began) * 1000


def _thousand_figures() -> Iterator[Figure]:
    """A thousand pairs of doors, wide windows: the time until all of them are carried."""
    chance = random.Random(11)  # noqa: S311 an example, not a secret
    rows = ["150 200 1", "0 100 100 0 0 1000 0 0 0"]
    for number in range(1, 2001):
        x, y = chance.randint(0, 200), chance.randint(0, 200)
        is_pickup = number % 2 == 1
        pair = f"0 {number + 1}" if is_pickup else f"{number - 1} 0"
        load = 5 + number % 3 if is_pickup else -(5 + (number - 1) % 3)
        rows.append(f"{number} {x} {y} {load} 0 {700 if is_pickup else 850} 5 {pair}")
    instance = _instance("thousand", "\n".join(rows))
    search = Search(seed=1, iterations=5, seconds=60, cpu_seconds=30.0)
    record = asyncio.run(measured(instance, "maillage", search, None))
    assert record.feasible, record.checker
    first_s = record.first_feasible_seconds
    assert first_s is not None
    yield Figure(
        name="planning: 1,000 orders, first routes", value=first_s, unit="s", must="value <= 3"
    )


def _instance(name: str, text: str) -> Instance:
    return read_li_lim(_lines(name, text))


def _lines(name: str, text: str) -> list[Line]:
    return [Line(Path(name), n, one) for n, one in enumerate(text.splitlines(), 1)]


def _family_figures(cpu_s: float) -> Iterator[Figure]:
    """One instance of each family: published ones, and three made here after their formats."""
    if not (DATA / "MDVRPTW").is_dir():
        print(f"no reference instances in {DATA}: the families are not measured")
        return
    published = [read(DATA / name) for name in FAMILIES]
    made = [_backhaul(), _mixed(), _echelons()]
    search = Search(seed=1, iterations=10**9, seconds=WALL_TIMES * cpu_s, cpu_seconds=cpu_s)
    proved: list[str] = []
    for instance in [*published, resting(published[1], *REST), *made]:
        record = asyncio.run(measured(instance, "maillage", search, None))
        print(f"  {record.family}: {record.instance}, {record.cost}, {record.checker}", flush=True)
        proved += [record.family] * record.feasible
    yield Figure(
        name="planning: families of problems whose answer is proved",
        value=len(set(proved)),
        unit="of 9",
        must="value >= 9",
    )


def _backhaul() -> Instance:
    """Every third door gives goods to bring back, after the deliveries of its trip."""
    out = [0 if n % 3 == 0 else 5 + n % 4 for n in range(DOORS)]
    back = [6 if n % 3 == 0 else 0 for n in range(DOORS)]
    capacity = f"CAPACITY: 40\n{_column('DEMAND', [0, *out])}\n{_column('BACKHAUL', [0, *back])}"
    return read_sections(_lines("backhaul", _sections("VRPB", capacity)))


def _mixed() -> Instance:
    """Ten small vehicles and four large ones, which cost more to send and by the way."""
    small, large = 10, 4
    fleet = [
        _column("DEMAND", [0, *(5 + n % 4 for n in range(DOORS))]),
        f"VEHICLES: {small + large}",
        _column("CAPACITY", [30] * small + [90] * large),
        _column("VEHICLES_FIXED_COST", [20] * small + [75] * large),
        _column("VEHICLES_UNIT_DISTANCE_COST", [1.0] * small + [1.4] * large),
    ]
    return read_sections(_lines("mixed", _sections("HFVRP", "\n".join(fleet))))


def _sections(family: str, rest: str) -> str:
    chance = random.Random(3)  # noqa: S311 an example, not a secret
    places = [f"{chance.randint(0, 100)} {chance.randint(0, 100)}" for _ in range(DOORS + 1)]
    head = f"NAME: made\nTYPE: {family}\nDIMENSION: {DOORS + 1}\nEDGE_WEIGHT_TYPE: EUC_2D"
    return f"{head}\n{rest}\n{_column('NODE_COORD', places)}\nDEPOT_SECTION\n1\n-1\nEOF"


def _column(name: str, values: Iterable[object]) -> str:
    lines = (f"{number} {value}" for number, value in enumerate(values, 1))
    return "\n".join([f"{name}_SECTION", *lines])


def _echelons() -> Instance:
    """Three satellites around a town, the depot outside."""
    chance = random.Random(5)  # noqa: S311 an example, not a secret
    doors = (f"{chance.randint(40, 100)},{chance.randint(40, 100)},{4 + n % 5}" for n in range(30))
    blocks = [
        "!Trucks:\n4,80,1,0",
        "!CityFreighters:\n5,12,25,1,0",
        "!Stores:\n0,0  45,50,0,200,0  60,95,0,200,0  95,60,0,200,0",
        f"!Customers:\n{'  '.join(doors)}",
    ]
    return read_echelons(_lines("two echelons", "\n".join(blocks)))
