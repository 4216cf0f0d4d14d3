"""Which load dimensions PyVRP has to count, for each of them slows down every step of a search.

A room that is never full before another one is need not be counted: kilogrammes in all, where each
compartment has its own, or cubic metres, where crates take less of them than there are for each.
"""

from collections.abc import Sequence

from maillage_tours.domain.problem import Problem


def rooms_of(problem: Problem) -> list[int]:
    """The dimensions that can be full while no other is."""
    kept = list(range(len(problem.dimensions)))
    for room in tuple(kept):
        others = [other for other in kept if other != room]
        unit = problem.dimensions[room].unit
        parts = [other for other in others if problem.dimensions[other].unit == unit]
        if _holds_all(problem, room, parts) or any(
            _is_full_later(problem, room, other) for other in others
        ):
            kept = others
    return kept


def _holds_all(problem: Problem, room: int, parts: Sequence[int]) -> bool:
    """Whether every vehicle has as much of it as of its parts together, and nothing needs more."""
    return all(
        carrier.room[room] >= sum(carrier.room[part] for part in parts)
        for carrier in problem.carriers
    ) and all(
        demand.amounts[room] <= sum(demand.amounts[part] for part in parts)
        for demand in problem.demands
    )


def _is_full_later(problem: Problem, room: int, other: int) -> bool:
    """Whether every demand takes a smaller share of it than of the other, in every vehicle."""
    takes = {(demand.amounts[room], demand.amounts[other]) for demand in problem.demands}
    has = {(carrier.room[room], carrier.room[other]) for carrier in problem.carriers}
    return all(
        amount * other_room <= other_amount * its_room and (not amount or bool(other_amount))
        for amount, other_amount in takes
        for its_room, other_room in has
    )
