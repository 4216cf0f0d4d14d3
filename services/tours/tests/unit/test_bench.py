"""Published formats: read as their authors meant them, refused by file and line, solved, proved."""

import json
from pathlib import Path

import pytest

from maillage_tours.adapters.bench.command import main, read
from maillage_tours.adapters.bench.instance import Unreadable, resting
from maillage_tours.adapters.bench.known import Known, gap_percent, known_of
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.solve import answer
from maillage_tours.domain.problem import BASE, Search, Visit, rest_at
from maillage_tours.domain.proof import prove

LI_LIM = """2 100 1
0 0 0 0 0 1000 0 0 0
1 3 4 10 0 500 10 0 2
2 6 8 -10 0 600 10 1 0
3 -3 4 20 0 500 10 0 4
4 -6 8 -20 0 600 10 3 0
"""
SOLOMON = """r1_small

VEHICLE
NUMBER     CAPACITY
  3          30

CUSTOMER
CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME

    0   0   0   0   0  1000   0
    1   3   4  10   0   500  10
    2   6   8  10   0   600  10
    3  -3   4  10   0   600  10
"""

ECHELONS = """!---
!Trucks: total #, capacity, cost per distance, fixcost
1,100,1,0
!---
!CityFreighters: max cf/sat, total#, cap, cost/dist, fixcost
1,2,10,1,0
!Stores: first: depot x, y; then: satellites x,y,handlingCost,maxCap,fixCost
0,0  10,0,0.00,100,0  0,10,0.00,100,0
!Customers: x,y,demand
12,0,4  14,0,5
0,13,6
"""


def sections(family: str, *parts: str, places: int = 4) -> str:
    """Three doors on a line east of one depot, unless it is said otherwise."""
    coords = "\n".join(f"{n} {5 * (n - 1)} 0" for n in range(1, places + 1))
    head = f"NAME: small\nTYPE: {family}\nDIMENSION: {places}\nEDGE_WEIGHT_TYPE: EUC_2D"
    return "\n".join([head, *parts, "NODE_COORD_SECTION", coords, "EOF", ""])


def rows(*values: object) -> str:
    return "\n".join(f"{n} {value}" for n, value in enumerate(values, 1))


DEMAND = "DEMAND_SECTION\n" + rows(0, 4, 5, 6)
WINDOWS = "TIME_WINDOW_SECTION\n" + rows("0 900", "0 800", "0 800", "0 800")
DEPOT = "DEPOT_SECTION\n1\n-1"
FILES = {
    "PDPTW": sections(
        "PDPTW",
        "VEHICLES: 2\nCAPACITY: 10",
        "PICKUP_AND_DELIVERY_SECTION",
        rows("0 0 900 0 0 0", "5 0 800 1 0 4", "3 0 800 1 0 5", "-5 0 800 1 2 0", "-3 0 800 1 3 0"),
        DEPOT,
        places=5,
    ),
    "SDVRPTW": sections(
        "SDVRPTW",
        "VEHICLES: 2\nVEHICLES_MAX_DURATION: 500",
        DEMAND,
        WINDOWS,
        "CAPACITY_SECTION\n" + rows(20, 30),
        "VEHICLES_ALLOWED_CLIENTS_SECTION\n" + rows("2 3", "2 3 4"),
    ),
    "MTVRPTWR": sections(
        "MTVRPTWR",
        "VEHICLES: 1\nCAPACITY: 7\nSERVICE_TIME: 10",
        DEMAND,
        WINDOWS,
        "RELEASE_TIME_SECTION\n" + rows(0, 0, 100, 200),
        "VEHICLES_RELOAD_DEPOT_SECTION\n1 1",
        DEPOT,
    ),
    "MDVRPTW": sections(
        "MDVRPTW",
        "VEHICLES: 2\nCAPACITY: 20\nVEHICLES_MAX_DURATION: 400",
        "DEMAND_SECTION\n" + rows(0, 0, 5, 6),
        WINDOWS,
        "VEHICLES_DEPOT_SECTION\n" + rows(1, 2),
        "DEPOT_SECTION\n1\n2\n-1",
    ),
    "VRPB": sections(
        "VRPB", "CAPACITY: 9", "DEMAND_SECTION\n" + rows(0, 4, 0, 5),
        "BACKHAUL_SECTION\n" + rows(0, 0, 6, 0), DEPOT,
    ),
    "HFVRP": sections(
        "HFVRP",
        "VEHICLES: 2",
        DEMAND,
        "CAPACITY_SECTION\n" + rows(15, 15),
        "VEHICLES_FIXED_COST_SECTION\n" + rows(10, 100),
        "VEHICLES_UNIT_DISTANCE_COST_SECTION\n" + rows(2, 1),
        DEPOT,
    ),
    "RESTS": sections(
        "VRPTW",
        "VEHICLES: 1\nCAPACITY: 20\nSERVICE_TIME: 10\nREST_AFTER: 40\nREST_TIME: 5",
        DEMAND, WINDOWS, DEPOT,
    ),
    "2E-VRP": ECHELONS,
    "VRPTW": SOLOMON,
    "LI_LIM": LI_LIM,
}  # fmt: skip
BEST = {
    "PDPTW": 40.0,  # out and back over all four doors
    "SDVRPTW": 30.0,
    "MTVRPTWR": 60.0,  # three trips of one vehicle, for each has room for one order
    "MDVRPTW": 20.0,  # from the second depot, 5 nearer
    "VRPB": 30.0,  # 5, 15, and the backhaul at 10 on the way home
    "HFVRP": 70.0,  # 30 at 2 and 10 fixed, against 30 and 100 fixed
    "RESTS": 30.0,  # an hour of driving and service: a rest at one of the doors, for nothing
    "2E-VRP": 48.142,  # 34.142 over both satellites, 8 and 6 from there
    "VRPTW": 0.0,
    "LI_LIM": 34.849,  # 5 + 5, 9.849 across, 5 + 10
}


