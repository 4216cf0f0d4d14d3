"""What keeps a search quick where many orders share few doors: rooms counted, neighbours tried."""

from collections import Counter
from dataclasses import replace

import pytest
from pyvrp import Solution
from pyvrp.search import compute_neighbours

from maillage_tours.adapters import solve
from maillage_tours.adapters.neighbours import AT_A_PLACE_MAX, neighbours
from maillage_tours.adapters.pyvrp_model import Model, carried_over, model_of, visits_of
from maillage_tours.adapters.pyvrp_rooms import rooms_of
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.search import Enough, race
from maillage_tours.adapters.solve import TRIED_SHARES
from maillage_tours.domain.problem import Carrier, Demand, Dimension, Problem, Search, Step

KG, COLD_KG, CRATES = Dimension("kg", None), Dimension("kg", "cold"), Dimension("crates", None)
AMBIENT_KG = Dimension("kg", "ambient")
DAY_S = 86_400
FULL = (100, 60, 40)


def a_carrier(*room: int) -> Carrier:
    return Carrier(0, 0, DAY_S, room, None, cost_per_m=1, cost_per_s=1, profile=0)


def a_problem(*dimensions: Dimension, carriers: list[Carrier], amounts: list[list[int]]) -> Problem:
    """All orders go from point 1 to points beyond it, on a line."""
    points = 2 + len(amounts)
    ways = tuple(tuple(60 * abs(one - other) for other in range(points)) for one in range(points))
    return Problem(
        dimensions=dimensions,
        setup_s=(0,) * points,
        hubs=(False,) * points,
        demands=tuple(
            Demand(
                Step(1, 0, DAY_S, 0),
                Step(2 + place, 0, DAY_S, 0),
                tuple(taken),
                tuple(range(len(carriers))),
            )
            for place, taken in enumerate(amounts)
        ),
        carriers=tuple(carriers),
        metres=(ways,),
        seconds=(ways,),
    )


class TestRooms:
    """Each load dimension makes every step slower: those that are never full first go."""

    def test_kilogrammes_in_all_are_not_counted_beside_those_of_each_compartment(self) -> None:
        rooms = [KG, AMBIENT_KG, COLD_KG]
        amounts = [[30, 30, 0], [20, 0, 20]]
        sound = a_problem(*rooms, carriers=[a_carrier(*FULL)], amounts=amounts)
        weak = a_problem(
            *rooms, carriers=[a_carrier(*FULL), a_carrier(90, 60, 40)], amounts=amounts
        )
        assert (rooms_of(sound), rooms_of(weak)) == ([1, 2], [0, 1, 2])

    @pytest.mark.parametrize(
        ("heaviest_kg", "payload_kg", "counted"),
        [(10, 100, [0]), (11, 100, [0, 1]), (10, 99, [0, 1]), (0, 0, [0])],
    )
    def test_mass_is_not_counted_where_crates_are_full_before(
        self, heaviest_kg: int, payload_kg: int, counted: list[int]
    ) -> None:
        problem = a_problem(
            CRATES,
            AMBIENT_KG,
            carriers=[a_carrier(20, 300), a_carrier(10, payload_kg)],
            amounts=[[1, heaviest_kg], [2, 0]],
        )
        assert rooms_of(problem) == counted

    def test_of_two_that_are_full_at_once_one_is_counted(self) -> None:
        problem = a_problem(CRATES, KG, carriers=[a_carrier(10, 100)], amounts=[[1, 10], [2, 20]])
        assert rooms_of(problem) == [1]

    def test_what_takes_none_of_the_other_is_counted(self) -> None:
        problem = a_problem(CRATES, KG, carriers=[a_carrier(10, 0)], amounts=[[1, 0], [0, 20]])
        assert rooms_of(problem) == [0, 1]


class TestNeighbours:
    """Of all that begin at one door, a few stand for all."""

    def test_few_at_one_place_and_those_whose_other_ends_are_near(self) -> None:
        data = model_of(a_problem(KG, carriers=[a_carrier(9)], amounts=[[1]] * 12)).data
        places = [order.pickup.location for order in data.shipments()]
        assert len(set(places)) == 1
        for one, near in neighbours(data).few.items():
            pickups = [other.idx for other in near if other.is_pickup()]
            assert len(pickups) == AT_A_PLACE_MAX
            away = sorted(abs(other - one.idx) for other in range(12) if other != one.idx)
            assert sorted(abs(other - one.idx) for other in pickups) == away[:AT_A_PLACE_MAX]
            places = {other.idx for other in near if other.is_delivery()}
            assert len(places) > len(pickups)

    def test_where_no_place_is_crowded_they_are_those_of_pyvrp(self) -> None:
        amounts = [[1]] * AT_A_PLACE_MAX
        data = model_of(a_problem(KG, carriers=[a_carrier(9)], amounts=amounts)).data
        assert neighbours(data).few == compute_neighbours(data)


def tiring() -> Problem:
    """Two crews that work for half a day without a rest."""
    problem = a_problem(KG, carriers=[a_carrier(5), a_carrier(5)], amounts=[[1]] * 8)
    resting = tuple(
        replace(one, rest_after_s=DAY_S // 2, rest_s=600, rests=(0,)) for one in problem.carriers
    )
    return replace(problem, carriers=resting, rests=(1,))


@pytest.mark.parametrize(("is_all_carried", "looked"), [(True, 1), (False, 3)])
def test_rests_are_looked_for_once_all_is_carried_or_time_is_short(
    monkeypatch: pytest.MonkeyPatch, *, is_all_carried: bool, looked: int
) -> None:
    """From routes that break limits, a step with rests takes many times as long."""

    def carries_all(_model: Model, _found: Solution) -> bool:
        return is_all_carried

    monkeypatch.setattr(Model, "carries_all", carries_all)
    asked: list[float] = []
    has_used = Enough.has_used

    def told(enough: Enough, share: float) -> bool:
        asked.append(share)
        return has_used(enough, share)

    monkeypatch.setattr(Enough, "has_used", told)
    found = solve.answer(Question(tiring(), Search(seed=1, iterations=20, seconds=60)))
    assert not found.left
    assert list(dict.fromkeys(asked)) == list(TRIED_SHARES[:looked])


def test_a_search_with_rests_goes_on_from_the_routes_of_one_without() -> None:
    problem = tiring()
    model, with_rests = model_of(problem), model_of(problem, resting=(0, 1))
    found = next(race(model.data, seed=1, history=20))
    begun = carried_over(model, found, with_rests)
    assert visits_of(with_rests, begun) == visits_of(model, found)
    assert Counter(v.is_rest for visits in visits_of(model, found).values() for v in visits) == {
        False: 16
    }
    assert not begun.is_complete()
    bests = race(with_rests.data, seed=1, history=20, start=begun)
    rested = visits_of(with_rests, next(bests))
    assert [sum(v.is_rest for v in visits) for visits in rested.values()] == [1] * len(rested)
