"""What cases, synergies, consents and closings do to a flow."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_flows.domain.actor import Actor
from maillage_flows.domain.flow import (
    ACTOR_CLOSED,
    CONSENT_WITHDRAWN,
    LIVE,
    Flow,
    Status,
    commit,
    release,
    reserve,
    resume,
    suspend,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
CASE, SYNERGY = an_id("case"), an_id("synergy")

FlowMaker = Callable[..., Flow]


def test_an_open_flow_is_reserved_for_one_case(a_flow: FlowMaker) -> None:
    reserved = reserve(a_flow("open"), CASE)
    assert (reserved.status, reserved.held_by) == ("reserved", CASE)
    with pytest.raises(Refused, match="another case"):
        commit(reserved, an_id("another case"), SYNERGY)
    assert commit(reserved, CASE, SYNERGY).held_by == SYNERGY


@pytest.mark.parametrize("status", ["observed", "declared", "qualified", "open", "stale"])
def test_an_agreement_holds_whatever_the_paperwork(a_flow: FlowMaker, status: Status) -> None:
    committed = commit(a_flow(status), CASE, SYNERGY)
    assert (committed.status, committed.held_by) == ("committed", SYNERGY)
    assert committed.stage != "observed"


@pytest.mark.parametrize("status", ["reserved", "committed"])
def test_a_released_flow_is_open_again(
    a_flow: FlowMaker, villaverde: Actor, status: Status
) -> None:
    flow = release(a_flow(status, held_by=CASE), villaverde, TODAY, "synergy_ended")
    assert (flow.status, flow.held_by, flow.reason) == ("open", None, "synergy_ended")


def test_a_released_flow_whose_last_day_passed_has_ended(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    flow = a_flow("committed", available_until=YESTERDAY)
    assert release(flow, villaverde, TODAY, "synergy_ended").status == "ended"


def test_a_released_flow_opens_only_with_will_and_consent(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    unwilling = a_flow("committed", willingness="none", stage="qualified")
    assert release(unwilling, villaverde, TODAY, "synergy_ended").status == "qualified"
    without = release(
        a_flow("committed"), replace(villaverde, consents=False), TODAY, "synergy_ended"
    )
    assert (without.status, without.reason) == ("suspended", CONSENT_WITHDRAWN)
    assert resume(without).status == "open"


def test_only_what_is_held_is_released(a_flow: FlowMaker, villaverde: Actor) -> None:
    with pytest.raises(Refused, match="only a reserved or committed"):
        release(a_flow("open"), villaverde, TODAY, "case_abandoned")


@pytest.mark.parametrize("status", [status for status in LIVE if status != "suspended"])
def test_whatever_is_alive_is_suspended_when_its_actor_closes(
    a_flow: FlowMaker, status: Status
) -> None:
    flow = suspend(a_flow(status, open_questions=("form",)), ACTOR_CLOSED)
    assert (flow.status, flow.reason, flow.open_questions) == ("suspended", ACTOR_CLOSED, ())
    assert flow.is_over


def test_a_closed_actor_does_not_come_back_with_a_consent(a_flow: FlowMaker) -> None:
    flow = suspend(a_flow("open", open_questions=("form",)), CONSENT_WITHDRAWN)
    assert (flow.reason, flow.open_questions, flow.is_over) == (
        CONSENT_WITHDRAWN,
        ("form",),
        False,
    )
    closed = suspend(flow, ACTOR_CLOSED)
    assert (closed.reason, closed.open_questions) == (ACTOR_CLOSED, ())
