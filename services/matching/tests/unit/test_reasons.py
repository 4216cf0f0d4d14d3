"""What each reason for turning a lead down changes is what is written of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId, LeadId
from maillage_matching.domain.draft import Member
from maillage_matching.domain.lessons import teaches
from maillage_matching.domain.rejection import Rejection, rulings_of, suppressions_of
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
        ways=frozenset({"repaired"}),
        replaces="crate",
        note="They said so.",
    )


@pytest.mark.parametrize("reason", REASONS)
def test_what_is_written_of_a_reason_is_what_it_does(reason: str) -> None:
    [kept] = suppressions_of(rejected_for(reason))
    days = (kept.until - NOON.date()) / timedelta(days=1)
    whom = "the two firms, whatever flows" if kept.resource is None else "the two, for this thing"
    outgrown = kept.is_outgrown({KEPT.flow_id: (2 * KEPT.a_year, KEPT.unit)})
    lifted = ", or until an amount changes by half" if outgrown else ""
    if kept.is_outgrown({}, "shredded"):
        lifted += ", or until the catalogue knows another way"
    taught = TAUGHT[teaches("rejected", (reason,))]
    proposed = "; proposes a ruling" if rulings_of(rejected_for(reason)) else ""
    told = f"keeps apart {whom}, for {days:.0f} days{lifted}; teaches {taught}{proposed}"
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


def test_another_way_is_one_that_was_not_known_then() -> None:
    [unfit] = suppressions_of(rejected_for("wrong_form"))
    assert unfit.is_outgrown({}, "shredded")
    assert not unfit.is_outgrown({}, "repaired")
    assert not unfit.is_outgrown({}, None)  # as it is, it still does not fit
    by_hand = unfit.model_copy(update={"ways": None})
    assert not by_hand.is_outgrown({}, "shredded")
    found = Suppressions([unfit], NOON.date())
    donor, receiver = (one.actor_id for one in MEMBERS)
    assert found.between(donor, receiver, "pallet", rule="repaired") == unfit
    assert found.between(donor, receiver, "pallet", rule="shredded") is None


def test_a_reason_of_law_proposes_a_ruling_on_such_things_and_such_needs() -> None:
    [one] = rulings_of(rejected_for("permit"))
    assert (one.resource, one.need, one.reason, one.status) == (
        *("pallet", "crate", "permit"),
        "proposed",
    )
    [voice] = one.voices
    assert (voice.by, voice.at, voice.note) == ("advisor-1", NOON, "They said so.")
    [again] = rulings_of(rejected_for("permit").model_copy(update={"lead_id": an_id("other")}))
    assert again.ruling_id == one.ruling_id
    [other] = rulings_of(rejected_for("sanitary"))
    assert other.ruling_id != one.ruling_id
    assert rulings_of(rejected_for("too_far")) == []
    pooled = rejected_for("permit").model_copy(update={"kind": "mutualisation"})
    assert rulings_of(pooled) == []


def test_what_is_outgrown_leaves_room_for_what_still_holds() -> None:
    [small] = suppressions_of(rejected_for("volume_too_small"))
    [busy] = suppressions_of(rejected_for("no_time"))
    found = Suppressions([small, busy], NOON.date())
    donor, receiver = (one.actor_id for one in MEMBERS)
    assert found.between(donor, receiver, "pallet") == small
    grown = {KEPT.flow_id: (Decimal(300), "kg")}
    assert found.between(donor, receiver, "pallet", grown) == busy


@pytest.mark.parametrize("kind", ["substitution", "mutualisation"])
def test_a_firm_that_would_say_so_to_anybody_is_left_alone_for_this_thing(kind: str) -> None:
    donor, receiver = (one.actor_id for one in MEMBERS)
    stranger = ActorId(an_id("stranger"))
    told = {"said_by": receiver, "kind": kind}
    [unwilling] = suppressions_of(rejected_for("no_wish").model_copy(update=told))
    found = Suppressions([unwilling], NOON.date())
    assert found.between(stranger, receiver, "pallet") == unwilling
    assert found.between(receiver, stranger, "pallet") == unwilling
    assert found.between(donor, stranger, "pallet") is None
    assert found.between(stranger, receiver, "cardboard") is None
    assert (found.of_firm(receiver, "pallet"), found.of_firm(donor, "pallet")) == (unwilling, None)
    assert found.of_slot("need:1") is None


def test_rivals_are_two_whoever_says_it() -> None:
    told = {"said_by": MEMBERS[1].actor_id}
    [rivals] = suppressions_of(rejected_for("competitors").model_copy(update=told))
    assert rivals.actors == {one.actor_id for one in MEMBERS}


def test_what_one_firm_had_too_little_of_it_may_have_enough_of_later() -> None:
    donor = MEMBERS[0].actor_id
    told = {"said_by": donor}
    [small] = suppressions_of(rejected_for("volume_too_small").model_copy(update=told))
    found = Suppressions([small], NOON.date())
    assert found.of_firm(donor, "pallet") == small
    grown = {KEPT.flow_id: (2 * KEPT.a_year, KEPT.unit)}
    assert found.of_firm(donor, "pallet", grown) is None


def test_what_no_person_says_changes_nothing() -> None:
    assert {what_it_changes(one) for one in OUR_OWN_REASONS} == {
        "keeps nothing apart, teaches nothing"
    }
