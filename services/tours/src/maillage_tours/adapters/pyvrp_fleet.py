"""Who may carry what for PyVRP, and which vehicles it need not tell apart."""

from collections import Counter
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet

from maillage_tours.domain.problem import BASE, Carrier, Demand, Problem
from maillage_tours.domain.timeline import are_foes

May = tuple[bool, ...]


def who_may_carry(problem: Problem, clients: AbstractSet[int]) -> list[May]:
    """By carrier, which demands it may carry as they are modelled: a client from its own base."""
    teams = {demand.carriers: frozenset(demand.carriers) for demand in problem.demands}
    ends = [
        (
            teams[demand.carriers],
            {demand.pickup.point, demand.dropoff.point} if number in clients else None,
        )
        for number, demand in enumerate(problem.demands)
    ]
    anywhere = {n for n, demand in enumerate(problem.demands) if _is_at_any_base(demand)}
    shared = _families_apart(problem)
    return [
        tuple(
            carrier in team
            and (hubs is None or number in anywhere or vehicle.base in hubs)
            and problem.demands[number].family not in shared[carrier]
            for number, (team, hubs) in enumerate(ends)
        )
        for carrier, vehicle in enumerate(problem.carriers)
    ]


def _is_at_any_base(demand: Demand) -> bool:
    return BASE in {demand.pickup.point, demand.dropoff.point}


def _families_apart(problem: Problem) -> list[AbstractSet[int]]:
    """By carrier, families that it leaves to others, so that no foes meet on board.

    PyVRP cannot keep two clients apart. Each vehicle is given one side, in turns by how many
    demands each family has for every vehicle it was given; what then is left over is inserted
    where foes are not on board at the same time.
    """
    if not problem.foes:
        return [frozenset() for _ in problem.carriers]
    given: Counter[int] = Counter()
    found: list[AbstractSet[int]] = []
    for carrier in range(len(problem.carriers)):
        mine = Counter(one.family for one in problem.demands if carrier in one.carriers)
        wanted = sorted(mine, key=lambda family: (-mine[family] / (1 + given[family]), family))
        taken = _without_foes(wanted, problem.foes)
        given.update(taken)
        found.append(set(wanted) - set(taken))
    return found


def _without_foes(families: Sequence[int], foes: Collection[tuple[int, int]]) -> list[int]:
    """The first of the families, and each next one that has no foe among those before it."""
    taken: list[int] = []
    for family in families:
        if not any(are_foes(foes, family, other) for other in taken):
            taken.append(family)
    return taken


def alike(
    problem: Problem,
    may: Sequence[May],
    rooms: Sequence[object],
    driving: AbstractSet[int] | None = None,
) -> tuple[tuple[int, ...], ...]:
    """Vehicles that may drive; those that differ in nothing together, for they are one to PyVRP."""
    fleets: dict[tuple[Carrier, May, object], list[int]] = {}
    for number, carrier in enumerate(problem.carriers):
        if driving is not None and number not in driving:
            continue
        fleets.setdefault((carrier, may[number], rooms[number]), []).append(number)
    return tuple(map(tuple, fleets.values()))
