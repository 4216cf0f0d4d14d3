"""A ladder of fleets: where vehicles cost more than their ways, each rung is a search with fewer.

PyVRP's moves seldom empty a whole route, so that a vehicle too many stays to the end. A search
that must carry all with fewer begins with routes that break limits, and mends them.
"""

import numpy as np
from pyvrp import CostEvaluator, ProblemData
from pyvrp import Solution as Found

from maillage_tours.adapters.neighbours import neighbours
from maillage_tours.adapters.pyvrp_model import Model, carried_over, driven, model_of
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.search import Enough, Walk

FIRST_SHARE = 0.1
"""Of its iterations, or of its time, a search spends on its first routes before the ladder."""
LAST_SHARE = 0.6
"""When so much is used the ladder ends, whatever was found on it."""


def descended(question: Question, model: Model, found: Found, enough: Enough) -> Found:
    """Cheaper routes with fewer vehicles; those that were found when there are none in time."""
    rung = model
    while fewer := _one_less(question, rung, found):
        mended = _mended(question, fewer, carried_over(rung, found, fewer), _cost(found), enough)
        if mended is None:
            break
        rung, found = fewer, mended
    return found if rung is model else carried_over(rung, found, model)


def _one_less(question: Question, model: Model, found: Found) -> Model | None:
    """Without the shortest route whose vehicle costs more than its ways, and without the idle.

    Twins stay: one of them is idle anyhow. None where no vehicle costs so much, or where the others
    have no room for all.
    """
    problem, routes = question.problem, driven(model, found)
    dear = [
        carrier
        for carrier, route in routes.items()
        if carrier not in problem.twin_of
        and problem.carriers[carrier].fixed_cost > route.distance_cost() + route.duration_cost()
    ]
    if not dear or len(routes) == 1:
        return None
    spared = min(dear, key=lambda carrier: len(routes[carrier]))
    fleet = (routes.keys() | problem.twin_of.keys()) - {spared}
    fewer = model_of(problem, is_required=True, resting=model.resting, fleet=fleet)
    return fewer if _has_room(fewer.data) else None


def _has_room(data: ProblemData) -> bool:
    """Whether what leaves hubs, and what comes back to them, would fit into all trips together."""
    doors = [client for client in data.clients() if client.group is None]
    loads = sum(np.array([door.delivery, door.pickup], dtype=np.float64) for door in doors)
    room = sum(
        np.array(kind.capacity, dtype=np.float64) * kind.num_available * (1 + kind.max_reloads)
        for kind in data.vehicle_types()
    )
    return bool(np.all(loads <= room))


def _mended(
    question: Question, model: Model, start: Found, cost_max: int, enough: Enough
) -> Found | None:
    """The first routes that carry all for less; None when there are none in time."""
    seed, near = question.search.seed, neighbours(model.data)
    walk = Walk(model.data, seed, question.history, near, is_strict=True)
    for best in walk.bests(walk.first(start)):
        if _cost(best) < cost_max:
            return best
        if enough.has_used(LAST_SHARE) or enough(0):
            break
    return None


def _cost(found: Found) -> int:
    """More than any, of routes that break a limit or leave out what is required."""
    return CostEvaluator([], 0, 0).cost(found)
