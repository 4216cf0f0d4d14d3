"""VRPLIB's sections in all spellings: read as PyVRP reads them, or refused by file and line."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import pyvrp

from maillage_tours.adapters.bench.command import read
from maillage_tours.adapters.bench.instance import Instance, Unreadable
from maillage_tours.domain.problem import BASE, Carrier

FAR = 10**7
"""PyVRP forbids by ways that are longer than this."""


def rows(*values: object) -> str:
    return "\n".join(f"{n} {value}" for n, value in enumerate(values, 1))


PLACES = "NODE_COORD_SECTION\n" + rows("0 0", "3 4", "-5 12.5", "8 1", "2 2")
LOADS = "DEMAND_SECTION\n" + rows(0, 4, 5, 6, 7)
WINDOWS = "TIME_WINDOW_SECTION\n" + rows("0 900", "10 800", "20 800.5", "0 700", "0 700")
DEPOT = "DEPOT_SECTION\n1\n-1"
DEPOTS = "DEPOT_SECTION\n1\n2\n-1"


def vrplib(family: str, *parts: str, places: str = PLACES, kind: str = "EUC_2D") -> str:
    head = f"NAME: small\nTYPE: {family}\nDIMENSION: 5\nEDGE_WEIGHT_TYPE: {kind}"
    values = [part for part in parts if "_SECTION" not in part]
    sections = [part for part in parts if "_SECTION" in part]
    return "\n".join([head, *values, places, *sections, "EOF", ""])


CVRP = vrplib("CVRP", "VEHICLES: 3\nCAPACITY: 12", LOADS, DEPOT)
PAIRS = vrplib(
    "PDPTW",
    "VEHICLES: 2\nCAPACITY: 12",
    "PICKUP_AND_DELIVERY_SECTION\n"
    + rows("0 0 900 0 0 0", "4 5 800 9 0 3", "-4 0 800 9 2 0", "-6 0 800 9 5 0", "6 0 800 2 0 4"),
    DEPOT,
)
FULL = "EDGE_WEIGHT_SECTION\n0 1 2 3 4\n1 0 5 6 7\n2 5 0 8 9.25\n3 6 8 0 1\n4 7 9.25 1 0"
TIMED = ("CAPACITY: 12", LOADS, WINDOWS, DEPOT)
READ = {
    "decimal places, by DIMACS": vrplib("VRPTW", "VEHICLES: 2\nSERVICE_TIME: 2.5", *TIMED),
    "decimal places, exactly": vrplib("SDVRPTW", "VEHICLES: 2\nSERVICE_TIME: 2.5", *TIMED),
    "rounded up": vrplib("CVRP", "CAPACITY: 12", LOADS, DEPOT, kind="CEIL_2D"),
    "rounded down": vrplib("CVRP", "CAPACITY: 12", LOADS, DEPOT, kind="FLOOR_2D"),
    "a matrix": vrplib(
        "VRPTW", "EDGE_WEIGHT_FORMAT: FULL_MATRIX", *TIMED, places=FULL, kind="EXPLICIT"
    ),
    "half a matrix, cut anywhere": vrplib(
        "CVRP", "EDGE_WEIGHT_FORMAT: LOWER_ROW\nCAPACITY: 22", LOADS, DEPOT,
        places="EDGE_WEIGHT_SECTION\n1 2 3\n4\n5 6 7 8 9 10", kind="EXPLICIT",
    ),
    "no vehicles, no capacity, no depot": vrplib("CVRP", LOADS),
    "LINEHAUL": vrplib("CVRP", "CAPACITY: 12", LOADS.replace("DEMAND", "LINEHAUL"), DEPOT),
    "several depots, the vehicles at the first": vrplib("MDVRPTW", *TIMED[:3], DEPOTS),
    "several depots, each with vehicles": vrplib(
        "MDVRPTW", "VEHICLES: 3", *TIMED[:3], DEPOTS, "VEHICLES_DEPOT_SECTION\n" + rows(2, 1, 2)
    ),
    "vehicles that may serve some": vrplib(
        "SDVRPTW", "VEHICLES: 2", *TIMED, "VEHICLES_ALLOWED_CLIENTS_SECTION\n" + rows("2 3", "4 5")
    ),
    "limits of all vehicles": vrplib(
        "MDVRPTW", "VEHICLES: 2\nVEHICLES_MAX_DURATION: 80.5\nVEHICLES_MAX_DISTANCE: 90", *TIMED
    ),
    "limits of each vehicle": vrplib(
        "MDVRPTW", "VEHICLES: 2", *TIMED,
        "VEHICLES_MAX_DURATION_SECTION\n" + rows(80, 90),
        "VEHICLES_MAX_DISTANCE_SECTION\n" + rows(70, 60.5),
    ),
    "releases and reloads": vrplib(
        "MTVRPTWR", "VEHICLES: 2", *TIMED, "RELEASE_TIME_SECTION\n" + rows(0, 5, 10.5, 0, 9),
        "VEHICLES_RELOAD_DEPOT_SECTION\n" + rows(1, 1),
    ),
    "so many reloads": vrplib(
        "MTVRPTWR", "VEHICLES: 2", *TIMED, "VEHICLES_RELOAD_DEPOT_SECTION\n" + rows(1, 1),
        "VEHICLES_MAX_RELOADS_SECTION\n" + rows(2, 1),
    ),
    "reloads of one vehicle": vrplib(
        "MTVRPTWR", "VEHICLES: 2", *TIMED, "VEHICLES_RELOAD_DEPOT_SECTION\n" + rows(1, "")
    ),
    "costs of vehicles": vrplib(
        "HFVRP", "VEHICLES: 2", LOADS, DEPOT, "CAPACITY_SECTION\n" + rows(12, 20),
        "VEHICLES_FIXED_COST_SECTION\n" + rows(30, 40),
        "VEHICLES_UNIT_DISTANCE_COST_SECTION\n" + rows(110, 120),
    ),
    "backhauls": vrplib(
        "VRPB", "CAPACITY: 22", "DEMAND_SECTION\n" + rows(0, 4, 0, 6, 0), DEPOT,
        "BACKHAUL_SECTION\n" + rows(0, 0, 5, 0, 7),
    ),
    "mixed backhauls": vrplib(
        "VRPTW", "CAPACITY: 22\nSERVICE_TIME: 3", "DEMAND_SECTION\n" + rows(0, 4, 0, 6, 0), DEPOT,
        "BACKHAUL_SECTION\n" + rows(0, 0, 5, 0, 7),
    ),
    "pairs": PAIRS,
    "capacity, windows, services of each": vrplib(
        "VRPTW", "VEHICLES: 2", LOADS, WINDOWS, "SERVICE_TIME_SECTION\n" + rows(0, 1, 2.5, 3, 4),
        "CAPACITY_SECTION\n" + rows(12, 20),
    ),
}  # fmt: skip
ROUNDED = {1: "round", 10: "dimacs", 1000: "exact"}


def written(folder: Path, text: str) -> Path:
    path = folder / "small.vrp"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("what", READ)
def test_what_is_read_is_what_pyvrp_reads(what: str, tmp_path: Path) -> None:
    path = written(tmp_path, READ[what])
    instance = read(path)
    scale = instance.grid.scale
    data = pyvrp.read(path, ROUNDED[scale])
    assert doors_of(instance) == sorted(
        [
            *(
                (one.location, one.tw_early, min(one.tw_late, 10**8), one.service_duration,
                 one.release_time, round((sum(one.delivery) - sum(one.pickup)) * 1000 / scale))
                for one in data.clients()
            ),
            *(
                (end.location, end.tw_early, end.tw_late, end.service_duration, 0,
                 sign * round(sum(one.amount) * 1000 / scale))
                for one in data.shipments()
                for end, sign in ((one.pickup, -1), (one.delivery, 1))
            ),
        ]
    )  # fmt: skip
    for vehicle in data.vehicle_types():
        for number in map(int, vehicle.name.split(",")):
            assert_same_vehicle(instance, instance.problem.carriers[number], vehicle)
            theirs = np.array(data.distance_matrix(vehicle.profile))
            may = theirs < FAR
            assert (np.array(instance.problem.metres[0])[may] == theirs[may]).all()
            for order in instance.problem.demands:
                door = (
                    order.dropoff.point if order.pickup.point in (0, BASE) else order.pickup.point
                )
                assert (number in order.carriers) == (may[:, door].sum() > 1)
    assert len(instance.problem.carriers) == data.num_vehicles


def doors_of(instance: Instance) -> list[tuple[int, ...]]:
    """Of each door when it is served, and what comes there, or below zero what goes from it."""
    found: list[tuple[int, ...]] = []
    for one in instance.problem.demands:
        (amount,) = one.amounts
        for step, sign in ((one.pickup, -1), (one.dropoff, 1)):
            if step.point != BASE and not instance.problem.hubs[step.point]:
                release = one.pickup.opens_s if sign > 0 and one.pickup.point in (0, BASE) else 0
                hours = (step.point, step.opens_s, step.closes_s, step.handling_s)
                found.append((*hours, release, sign * amount))
    return sorted(found)


def assert_same_vehicle(instance: Instance, ours: Carrier, theirs: pyvrp.VehicleType) -> None:
    scale = instance.grid.scale
    assert ours.base == theirs.start_depot == theirs.end_depot
    assert (ours.opens_s, ours.closes_s) == (theirs.tw_early, min(theirs.tw_late, 10**8))
    if max(theirs.capacity) < FAR:
        assert list(ours.room) == [room * 1000 // scale for room in theirs.capacity]
    else:
        assert ours.room == (sum(sum(one.amounts) for one in instance.problem.demands),)
    for limit, said in (
        (ours.range_m, theirs.max_distance),
        (ours.duration_s_max, theirs.shift_duration),
    ):
        assert (10**18 if limit is None else limit) == min(said, 10**18)
    assert round(ours.cost_per_m * instance.cost_unit) == theirs.unit_distance_cost
    assert round(instance.in_file(ours.fixed_cost) * scale) == theirs.fixed_cost
    trips = theirs.max_reloads + 1 if theirs.reload_depots else 1
    assert (10**9 if ours.trips_max is None else ours.trips_max) == min(trips, 10**9)


def spelt(text: str) -> dict[str, str]:
    """The same file in other words."""
    return {
        "CRLF": text.replace("\n", "\r\n"),
        "tabs": text.replace(" ", "\t"),
        "blank lines": text.replace("\n", "\n\n") + "\n \n\t\n",
        "lower case": text.lower(),
        "spaces around the colon": text.replace(": ", " : "),
        "no space after the colon": text.replace(": ", ":"),
        "no EOF": text.replace("EOF\n", ""),
        "what comes after EOF": text + "anything\n",
        "indented": "  " + text.replace("\n", "\n   "),
        "a colon after a section": text.replace("_SECTION", "_SECTION :"),
        "a mark of its encoding": "\ufeff" + text,
        "comments": "# made by hand\n" + text.replace("DEMAND_S", "# loads\nDEMAND_S"),
        "what is for people": text.replace("TYPE", "COMMENT : (best: 12)\nTYPE", 1),
        "decimals": text.replace(" 12\n", " 12.0\n").replace("1 0 0", "1 0.0 0e0"),
        "depots on one line": text.replace("DEPOT_SECTION\n1\n-1", "DEPOT_SECTION\n 1 -1"),
    }


@pytest.mark.parametrize("how", spelt(CVRP))
def test_a_file_says_the_same_in_any_spelling(how: str, tmp_path: Path) -> None:
    plain = read(written(tmp_path, CVRP))
    other = spelt(CVRP)[how]
    assert other != CVRP
    assert read(written(tmp_path, other)).problem == plain.problem


@pytest.mark.parametrize(
    ("form", "figures"),
    [
        ("UPPER_ROW", "1 2 3 4 5 6 7 8 9.25 1"),
        ("LOWER_ROW", "1 2 5 3 6 8 4 7 9.25 1"),
        ("UPPER_DIAG_ROW", "0 1 2 3 4\n0 5 6 7\n0 8 9.25\n0 1\n0"),
        ("LOWER_DIAG_ROW", "0 1 0 2 5 0 3 6 8 0 4 7 9.25 1 0"),
    ],
)
def test_half_a_matrix_is_the_whole(form: str, figures: str, tmp_path: Path) -> None:
    said = READ["a matrix"]
    whole = read(written(tmp_path, said))
    half = said.replace(FULL, f"EDGE_WEIGHT_SECTION\n{figures}").replace("FULL_MATRIX", form)
    assert read(written(tmp_path, half)).problem == whole.problem


REFUSED: Sequence[tuple[str, str, str, str, int, str]] = [
    ("prizes", CVRP, "DEPOT_S", f"PRIZE_SECTION\n{rows(0, 1, 1, 1, 1)}\nDEPOT_S", 19, "PRIZE_S"),
    ("groups", CVRP, "DEPOT_S", "MUTUALLY_EXCLUSIVE_GROUP_SECTION\n1 2 3\nDEPOT_S", 19, "GROUP_S"),
    ("a length", CVRP, "CAPACITY", "DISTANCE: 200\nCAPACITY", 6, "DISTANCE is not known"),
    ("the globe", CVRP, "EUC_2D", "GEO", 4, "EUC_2D, CEIL_2D"),
    ("no kind", CVRP, "EDGE_WEIGHT_TYPE: EUC_2D\n", "", 1, "EUC_2D, CEIL_2D"),
    ("columns", READ["a matrix"], "FULL_MATRIX", "UPPER_COL", 5, "LOWER_ROW"),
    ("no form", READ["a matrix"], "EDGE_WEIGHT_FORMAT: FULL_MATRIX\n", "", 1, "FULL_MATRIX"),
    ("a matrix too short", READ["a matrix"], "4 7 9.25 1 0", "4 7 9.25 1", 28, "25 distances"),
    ("a way below zero", READ["a matrix"], "4 7 9.25 1 0", "4 7 9.25 -1 0", 12, "below zero"),
    ("a load below zero", CVRP, "\n5 7", "\n5 -7", 18, "DEMAND is not below zero"),
    ("said twice", CVRP, "CAPACITY: 12", "CAPACITY: 12\nCAPACITY: 13", 7, "said twice"),
    ("value and section", CVRP, "CAPACITY: 12", "CAPACITY: 12\nDEMAND: 1", 14, "said twice"),
    ("a section in a line", CVRP, "DEPOT_SECTION\n1", "DEPOT_SECTION: 1", 19, "stand below"),
    ("windows in a line", CVRP, "CAPACITY: 12", "TIME_WINDOW: 5", 6, "TIME_WINDOW is not known"),
    ("a depot in a line", CVRP, "CAPACITY: 12", "DEPOT: 2", 6, "DEPOT is not known"),
    ("vehicles in a section", CVRP, "DEPOT_S", "VEHICLES_SECTION\n1 3\nDEPOT_S", 19, "VEHICLES_S"),
    ("a service below zero", PAIRS, "5 6 0 800 2 0", "5 6 0 800 -2 0", 18, "below zero"),
    ("no colon", CVRP, "CAPACITY: 12", "CAPACITY 12", 6, "CAPACITY 12 is not known"),
    ("one place", CVRP, "DIMENSION: 5", "DIMENSION: 1", 3, "one door at least"),
    ("a depot in between", CVRP, "DEPOT_SECTION\n1", "DEPOT_SECTION\n2", 20, "first places"),
    ("two loads", CVRP, "\n5 7", "\n5 7 8", 18, "2 numbers"),
    ("a door twice", CVRP, "\n5 7", "\n4 7", 18, "row 5 is expected"),
    ("a closed window", READ["decimal places, exactly"], "20 800.5", "20 19", 23, "then closes"),
    ("a base at a door", READ["several depots, each with vehicles"], "3 2\nEOF", "3 4\nEOF", 32,
     "from 1 to 2"),
    ("half a base", READ["several depots, each with vehicles"], "3 2\nEOF", "3 1.5\nEOF", 32,
     "from 1 to 2"),
    ("reloads elsewhere", READ["several depots, each with vehicles"], "EOF",
     f"VEHICLES_RELOAD_DEPOT_SECTION\n{rows(2, 2, 2)}\nEOF", 35, "where it is based"),
    ("half a reload", READ["so many reloads"], "1 2\n2 1\nEOF", "1 2\n2 1.5\nEOF", 33, "whole"),
    ("a backhaul released", READ["mixed backhauls"], "EOF",
     f"RELEASE_TIME_SECTION\n{rows(0, 0, 9, 0, 0)}\nEOF", 25, "no release time"),
    ("both ways at a door", READ["mixed backhauls"], "3 5\n4 0", "3 5\n4 1", 26, "no demand"),
    ("finer costs", READ["costs of vehicles"], "1 110", "1 0.125", 28, "two decimals"),
    ("demands beside pairs", PAIRS, "DEPOT_S", f"{LOADS}\nDEPOT_S", 20, "DEMAND beside"),
    ("depots beside pairs", PAIRS, DEPOT, DEPOTS, 20, "one depot"),
    ("a depot in a pair", PAIRS, "1 0 0 900 0 0 0", "1 0 0 900 0 0 5", 14, "no end of a pair"),
    ("a door of no pair", PAIRS, "5 6 0 800 2 0 4", "5 6 0 800 2 0 0", 17, "not the other end"),
    ("a pair of three", PAIRS, "5 6 0 800 2 0 4", "5 6 0 800 2 0 3", 17, "not the other end"),
    ("rests of no time", CVRP, "CAPACITY", "REST_AFTER: 40\nREST_TIME: 0\nCAPACITY", 7, "above 0"),
    ("rests of any time", CVRP, "CAPACITY", "REST_AFTER: 40\nCAPACITY", 6, "above 0"),
    ("another type", CVRP, "CVRP", "PCVRPTW", 2, "the type is one of"),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
def test_what_is_not_reckoned_with_is_refused_by_line(
    case: tuple[str, str, str, str, int, str], tmp_path: Path
) -> None:
    _, text, old, new, line, words = case
    assert old in text
    path = written(tmp_path, text.replace(old, new, 1))
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert words in str(caught.value)
