"""What each reason for turning a lead down changes is what is written of it."""

from datetime import UTC, datetime, timedelta

import pytest

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId, LeadId
from maillage_matching.domain.draft import Member
from maillage_matching.domain.lessons import teaches
from maillage_matching.domain.rejection import Rejection, suppressions_of
from maillage_matching.domain.suppression import OUR_OWN_REASONS, REASONS, what_it_changes

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


@pytest.mark.parametrize("reason", REASONS)
def test_what_is_written_of_a_reason_is_what_it_does(reason: str) -> None:
    rejection = Rejection(
        lead_id=LeadId(an_id("lead")),
        slot="need:1",
        kind="substitution",
        resource="pallet",
        members=MEMBERS,
        reasons=(reason,),
        owner="advisor-1",
        at=NOON,
    )
    [kept] = suppressions_of(rejection)
    days = (kept.until - NOON.date()) / timedelta(days=1)
    whom = "the two firms, whatever flows" if kept.resource is None else "the two, for this thing"
    taught = TAUGHT[teaches("rejected", (reason,))]
    assert what_it_changes(reason) == (f"keeps apart {whom}, for {days:.0f} days; teaches {taught}")


def test_what_no_person_says_changes_nothing() -> None:
    assert {what_it_changes(one) for one in OUR_OWN_REASONS} == {
        "keeps nothing apart, teaches nothing"
    }
