"""What each reason for turning a lead down changes is what is written of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId, LeadId
from maillage_matching.domain.draft import Member
from maillage_matching.domain.lessons import teaches
from maillage_matching.domain.rejection import Rejection, suppressions_of
from maillage_matching.domain.suppression import (
    OUR_OWN_REASONS,
    REASONS,
    Amount,
    Suppressions,
    what_it_changes,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TAUGHT = {
    None: "nothing",
    True: "that such things serve such needs",
    False: "that such things do not serve such needs",
}
MEMBERS = tuple(
    Member(flow_id=FlowId(an_id(f"flow of {name}")), actor_id=ActorId(an_id(name)), role=role)
    for name, role in (("Villaverde", "donor"), ("STRH", "receiver"))
)
KEPT = Amount(flow_id=MEMBERS[0].flow_id, a_year=Decimal(100), unit="kg")


def rejected_for(reason: str) -> Rejection:
    return Rejection(
        lead_id=LeadId(an_id("lead")),
        slot="need:1",
        kind="substitution",
        resource="pallet",
        members=MEMBERS,
        reasons=(reason,),
        owner="advisor-1",
        at=NOON,
        amounts=(KEPT,),
    )


@pytest.mark.parametrize("reason", REASONS)
def test_what_is_written_of_a_reason_is_what_it_does(reason: str) -> None:
    [kept] = suppressions_of(rejected_for(reason))
    days = (kept.until - NOON.date()) / timedelta(days=1)
    whom = "the two firms, whatever flows" if kept.resource is None else "the two, for this thing"
    outgrown = kept.is_outgrown({KEPT.flow_id: (2 * KEPT.a_year, KEPT.unit)})
    lifted = ", or until an amount changes by half" if outgrown else ""
    taught = TAUGHT[teaches("rejected", (reason,))]
    told = f"keeps apart {whom}, for {days:.0f} days{lifted}; teaches {taught}"
    assert what_it_changes(reason) == told


@pytest.mark.parametrize(
    ("now", "outgrown"),
    [
        (None, False),
        ((Decimal(149), "kg"), False),
        ((Decimal(150), "kg"), True),
        ((Decimal(51), "kg"), False),
        ((Decimal(50), "kg"), True),
        ((Decimal(900), "unit"), False),  # another unit cannot be compared
    ],
)
def test_an_amount_is_another_one_from_half_of_it_on(
    now: tuple[Decimal, str] | None, *, outgrown: bool
) -> None:
    [small] = suppressions_of(rejected_for("volume_too_small"))
    assert small.is_outgrown({KEPT.flow_id: now}) is outgrown
    [unwilling] = suppressions_of(rejected_for("no_wish"))
    assert not unwilling.is_outgrown({KEPT.flow_id: now})


def test_what_is_outgrown_leaves_room_for_what_still_holds() -> None:
    [small] = suppressions_of(rejected_for("volume_too_small"))
    [busy] = suppressions_of(rejected_for("no_time"))
    found = Suppressions([small, busy], NOON.date())
    donor, receiver = (one.actor_id for one in MEMBERS)
    assert found.between(donor, receiver, "pallet") == small
    grown = {KEPT.flow_id: (Decimal(300), "kg")}
    assert found.between(donor, receiver, "pallet", grown) == busy


def test_what_no_person_says_changes_nothing() -> None:
    assert {what_it_changes(one) for one in OUR_OWN_REASONS} == {
        "keeps nothing apart, teaches nothing"
    }
