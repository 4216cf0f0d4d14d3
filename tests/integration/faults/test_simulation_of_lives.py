"""Random lives of what the services keep: whatever is tried, each goes only where its table leads.

The tables have tests of every single step; here steps follow one another, in any order, with time
passing and consents coming and going. SIMULATION_SEED and LIVES choose others, and more.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import CaseId, LeadId
from maillage_flows.domain import flow as flows
from maillage_flows.domain.actor import Actor
from maillage_flows.domain.declaration import Declaration
from maillage_flows.domain.flow import Flow
from maillage_matching.domain import case as cases
from maillage_matching.domain.case import Case
from maillage_tours.domain import order as orders
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.samples import an_order

SEED = int(os.environ.get("SIMULATION_SEED", "20261123"))
LIVES = int(os.environ.get("LIVES", "600"))
STEPS = 20
BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CASES = [an_id("case"), an_id("another case")]
SYNERGIES = [an_id("synergy"), an_id("another synergy")]
HELD = ("reserved", "committed")


def a_flow() -> Flow:
    """Pallets that somebody noted."""
    said = {
        "kind": "material",
        "direction": "out",
        "intent": "offer",
        "willingness": "open",
        "resource": {"label": "Euro pallets", "spec": "pallet"},
        "available_until": (BEGAN + timedelta(days=60)).date(),
    }
    return Flow(
        flow_id=an_id("flow"),
        actor_id=an_id("Villaverde"),
        declaration=Declaration.model_validate(said),
        status="observed",
        stage="observed",
        observed_at=BEGAN,
    )


@dataclass(frozen=True)
class Circumstances:
    """What a step may look at beside the flow."""

    actor: Actor
    now: datetime
    which: int

    @property
    def case_id(self) -> UUID:
        return CASES[self.which]

    @property
    def synergy_id(self) -> UUID:
        return SYNERGIES[self.which]


TRIED: Mapping[str, Callable[[Flow, Circumstances], Flow]] = {
    "adopt": lambda flow, _: flows.adopt(flow),
    "qualify": lambda flow, _: flows.qualify(flow, "measured"),
    "open": lambda flow, at: flows.open_up(flow, at.actor, at.now.date()),
    "confirm": lambda flow, at: flows.confirm(flow, at.actor, at.now),
    "be unwilling": lambda flow, at: flows.amend(
        flow, {"willingness": "none"}, at.actor, at.now.date()
    ),
    "be willing": lambda flow, at: flows.amend(
        flow, {"willingness": "priority"}, at.actor, at.now.date()
    ),
    "have it longer": lambda flow, at: flows.amend(
        flow,
        {"available_until": (at.now + timedelta(days=60)).date().isoformat()},
        at.actor,
        at.now.date(),
    ),
    "withdraw": lambda flow, _: flows.withdraw(flow, None),
    "end": lambda flow, _: flows.end(flow, None),
    "reserve": lambda flow, at: flows.reserve(flow, at.case_id),
    "commit": lambda flow, at: flows.commit(flow, at.case_id, at.synergy_id),
    "release": lambda flow, at: flows.release(flow, at.actor, at.now.date(), "case_abandoned"),
    "age": lambda flow, at: flows.age(flow, at.now - timedelta(days=30), at.now.date()),
}


class Flows(RuleBasedStateMachine):
    """One flow, its actor, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.flow = a_flow()
        self.actor = Actor(actor_id=self.flow.actor_id)
        self.now = BEGAN

    @rule(what=st.sampled_from(sorted(TRIED)), which=st.integers(0, 1))
    def something_is_tried(self, what: str, which: int) -> None:
        at = Circumstances(self.actor, self.now, which)
        self.take(lambda: TRIED[what](self.flow, at))

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def consent_comes_or_goes(self) -> None:
        """As the service does: only open flows are suspended, only those come back."""
        self.actor = replace(self.actor, consents=not self.actor.consents)
        if not self.actor.consents and self.flow.status == "open":
            self.take(lambda: flows.suspend(self.flow, flows.CONSENT_WITHDRAWN))
        elif self.actor.consents and self.flow.reason == flows.CONSENT_WITHDRAWN:
            self.take(lambda: flows.resume(self.flow))

    def take(self, step: Callable[[], Flow]) -> None:
        """Take a step, or be refused; a step leads where the table says."""
        before = self.flow
        try:
            self.flow = step()
        except Refused:
            return
        moved = self.flow.status != before.status
        assert not moved or self.flow.status in flows.NEXT[before.status]
        assert flows.NEXT[before.status] or self.flow == before, "its life was over"
        assert self.flow.observed_at >= before.observed_at

    @invariant()
    def is_as_its_status_says(self) -> None:
        flow = self.flow
        assert (flow.held_by is not None) == (flow.status in HELD)
        if flow.status == "open":
            assert flow.declaration.is_willing
            assert self.actor.consents
        if flow.status in ("open", *HELD):
            assert flow.stage != "observed"


class Cases(RuleBasedStateMachine):
    """One case, which advisors move about and pause, and one order."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case(
            case_id=CaseId(an_id("case")),
            kind="substitution",
            title="Pallets",
            source="engine",
            owner="advisor-1",
            lead_ids=(LeadId(an_id("lead")),),
            members=(),
            resource="pallet",
            opened_at=BEGAN,
        )
        self.order: Order = an_order("order")

    @rule(status=st.sampled_from(sorted(cases.NEXT)))
    def the_case_is_moved(self, status: Any) -> None:  # noqa: ANN401 one of the statuses
        before = self.case
        try:
            self.case = before.moved(status, BEGAN, "advisor-1")
        except Refused:
            return
        assert status in cases.NEXT[before.status]
        assert self.case.version == before.version + 1
        assert [step.status for step in self.case.steps][-1] == status
        if before.status == "paused" and status not in cases.OVER:
            assert status == before.paused_from

    @rule(status=st.sampled_from(OrderStatus))
    def the_order_is_moved(self, status: OrderStatus) -> None:
        before = self.order
        try:
            self.order = before.become(status)
        except Refused:
            return
        assert status in orders.NEXT[before.status]
        assert self.order.version == before.version + 1

    @invariant()
    def a_pause_knows_where_it_ends(self) -> None:
        assert (self.case.paused_from is not None) == (self.case.status == "paused")
        assert self.case.paused_from not in cases.OVER


def live(machine: type[RuleBasedStateMachine]) -> None:
    """Run so many lives; fails with the shortest that is wrong."""
    run_state_machine_as_test(
        seed(SEED)(machine),
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=(HealthCheck.too_slow,),
            phases=[Phase.generate, Phase.shrink],
        ),
    )


def test_lives_of_a_flow() -> None:
    live(Flows)


def test_lives_of_a_case_and_of_an_order() -> None:
    live(Cases)
