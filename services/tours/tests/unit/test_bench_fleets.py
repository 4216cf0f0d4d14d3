"""What vehicles cost: mixed fleets of two formats, a cost by wish, and known costs beside it."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from maillage_tours.adapters.bench.command import main, read
from maillage_tours.adapters.bench.instance import Unreadable, charging
from maillage_tours.adapters.bench.known import Known, gap_percent, known_of
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.solve import answer
from maillage_tours.domain.problem import Search
from maillage_tours.domain.proof import prove

BY_ROAD = """//-- made by hand
// two doors
2 2 999999 0 0 0
1 10 20 0.5
2\t5  3.5 2
0   // the depot
0\t1000 3000
1100 0 2000
3000 2500 0
// what is collected
1\t5
2\t4
"""
BY_AIR = """// customers, types, range, service time, two costs
 2 1 999999.0 0.0 10.5 12
 3 9 7.0 1.25
 0 0
 3 4 5
 6 8 4
"""
SOLOMON = """named
VEHICLE
number capacity
3 30
CUSTOMER
CUST NO. XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME
0 0 0 0 0 1000 0
1 3 4 10 0 500 10
2 6 8 10 0 600 10
"""


def written(folder: Path, text: str, name: str = "small.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def record_of(path: Path, *asked: str) -> dict[str, object]:
    told = path.with_suffix(".told")
    budget = ("--cpu-seconds", "20", "--iterations", "40", "--json", str(told))
    assert main([str(path), *budget, *asked]) == 0
    (record,) = json.loads(told.read_text())
    return record


def test_a_mixed_fleet_by_road(tmp_path: Path) -> None:
    """Roads are in thousandths of what the costs are of, and need not be as long both ways."""
    path = written(tmp_path, BY_ROAD)
    instance = read(path)
    assert [one.room for one in instance.problem.carriers] == [(10000,), (5000,), (5000,)]
    assert [list(way) for way in instance.problem.metres[0]] == [
        [0, 1000, 3000], [1100, 0, 2000], [3000, 2500, 0]
    ]  # fmt: skip
    bks = written(tmp_path, json.dumps({"small": {"best_known_cost": 23}}), "bks.json")
    record = record_of(path, "--bks", str(bks))
    # The large one: 20, and half of 1 + 2 + 3, the shorter way around; 23.2 with both small ones.
    assert (record["family"], record["vehicles"], record["checker"]) == ("HFVRP", 1, "ok")
    assert (record["cost"], record["gap_percent"]) == (23.0, 0)


def test_a_mixed_fleet_by_air(tmp_path: Path) -> None:
    record = record_of(written(tmp_path, BY_AIR))
    assert (record["cost"], record["vehicles"]) == (32.0, 1)  # 7, and 20 at 1.25


def test_a_row_too_many_is_left_out(tmp_path: Path) -> None:
    plain = read(written(tmp_path, BY_ROAD))
    assert read(written(tmp_path, BY_ROAD + "3\t7\n")).problem == plain.problem


BROKEN: Sequence[tuple[str, str, str, int, str]] = [
    (BY_ROAD, "2 2 999999 0 0 0", "2 2 200 0 0 0", 3, "a range"),
    (BY_ROAD, "2 2 999999 0 0 0", "2 2 999999 5 0 0", 3, "service times"),
    (BY_ROAD, "2 2 999999 0 0 0", "2.5 2 999999 0 0 0", 3, "doors"),
    (BY_ROAD, "2 2 999999 0 0 0", "2 9 999999 0 0 0", 12, "9 types"),
    (BY_ROAD, "1 10 20 0.5", "1 10 20", 4, "4 numbers"),
    (BY_ROAD, "1 10 20 0.5", "0 10 20 0.5", 4, "vehicles"),
    (BY_ROAD, "1 10 20 0.5", "9999 10 20 0.5", 5, "vehicles in all"),
    (BY_ROAD, "1 10 20 0.5", "1 10 20 0.125", 4, "two decimals"),
    (BY_ROAD, "1 10 20 0.5", "1 10 -20 0.5", 4, "below zero"),
    (BY_ROAD, "0   //", "1   //", 6, "2 numbers"),
    (BY_ROAD, "1100 0 2000", "1100 0", 8, "3 numbers"),
    (BY_ROAD, "1100 0 2000", "1100 0 -2000", 8, "below zero"),
    (BY_ROAD, "1100 0 2000", "1100 0 two", 8, "numbers are expected"),
    (BY_ROAD, "2\t4\n", "", 11, "5 lines"),
    (BY_ROAD, "2\t4\n", "3\t4\n", 12, "door 2"),
    (BY_AIR, " 6 8 4\n", "", 5, "2 lines"),
    (BY_AIR, " 6 8 4", " 6 8 -4", 6, "below zero"),
    (BY_AIR, " 6 8 4", " 6 8", 6, "3 numbers"),
    (SOLOMON, "2 6 8 10", "2 6 8 -10", 9, "below zero"),
    (SOLOMON, "2 6 8 10", "two 6 8 10", 9, "numbers are expected"),
    (SOLOMON, "3 30", "3 -30", 4, "below zero"),
]


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_told_by_file_and_line(
    case: tuple[str, str, str, int, str], tmp_path: Path
) -> None:
    text, old, new, line, words = case
    assert old in text
    path = written(tmp_path, text.replace(old, new, 1))
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert words in str(caught.value)


def test_each_vehicle_costs_what_is_wished(tmp_path: Path) -> None:
    """The cost, and the best known one, have it for each vehicle that is used."""
    path = written(tmp_path, SOLOMON)
    pair = written(tmp_path, json.dumps({"small": {"vehicles": 2, "cost": 20}}), "pair.json")
    asked = ("--vehicle-cost", "12.5", "--bks", str(pair))
    record = record_of(path, *asked)
    assert (record["cost"], record["vehicles"]) == (32.5, 1)
    assert record["gap_percent"] == round(100 * (32.5 / 45 - 1), 4)


@pytest.mark.parametrize(("vehicle_cost", "used", "cost"), [(0.5, 2, 123.0), (1000, 1, 1182.0)])
def test_a_dear_vehicle_stays_at_home(
    vehicle_cost: float, used: int, cost: float, tmp_path: Path
) -> None:
    """First east, then west, then east again in time: 182 for one vehicle, 62 and 60 for two."""
    doors = "1 30 0 10 0 30 0\n2 -30 0 10 0 90 0\n3 31 0 10 150 1000 0\n"
    text = SOLOMON[: SOLOMON.index("1 3 4")] + doors
    charged = charging(read(written(tmp_path, text)), vehicle_cost)
    solution = answer(Question(charged.problem, Search(seed=1, iterations=40, seconds=20)))
    proof = prove(charged.problem, solution.routes, solution.left)
    assert (proof.faults, charged.in_file(proof.cost)) == ((), cost)
    assert sum(1 for route in solution.routes if route) == used


def test_a_gap_with_vehicles_is_in_the_scale_of_what_is_driven(tmp_path: Path) -> None:
    known = Known(2764.56, 19)
    cost = 19 * 5000 + 2764.56
    assert gap_percent(cost, known, vehicles=19, vehicle_cost=5000) == 0
    scaled = Known(2764560, 19)
    assert gap_percent(cost, scaled, vehicles=19, vehicle_cost=5000) == 0
    one_more = gap_percent(cost + 5000, scaled, vehicles=20, vehicle_cost=5000)
    assert one_more == round(100 * 5000 / cost, 4)
    assert gap_percent(cost, Known(2764.56), vehicles=19, vehicle_cost=5000) is None
    there = {"vehicles": 50, "solved_with_vehicles": 19, "best_known_cost": 2764.56}
    others = {"a": there, "b": {"vehicles": 50, "best_known_cost": 9}, "c": 7}
    found = known_of(written(tmp_path, json.dumps(others), "bks.json"))
    assert found == {"a": known, "b": Known(9), "c": Known(7)}


@pytest.mark.parametrize(
    ("text", "cost", "words"),
    [
        (BY_ROAD, "5", "says itself what its vehicles cost"),
        (SOLOMON, "1e9", "costs 100000 at most"),
    ],
)
def test_a_cost_that_cannot_be_wished_is_refused_before_anything_is_solved(
    text: str, cost: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(written(tmp_path, text)), "--vehicle-cost", cost]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)


def test_two_echelons_say_what_their_vehicles_cost(tmp_path: Path) -> None:
    blocks = "!Trucks:\n1,9,1,0\n!CityFreighters:\n1,1,9,1,0\n!Stores:\n0,0 1,0,0,9,0\n"
    path = written(tmp_path, blocks + "!Customers:\n2,0,4\n")
    with pytest.raises(Unreadable, match="says itself"):
        charging(read(path), 5)