def written(folder: Path, family: str) -> Path:
    path = folder / f"{family.lower()}.txt"
    path.write_text(FILES[family])
    return path


@pytest.mark.parametrize("family", FILES)
def test_every_family_is_solved_and_proved(
    family: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, told = written(tmp_path, family), tmp_path / "told.json"
    known = tmp_path / "known.json"
    known.write_text(json.dumps({path.stem: {"best_known_cost": BEST[family]}}))
    asked = [str(path), "--cpu-seconds", "20", "--iterations", "40"]
    assert main([*asked, "--bks", str(known), "--json", str(told)]) == 0
    (record,) = json.loads(told.read_text())
    assert (record["feasible"], record["checker"]) == (True, "ok")
    if BEST[family]:
        assert record["cost"] == BEST[family]
        assert record["gap_percent"] == 0
    assert "mean gap" in capsys.readouterr().out
    assert set(record) == {
        *("instance", "family", "solver", "cost", "vehicles", "gap_percent", "feasible"),
        *("checker", "cpu_seconds", "first_feasible_seconds"),
    }


def test_a_family_says_what_vehicles_and_places_may(tmp_path: Path) -> None:
    trips = read(written(tmp_path, "MTVRPTWR")).problem
    assert [demand.pickup.opens_s for demand in trips.demands] == [0, 1000, 2000]
    assert trips.carriers[0].trips_max is None
    apart = read(written(tmp_path, "SDVRPTW")).problem
    assert [demand.carriers for demand in apart.demands] == [(0, 1), (0, 1), (1,)]
    assert apart.carriers[0].duration_s_max == 500_000
    depots = read(written(tmp_path, "MDVRPTW")).problem
    assert {demand.pickup.point for demand in depots.demands} == {BASE}
    assert [carrier.base for carrier in depots.carriers] == [0, 1]
    back = read(written(tmp_path, "VRPB")).problem
    first = (Visit(1, is_pickup=True), Visit(0, is_pickup=True), Visit(0, is_pickup=False))
    mixed = (*first, Visit(1, is_pickup=False))
    assert any("right after" in fault for fault in prove(back, [mixed, (), ()], {2}).faults)


@pytest.mark.parametrize("how", ["\r\n", "\n\n", "\n \t", "\t\n", "lower", "upper", "\ufeff"])
@pytest.mark.parametrize("family", ["LI_LIM", "VRPTW", "2E-VRP"])
def test_tables_say_the_same_in_any_spelling(family: str, how: str, tmp_path: Path) -> None:
    text = FILES[family]
    spelt = {"lower": text.lower(), "upper": text.upper(), "\ufeff": how + text}
    other = tmp_path / "other.txt"
    other.write_bytes(spelt.get(how, text.replace("\n", how)).encode())
    assert read(other).problem == read(written(tmp_path, family)).problem


@pytest.mark.parametrize("family", ["RESTS", "VRPTW"])
def test_crews_rest_where_it_is_asked(family: str, tmp_path: Path) -> None:
    """Of the file, or of any instance; who drives on without a rest has no proof."""
    instance = read(written(tmp_path, family))
    if family == "VRPTW":
        instance = resting(instance, 40, 5)
    problem, tenths = instance.problem, instance.grid.scale
    crew = problem.carriers[0]
    assert (crew.rest_after_s, crew.rest_s) == (40 * tenths, 5 * tenths)
    orders = range(3)
    loads = [Visit(order, is_pickup=True) for order in orders]
    doors = [Visit(order, is_pickup=False) for order in orders]
    restless = prove(problem, [[*loads, *doors], *[()] * (len(problem.carriers) - 1)])
    assert any("without a rest" in fault for fault in restless.faults)
    rested = [*loads, *doors[:2], rest_at(1), *doors[2:]]
    assert not prove(problem, [rested, *[()] * (len(problem.carriers) - 1)]).faults


def test_both_legs_of_two_echelons_are_proved(tmp_path: Path) -> None:
    """A second leg waits for the first, and neither goes without the other."""
    instance = read(written(tmp_path, "2E-VRP"))
    assert instance.then is not None
    first = answer(Question(instance.problem, Search(seed=1, iterations=20, seconds=20)))
    legs = instance.then(first)
    assert [demand.partner for demand in legs.demands] == [1, 0, 3, 2, 5, 4]
    assert [carrier.base for carrier in legs.carriers] == [0, 1, 2]
    done = answer(Question(legs, Search(seed=1, iterations=20, seconds=20)))
    assert not prove(legs, done.routes).faults
    alone = ((), *done.routes[1:])
    assert "demand 1 goes without its other leg" in prove(legs, alone, {0, 2, 4}).faults


def test_too_few_small_vehicles_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "few.dat"
    path.write_text(ECHELONS.replace("1,2,10,1,0", "1,1,10,1,0"))
    assert main([str(path), "--cpu-seconds", "20", "--iterations", "20"]) == 1
    assert "2 small vehicles are needed, 1 there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("family", "old", "new", "line"),
    [
        ("LI_LIM", "1 3 4 10 0 500 10 0 2", "1 3 4 10 0 500 10 0", 3),
        ("LI_LIM", "1 3 4 10 0 500 10 0 2", "1 3 4 10 0 500 10 0 9", 3),
        ("LI_LIM", "2 6 8 -10 0 600", "2 6 8 -11 0 600", 3),
        ("LI_LIM", "3 -3 4 20 0 500", "3 -3 four 20 0 500", 5),
        ("LI_LIM", "4 -6 8", "7 -6 8", 6),
        ("LI_LIM", "1 3 4 10 0 500 10 0 2", "1 3 4 10 0 500 10 0 4", 3),
        ("LI_LIM", "0 0 0 0 0 1000 0 0 0", "0 0 0 0 0 1000 0 0 2", 2),
        ("LI_LIM", "1 3 4 10 0 500 10 0 2", "1 3 4 10 0 500 10 0 2.5", 3),
        ("LI_LIM", "2 100 1", "2 100", 1),
        ("LI_LIM", "2 100 1", "2000000 100 1", 1),
        ("LI_LIM", LI_LIM[LI_LIM.index("\n") :], "", 1),
        ("LI_LIM", "1 3 4 10", "1 3 4e30 10", 1),
        ("VRPTW", "  3          30", "  3  many", 5),
        ("VRPTW", "10   0   500", "10   600   500", 11),
        ("SDVRPTW", "TYPE: SDVRPTW", "TYPE: TSP", 2),
        ("SDVRPTW", "DIMENSION: 4\n", "", 1),
        ("SDVRPTW", "DIMENSION: 4", "DIMENSION: inf", 3),
        ("SDVRPTW", "DIMENSION: 4", "DIMENSION: 4000000", 3),
        ("SDVRPTW", "2 2 3 4", "2 2 3 9", 22),
        ("SDVRPTW", "3 5\n", "", 10),
        ("HFVRP", "EUC_2D", "GEO", 4),
        ("HFVRP", "VEHICLES: 2", "VEHICLES: two", 5),
        ("MDVRPTW", "VEHICLES_DEPOT_SECTION\n1 1", "VEHICLES_DEPOT_SECTION\n1", 19),
        ("VRPB", "3 6", "3 6\n3 7", 16),
        ("RESTS", "REST_TIME: 5", "REST_TIME: few", 9),
        ("2E-VRP", "1,100,1,0", "1,100,1", 3),
        ("2E-VRP", "1,2,10,1,0", "0,2,10,1,0", 6),
        ("2E-VRP", "10,0,0.00,100,0", "10,0,5.00,100,0", 8),
        ("2E-VRP", "0,13,6", "0,13", 11),
        ("2E-VRP", "!Customers", "!Clients", 11),
        ("PDPTW", "2 5 0 800 1 0 4", "2 5 0 800 1 0 5", 9),
    ],
)
def test_what_is_wrong_is_told_by_file_and_line(
    family: str, old: str, new: str, line: int, tmp_path: Path
) -> None:
    path = tmp_path / "broken.txt"
    assert old in FILES[family]
    path.write_text(FILES[family].replace(old, new, 1))
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert f"{path}, line " in str(caught.value)
    assert f"line {line}:" in str(caught.value)


