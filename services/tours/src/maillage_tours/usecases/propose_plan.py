"""Command: keep a plan that was computed, if it passes the independent check."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_tours.domain.checker import Verdict, check_plan
from maillage_tours.domain.plan import Plan, Unplanned
from maillage_tours.domain.tour import TourStatus
from maillage_tours.usecases.plan_day import Draft
from maillage_tours.usecases.store import Store

FAULTS_SAID_MAX = 5


@dataclass(frozen=True)
class ProposePlan:
    """The draft that was computed."""

    draft: Draft


async def propose_plan(command: ProposePlan, store: Store, now: datetime) -> Iterable[Event]:
    """Raises Refused when an order changed while the plan was computed, or for any fault."""
    draft = command.draft
    planned = {order.order_id: order.version for order in draft.day.orders}
    current = {o.order_id: o.version for o in await store.orders_to_change(planned.keys())}
    changed = [order_id for order_id, version in planned.items() if current[order_id] != version]
    if changed:
        raise Refused(f"{len(changed)} orders changed while the plan was computed: plan again")
    verdict = check_plan(draft.tours, draft.left, draft.day, draft.matrix)
    must_pass(verdict)
    tours = [
        tour.become(TourStatus.PROPOSED, figures=verdict.figures[tour.tour_id])
        for tour in draft.tours
    ]
    await store.add_plan(_plan(draft, now))
    await store.put_tours(tours)
    return ()


def must_pass(verdict: Verdict) -> None:
    """Raise Refused naming the first faults, if there are any."""
    if verdict.faults:
        said = "; ".join(fault.words for fault in verdict.faults[:FAULTS_SAID_MAX])
        raise Refused(f"the check found {len(verdict.faults)} faults: {said}")


def _plan(draft: Draft, now: datetime) -> Plan:
    solution = draft.solution
    return Plan(
        plan_id=draft.plan_id,
        on=draft.day.on,
        made_at=now,
        matrix=draft.matrix.source,
        solver=solution.solver,
        seed=draft.search.seed,
        iterations=solution.iterations,
        seconds=round(Decimal(str(solution.seconds)), 3),
        was_cut=solution.was_cut,
        tour_ids=tuple(tour.tour_id for tour in draft.tours),
        unplanned=tuple(
            Unplanned(order_id=order_id, reason=reason)
            for order_id, reason in sorted(draft.left.items())
        ),
    )
