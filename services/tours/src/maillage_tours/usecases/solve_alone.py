"""Plan a published plan's orders again, each actor alone, and tell what that would have driven."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.alone import AloneRounds
from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.tours import PlanSolvedAlone
from maillage_contracts.vocabulary import PlanId
from maillage_tours.domain.alone import Alone, jobs_alone, without_others
from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.low_emission import inside_km
from maillage_tours.domain.plan import Plan
from maillage_tours.domain.problem import Search
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import TourStatus
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.plan_day import Draft, Matrices, Solver, plan_day
from maillage_tours.usecases.propose_plan import must_pass
from maillage_tours.usecases.store import Store, WantedOrders, WantedTours

TOURS_MAX = 500
ORDERS_MAX = 10_000
GIVEN = frozenset({TourStatus.PUBLISHED, TourStatus.STARTED, TourStatus.COMPLETED})


@dataclass(frozen=True)
class SolvedAlone:
    """The draft of each actor alone; it is neither kept nor given to a crew."""

    plan_id: PlanId
    alone: Alone
    draft: Draft


async def gather_alone(plan_id: PlanId, store: Store, terms: Terms) -> tuple[Plan, Alone]:
    """A plan, and its day without sharing; raises NotFound, Refused before a tour is published."""
    plan = await store.plan(plan_id)
    found = await store.tours(WantedTours(plan_id=plan_id), None, TOURS_MAX)
    tours = [tour for tour in found if tour.status in GIVEN]
    if not tours:
        raise Refused("no tour of this plan was given to its crew: publish it first")
    shared = frozenset[object]().union(*(tour.order_ids for tour in tours))
    of_day = await store.orders(WantedOrders(on=plan.on), None, ORDERS_MAX)
    orders = [order for order in of_day if order.order_id in shared]
    return plan, without_others(await gather_day(plan.on, store, terms), orders, tours)


async def solve_alone(
    plan: Plan, alone: Alone, seconds: float, *, matrices: Matrices, solver: Solver
) -> SolvedAlone:
    """The same solver with the same seed and patience as the plan had, on the same distances."""
    search = Search(plan.seed, max(plan.iterations, 1), seconds)
    draft = await plan_day(
        plan.plan_id, alone.day, search, matrices=matrices, solver=solver, jobs=jobs_alone
    )
    return SolvedAlone(plan.plan_id, alone, draft)


async def tell_alone(command: SolvedAlone, store: Store, now: datetime) -> Iterable[Event]:
    """Tell it, if it passes the same check as every plan; raises Refused for any fault."""
    del store, now
    draft = command.draft
    verdict = check_plan(draft.tours, draft.left, draft.day, draft.matrix)
    must_pass(verdict)
    rounds = tuple(
        AloneRounds(
            actor_id=tour.vehicle.owner_id,
            vehicle_class=tour.vehicle.vehicle_class,
            energy=tour.vehicle.energy,
            is_own=tour.vehicle.vehicle_id in command.alone.own,
            distance_km=distance_km,
            low_emission_km=inside_km(tour, tour.stops, distance_km, draft.day.zones),
        )
        for tour in draft.tours
        for distance_km in (verdict.figures[tour.tour_id].distance_km,)
    )
    return [
        PlanSolvedAlone(
            plan_id=command.plan_id,
            rounds=rounds,
            unplanned=len(draft.left),
            matrix=draft.matrix.source,
            solver=draft.solution.solver,
        )
    ]
