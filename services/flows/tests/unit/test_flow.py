"""The life of a flow: every step the table forbids, and what each step asks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.samples import an_id
from maillage_flows.domain.actor import Actor
from maillage_flows.domain.declaration import Declaration
from maillage_flows.domain.flow import (
    CONSENT_WITHDRAWN,
    LIVE,
    NEXT,
    Flow,
    Said,
    Status,
    adopt,
    age,
    amend,
    begun,
    changed,
    confirm,
    end,
    move,
    open_up,
    qualify,
    redeclare,
    refreshed,
    resume,
    withdraw,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
STATUSES: tuple[Status, ...] = get_args(Status)
SYNERGY = an_id("synergy")

FlowMaker = Callable[..., Flow]
Saying = Callable[..., Declaration]


def test_the_table_names_every_status_once() -> None:
    assert sorted(NEXT) == sorted(STATUSES)
    assert all(next_ <= set(STATUSES) for next_ in NEXT.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [(one, other) for one in STATUSES for other in STATUSES if other not in NEXT[one]],
)
def test_what_the_table_forbids_is_refused(
    a_flow: FlowMaker, before: Status, after: Status
) -> None:
    with pytest.raises(Refused, match=f"is {before} cannot become {after}"):
        move(a_flow(before), after)


@pytest.mark.parametrize(
    ("before", "after"), [(one, other) for one, others in NEXT.items() for other in sorted(others)]
)
def test_what_the_table_allows_is_done(a_flow: FlowMaker, before: Status, after: Status) -> None:
    assert move(a_flow(before, reason="before"), after).status == after


def test_nothing_may_be_opened_that_its_firm_did_not_declare() -> None:
    assert "open" not in NEXT["observed"]


def test_the_end_is_the_end() -> None:
    assert {status for status in STATUSES if status not in LIVE} == {"withdrawn", "ended"}


# Declared


def test_a_flow_begins_at_the_first_site_of_its_actor(
    a_declaration: Saying, villaverde: Actor
) -> None:
    said = Said(a_declaration())
    flow = begun(an_id("flow"), villaverde, said, "declared", NOW)
    assert flow.declaration.site_id == villaverde.sites[0].site_id
    assert flow.declaration.activity_zone == "jourdies"
    assert (flow.status, flow.observed_at) == ("declared", NOW)
    assert flow.fingerprint == said.fingerprint


def test_nothing_is_declared_for_a_closed_actor(a_declaration: Saying, villaverde: Actor) -> None:
    with pytest.raises(Refused, match="closed"):
        begun(
            an_id("flow"),
            replace(villaverde, is_closed=True),
            Said(a_declaration()),
            "declared",
            NOW,
        )


def test_nobody_saw_anything_tomorrow(a_declaration: Saying, villaverde: Actor) -> None:
    said = Said(a_declaration(), NOW + timedelta(hours=1))
    with pytest.raises(Invalid, match="future") as refused:
        begun(an_id("flow"), villaverde, said, "declared", NOW)
    assert refused.value.field == "observed_at"


def test_what_is_over_is_not_declared(a_declaration: Saying, villaverde: Actor) -> None:
    said = Said(a_declaration(available_until=YESTERDAY))
    with pytest.raises(Invalid, match="passed") as refused:
        begun(an_id("flow"), villaverde, said, "declared", NOW)
    assert refused.value.field == "available_until"


def test_the_fingerprint_is_of_what_is_said_not_of_when(a_declaration: Saying) -> None:
    said = Said(a_declaration(quantity={"value": "2", "unit": "t", "per": "P1M"}), NOW)
    assert replace(said, seen=None).fingerprint == said.fingerprint
    assert replace(said, wants="open").fingerprint != said.fingerprint
    assert Said(a_declaration()).fingerprint != said.fingerprint


def test_saying_it_otherwise_changes_only_what_is_said(
    a_flow: FlowMaker, a_declaration: Saying, villaverde: Actor
) -> None:
    flow = a_flow("open", condition={"contamination": "clean"}, confidence="diagnosed")
    said = Said(a_declaration(pain_rank=1, confidence="declared"))
    again = redeclare(flow, said, villaverde, NOW)
    assert list(changed(flow, again)) == ["pain_rank", "observed_at"]
    assert again.declaration.condition.contamination == "clean"
    assert again.declaration.confidence == "diagnosed"
    assert again.fingerprint == said.fingerprint


def test_saying_it_again_may_make_it_surer(
    a_flow: FlowMaker, a_declaration: Saying, villaverde: Actor
) -> None:
    said = Said(a_declaration(confidence="measured"), NOW - timedelta(days=300))
    again = redeclare(a_flow("open"), said, villaverde, NOW)
    assert again.declaration.confidence == "measured"
    assert again.observed_at == a_flow().observed_at  # an older look makes nothing fresher


# Examined


def test_a_firm_adopts_what_was_noted(a_flow: FlowMaker) -> None:
    flow = adopt(a_flow("observed", confidence="observed"))
    assert (flow.status, flow.stage, flow.declaration.confidence) == (
        "declared",
        "declared",
        "declared",
    )
    with pytest.raises(Refused, match="only an observed flow"):
        adopt(flow)


@pytest.mark.parametrize("status", ["observed", "declared"])
def test_an_examined_flow_is_qualified(a_flow: FlowMaker, status: Status) -> None:
    flow = qualify(a_flow(status), "diagnosed")
    assert (flow.status, flow.stage, flow.declaration.confidence) == (
        "qualified",
        "qualified",
        "diagnosed",
    )


def test_an_open_flow_that_is_measured_stays_open(a_flow: FlowMaker) -> None:
    flow = qualify(a_flow("open"), "measured")
    assert (flow.status, flow.stage, flow.declaration.confidence) == (
        "open",
        "qualified",
        "measured",
    )


def test_a_diagnosis_does_not_undo_a_measure(a_flow: FlowMaker) -> None:
    measured = a_flow("qualified", confidence="measured")
    assert qualify(measured, "diagnosed") == measured


def test_an_ended_flow_is_not_examined(a_flow: FlowMaker) -> None:
    with pytest.raises(Refused, match="ended for good"):
        qualify(a_flow("ended"), "measured")


# Open


@pytest.mark.parametrize("status", ["declared", "qualified"])
@pytest.mark.parametrize("willingness", ["open", "priority"])
def test_a_willing_firm_opens_its_flow(
    a_flow: FlowMaker, villaverde: Actor, status: Status, willingness: str
) -> None:
    assert open_up(a_flow(status, willingness=willingness), villaverde, TODAY).status == "open"


@pytest.mark.parametrize("status", [s for s in STATUSES if s not in ("declared", "qualified")])
def test_only_a_declared_or_qualified_flow_opens(
    a_flow: FlowMaker, villaverde: Actor, status: Status
) -> None:
    with pytest.raises(Refused, match=f"this one is {status}"):
        open_up(a_flow(status), villaverde, TODAY)


def test_only_what_a_firm_wants_to_work_on_opens(a_flow: FlowMaker, villaverde: Actor) -> None:
    with pytest.raises(Refused, match="willingness"):
        open_up(a_flow(willingness="none"), villaverde, TODAY)


def test_nothing_opens_without_consent(a_flow: FlowMaker, villaverde: Actor) -> None:
    with pytest.raises(Refused, match="consent"):
        open_up(a_flow(), replace(villaverde, consents=False), TODAY)


def test_nothing_opens_after_its_last_day(a_flow: FlowMaker, villaverde: Actor) -> None:
    with pytest.raises(Invalid, match="passed"):
        open_up(a_flow(available_until=YESTERDAY), villaverde, TODAY)
    assert open_up(a_flow(available_until=TODAY), villaverde, TODAY).status == "open"


# Amended


def test_a_patch_changes_what_it_names(a_flow: FlowMaker, villaverde: Actor) -> None:
    flow = a_flow("open")
    after = amend(flow, {"condition": {"contamination": "clean"}}, villaverde, TODAY)
    assert list(changed(flow, after)) == ["condition.contamination"]
    assert amend(after, {"condition": {"contamination": "clean"}}, villaverde, TODAY) == after


def test_whoever_is_no_longer_willing_leaves_open(a_flow: FlowMaker, villaverde: Actor) -> None:
    flow = a_flow("open", stage="qualified")
    assert amend(flow, {"willingness": "none"}, villaverde, TODAY).status == "qualified"
    assert amend(flow, {"willingness": "priority"}, villaverde, TODAY).status == "open"


def test_another_site_brings_its_place(a_flow: FlowMaker, villaverde: Actor) -> None:
    flow = begun(an_id("flow"), villaverde, Said(a_flow().declaration), "declared", NOW)
    nursery = villaverde.sites[1]
    after = amend(flow, {"site_id": str(nursery.site_id)}, villaverde, TODAY)
    assert after.declaration.position == nursery.position
    assert after.declaration.activity_zone == "bonneville"


def test_a_site_that_is_gone_hinders_no_other_change(a_flow: FlowMaker, villaverde: Actor) -> None:
    flow = a_flow(site_id=an_id("a site that was torn down"))
    assert amend(flow, {"pain_rank": 1}, villaverde, TODAY).declaration.pain_rank == 1


def test_confidence_is_not_amended(a_flow: FlowMaker, villaverde: Actor) -> None:
    with pytest.raises(Invalid, match="declared or qualified") as refused:
        amend(a_flow(), {"confidence": "measured"}, villaverde, TODAY)
    assert refused.value.field == "confidence"


def test_a_last_day_that_has_passed_is_refused_only_when_it_is_said(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    committed = a_flow("committed", available_until=YESTERDAY)
    assert amend(committed, {"pain_rank": 2}, villaverde, TODAY).declaration.pain_rank == 2
    with pytest.raises(Invalid, match="passed"):
        amend(a_flow(), {"available_until": str(YESTERDAY)}, villaverde, TODAY)


def test_who_has_it_for_longer_comes_back_from_expired(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    flow = a_flow("expired", was_open=True, available_until=YESTERDAY)
    still_over = amend(flow, {"pain_rank": 1}, villaverde, TODAY)
    assert still_over.status == "expired"
    assert amend(flow, {"available_until": str(TODAY)}, villaverde, TODAY).status == "open"


@pytest.mark.parametrize("status", ["ended", "withdrawn"])
def test_what_is_gone_is_not_amended(a_flow: FlowMaker, villaverde: Actor, status: Status) -> None:
    with pytest.raises(Refused, match="for good"):
        amend(a_flow(status), {"pain_rank": 1}, villaverde, TODAY)


# Confirmed, stale, expired


@pytest.mark.parametrize("status", ["observed", "declared", "qualified", "open"])
def test_what_nobody_confirms_goes_stale_and_comes_back(
    a_flow: FlowMaker, villaverde: Actor, status: Status
) -> None:
    flow = a_flow(status)
    stale = age(flow, NOW, TODAY)
    assert (stale.status, stale.reason) == ("stale", "not_confirmed")
    back = confirm(stale, villaverde, NOW)
    assert (back.status, back.observed_at, back.was_open) == (status, NOW, False)


@pytest.mark.parametrize("status", ["reserved", "committed", "suspended", "withdrawn", "ended"])
def test_what_somebody_works_on_does_not_go_stale(a_flow: FlowMaker, status: Status) -> None:
    flow = a_flow(status, available_until=YESTERDAY)
    assert age(flow, NOW, TODAY) == flow


def test_a_fresh_flow_does_not_age(a_flow: FlowMaker) -> None:
    flow = a_flow("open", available_until=TODAY)
    assert age(flow, flow.observed_at, TODAY) == flow


def test_after_its_last_day_a_flow_expires_stale_or_not(a_flow: FlowMaker) -> None:
    flow = a_flow("open", available_until=YESTERDAY)
    for before in (flow, replace(flow, status="stale", was_open=True)):
        expired = age(before, NOW, TODAY)
        assert (expired.status, expired.reason, expired.was_open) == (
            "expired",
            "last_day_passed",
            True,
        )


def test_an_expired_flow_is_not_confirmed_but_given_longer(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    flow = a_flow("expired", available_until=YESTERDAY)
    with pytest.raises(Refused, match="change available_until"):
        confirm(flow, villaverde, NOW)


def test_a_stale_flow_comes_back_without_being_matched_when_consent_is_gone(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    stale = a_flow("stale", was_open=True)
    back = confirm(stale, replace(villaverde, consents=False), NOW)
    assert (back.status, back.reason) == ("suspended", CONSENT_WITHDRAWN)
    assert resume(back).status == "open"


def test_a_stale_flow_whose_firm_is_no_longer_willing_comes_back_to_rest(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    stale = a_flow("stale", was_open=True, willingness="none")
    assert confirm(stale, villaverde, NOW).status == "declared"


@pytest.mark.parametrize("status", ["reserved", "committed"])
def test_confirming_renews_what_somebody_works_on(
    a_flow: FlowMaker, villaverde: Actor, status: Status
) -> None:
    flow = a_flow(status, available_until=YESTERDAY)
    assert list(changed(flow, confirm(flow, villaverde, NOW))) == ["observed_at"]


def test_confirming_is_refused_where_it_changes_nothing(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    with pytest.raises(Refused, match="suspended"):
        confirm(a_flow("suspended", reason=CONSENT_WITHDRAWN), villaverde, NOW)
    with pytest.raises(Refused, match="for good"):
        confirm(a_flow("ended"), villaverde, NOW)


def test_a_look_at_an_expired_flow_does_not_bring_it_back(
    a_flow: FlowMaker, villaverde: Actor
) -> None:
    seen = refreshed(a_flow("expired", available_until=YESTERDAY), villaverde, NOW)
    assert (seen.status, seen.observed_at) == ("expired", NOW)


# Gone


def test_a_withdrawn_flow_is_asked_nothing_more(a_flow: FlowMaker) -> None:
    flow = withdraw(a_flow("open", open_questions=("form",)), "sold")
    assert (flow.status, flow.reason, flow.open_questions) == ("withdrawn", "sold", ())


def test_a_flow_that_serves_a_synergy_is_not_withdrawn_but_may_end(a_flow: FlowMaker) -> None:
    flow = a_flow("committed", held_by=SYNERGY)
    with pytest.raises(Refused, match="end the synergy first"):
        withdraw(flow, None)
    assert end(flow, None).held_by is None