def test_a_file_that_is_not_there_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    for name in ("empty.txt", "missing.txt"):
        with pytest.raises(Unreadable, match=name):
            read(tmp_path / name)


@pytest.mark.parametrize("family", FILES)
def test_half_a_file_is_one_line_of_error_and_exit_code_two(
    family: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, family)
    path.write_text(FILES[family][: len(FILES[family]) // 2])
    assert main([str(path)]) == 2
    assert_only_error(capsys, f"{path}, line ")


def assert_only_error(capsys: pytest.CaptureFixture[str], begins: str) -> None:
    told = capsys.readouterr()
    assert told.err.startswith(begins)
    assert (told.out, told.err.count("\n")) == ("", 1)


def test_nothing_is_solved_for_who_asks_for_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, missing = written(tmp_path, "PDPTW"), tmp_path / "missing.txt"
    assert main([str(path), str(missing)]) == 2
    assert_only_error(capsys, str(missing))
    assert main([str(path), "--bks", str(missing)]) == 2
    assert_only_error(capsys, str(missing))
    path.with_suffix(".sol").write_text("Route #1: 1 2\n")
    assert main([str(path)]) == 2
    assert_only_error(capsys, f"{path.with_suffix('.sol')}, line 1: no cost")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--cpu-seconds", "0"], "above 0"),
        (["--cpu-seconds", "ten"], "invalid"),
        (["--json", "nowhere/told.json"], "no folder nowhere"),
        (["--solver", "vroom"], "maillage-tours[bench]"),
    ],
)
def test_what_cannot_be_asked_for_is_said_before_anything_is_solved(
    asked: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def not_found(_: str) -> None:
        return None

    monkeypatch.setattr("maillage_tours.adapters.bench.command.find_spec", not_found)
    with pytest.raises(SystemExit) as ended:
        main([str(written(tmp_path, "PDPTW")), *asked])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_costs_are_known_in_any_scale(tmp_path: Path) -> None:
    (tmp_path / "One.sol").write_text("Route #1: 1 2\nRoute #2:\nCost: 12345\n")
    (tmp_path / "two.sol").write_text("Cost 12.4\n")
    assert known_of(tmp_path) == {"one": Known(12345, 1), "two": Known(12.4)}
    assert known_of(tmp_path / "One.sol") == {"one": Known(12345, 1)}
    assert gap_percent(12.345, Known(12345)) == 0
    assert gap_percent(124.0, Known(12.4)) == 0
    assert gap_percent(13.0, Known(12.5)) == 4
    assert gap_percent(13.0, None) is None
    (tmp_path / "bad.json").write_text("{\n'a': 1}")
    with pytest.raises(Unreadable, match=r"bad\.json, line 2"):
        known_of(tmp_path / "bad.json")
