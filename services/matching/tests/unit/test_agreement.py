"""What an agreement must satisfy, and what may be published of it."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import get_args

import pytest

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, CaseId, FlowId
from maillage_matching.domain.agreement import (
    CASES_TO_PUBLISH,
    NEXT,
    SynergyStatus,
    check_move,
    check_parties,
    check_publishable,
)
from maillage_matching.domain.case import Case
from maillage_matching.domain.draft import Member

ONE, OTHER = ActorId(an_id("Villaverde")), ActorId(an_id("STRH"))
FLOWS = FlowId(an_id("offer")), FlowId(an_id("need"))
CASE = Case(
    case_id=CaseId(an_id("case")),
    kind="substitution",
    title="Pallets",
    source="engine",
    owner="advisor-1",
    lead_ids=(),
    members=(
        Member(flow_id=FLOWS[0], actor_id=ONE, role="donor"),
        Member(flow_id=FLOWS[1], actor_id=OTHER, role="receiver"),
    ),
    resource="pallet",
    opened_at=datetime(2026, 11, 23, tzinfo=UTC),
)
STATUSES: tuple[SynergyStatus, ...] = get_args(SynergyStatus)


@pytest.mark.parametrize(
    ("one", "other"),
    [(one, other) for one, other in product(STATUSES, repeat=2) if other not in NEXT[one]],
)
def test_a_synergy_ends_once(one: SynergyStatus, other: SynergyStatus) -> None:
    with pytest.raises(Refused):
        check_move(one, other)


def test_shares_of_the_parties_of_the_case_add_up_to_one() -> None:
    check_move("agreed", "ended")
    check_parties(CASE, [(ONE, Decimal("0.25")), (OTHER, Decimal("0.75"))], FLOWS)
    check_parties(CASE, [(ONE, Decimal(1)), (OTHER, Decimal(0))], ())


@pytest.mark.parametrize(
    ("shares", "flows", "field"),
    [
        ([(ONE, Decimal("0.5")), (OTHER, Decimal("0.499999"))], FLOWS, "parties"),
        ([(ONE, Decimal("0.5")), (ONE, Decimal("0.5"))], FLOWS, "parties"),
        ([(ONE, Decimal("0.5")), (ActorId(an_id("X")), Decimal("0.5"))], FLOWS, "parties"),
        ([(ONE, Decimal("0.5")), (OTHER, Decimal("0.5"))], (FlowId(an_id("X")),), "flow_ids"),
    ],
)
def test_any_other_agreement_is_refused(
    shares: list[tuple[ActorId, Decimal]], flows: tuple[FlowId, ...], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        check_parties(CASE, shares, flows)
    assert refusal.value.field == field


def test_nobody_can_be_recognised_in_what_is_published() -> None:
    check_publishable(consented=False, refusing=["STRH"], crowd=CASES_TO_PUBLISH)
    check_publishable(consented=True, refusing=[], crowd=1)
    with pytest.raises(Refused, match="could be recognised"):
        check_publishable(consented=False, refusing=[], crowd=CASES_TO_PUBLISH - 1)
    with pytest.raises(Refused, match="STRH"):
        check_publishable(consented=True, refusing=["STRH"], crowd=1)
