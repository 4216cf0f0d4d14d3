"""Plan one day three ways, check each, and keep them side by side; no tour comes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from maillage_contracts.envelope import Event
from maillage_contracts.flows import ExistingRound
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import Money, PlanId
from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.day import Day
from maillage_tours.domain.problem import Search
from maillage_tours.domain.scenario import (
    Comparison,
    Declared,
    Driven,
    Variant,
    Way,
    accounts_of,
    as_is,
    outcome_of,
    vans_only,
    whole_day,
    with_hub,
)
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.plan_day import Draft, Matrices, Solver, plan_day
from maillage_tours.usecases.propose_plan import must_pass
from maillage_tours.usecases.store import Store, WantedOrders

ORDERS_MAX = 10_000


@dataclass(frozen=True)
class AskedDay:
    """A day with all its orders, and the rounds that others declare."""

    day: Day
    rounds: Sequence[ExistingRound]


@dataclass(frozen=True)
class Compared:
    """The drafts of one day, by way."""

    comparison_id: UUID
    asked: AskedDay
    search: Search
    drafts: Mapping[Way, Draft]


async def gather_whole_day(on: date, store: Store, terms: Terms) -> AskedDay:
    """All orders of the day that were taken on, whatever became of them; raises Refused for none.

    Vehicles that drive published tours are free again: it is the whole day that is compared.
    """
    orders = await store.orders(WantedOrders(on=on), None, ORDERS_MAX)
    day = whole_day(await gather_day(on, store, terms), orders)
    if not day.orders:
        raise Refused(f"there are no orders on {on}: nothing can be compared")
    return AskedDay(day, await store.rounds())


async def compare_ways(
    comparison_id: UUID, asked: AskedDay, search: Search, *, matrices: Matrices, solver: Solver
) -> Compared:
    """The same solver, seed, iterations and processor time for each way, one after the other."""

    async def planned(way: Way, variant: Variant) -> Draft:
        plan_id = PlanId(uuid5(comparison_id, way))
        return await plan_day(
            plan_id, variant.day, search, matrices=matrices, solver=solver, jobs=variant.jobs
        )

    shared = await planned(Way.HUB_AND_BIKES, with_hub(asked.day))
    drafts = {
        Way.AS_IS: await planned(Way.AS_IS, as_is(asked.day, shared.tours)),
        Way.SHARED_VANS: await planned(Way.SHARED_VANS, vans_only(asked.day)),
        Way.HUB_AND_BIKES: shared,
    }
    return Compared(comparison_id, asked, search, drafts)


async def keep_comparison(command: Compared, store: Store, now: datetime) -> Iterable[Event]:
    """Raises Refused when one of the ways does not pass the check of every plan."""
    driven = {way: _checked(draft) for way, draft in command.drafts.items()}
    day = command.asked.day
    cpu_s = command.search.cpu_seconds
    await store.add_comparison(
        Comparison(
            comparison_id=command.comparison_id,
            on=day.on,
            made_at=now,
            orders=len(day.orders),
            matrix=command.drafts[Way.HUB_AND_BIKES].matrix.source,
            seed=command.search.seed,
            cpu_seconds=None if cpu_s is None else Decimal(str(cpu_s)),
            outcomes=tuple(outcome_of(way, driven[way], len(day.orders)) for way in Way),
            accounts=tuple(accounts_of(driven[Way.AS_IS], driven[Way.HUB_AND_BIKES], day.orders)),
            declared=_declared(day.on, command.asked.rounds),
        )
    )
    return ()


def _checked(draft: Draft) -> Driven:
    verdict = check_plan(draft.tours, draft.left, draft.day, draft.matrix)
    must_pass(verdict)
    solution = draft.solution
    was_cut = solution.was_cut and solution.seconds >= draft.search.seconds
    return Driven(draft.tours, verdict.figures, draft.left, solution.solver, was_cut)


def _declared(on: date, rounds: Iterable[ExistingRound]) -> Declared:
    """What is declared to be driven on that day of the week."""
    driven = [one for one in rounds if one.status == "active" and on.isoweekday() in one.weekdays]
    costs = [one.cost_per_round for one in driven]
    return Declared(
        rounds=len(driven),
        distance_km=sum((one.distance_km for one in driven), Decimal(0)),
        empty_km=sum((one.empty_km for one in driven), Decimal(0)),
        cost=Money(amount=sum((cost.amount for cost in costs if cost), Decimal(0))),
        without_cost=costs.count(None),
    )
