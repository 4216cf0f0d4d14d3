"""The life of a sharing request: every move, whose it is, and for which times."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest

from maillage_contracts.refusals import Invalid, NotFound, Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.pair import Side
from maillage_matching.domain.sharing import (
    NEXT,
    WHO,
    Sharing,
    SharingStatus,
    Stretch,
    check_lent,
    check_stretch,
    check_turn,
)

MakeSide = Callable[..., Side]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OWNER, BORROWER = ActorId(an_id("Villaverde")), ActorId(an_id("STRH"))
STATUSES: tuple[SharingStatus, ...] = get_args(SharingStatus)
MOVES = list(product(STATUSES, STATUSES))


def hours(first: int, last: int) -> Stretch:
    return Stretch(NOW + timedelta(hours=first), NOW + timedelta(hours=last))


def a_request(status: SharingStatus = "new") -> Sharing:
    starts_at, ends_at = hours(24, 30)
    return Sharing(
        sharing_id=an_id("request"),
        flow_id=FlowId(an_id("forklift")),
        kind="equipment",
        label="Forklift",
        owner_id=OWNER,
        borrower_id=BORROWER,
        status=status,
        starts_at=starts_at,
        ends_at=ends_at,
        asked_at=NOW,
    )


@pytest.fixture
def forklift(an_offer: MakeSide) -> Callable[..., Flow]:
    def make(**changes: Any) -> Flow:  # noqa: ANN401 fields of a flow
        return an_offer(**{"kind": "equipment", "intent": "lend", **changes}).flow

    return make


@pytest.mark.parametrize(("status", "to"), MOVES)
def test_a_request_goes_only_where_its_life_leads(status: SharingStatus, to: SharingStatus) -> None:
    request = a_request(status)
    if to not in NEXT[status]:
        with pytest.raises(Refused, match=f"is {status}: it cannot become {to}"):
            request.moved(to, NOW, "anna")
        return
    moved = request.moved(to, NOW, "anna", stretch=hours(48, 50))
    assert (moved.status, moved.stretch, moved.version) == (to, hours(48, 50), 2)
    assert [(move.status, move.by, move.starts_at) for move in moved.moves] == [
        (to, "anna", hours(48, 50).starts_at)
    ]


def test_both_have_to_consent() -> None:
    assert set(WHO.values()) == {"owner", "borrower"}
    asked, offered = a_request("new"), a_request("to_confirm")
    check_turn(asked, "to_confirm", OWNER)
    with pytest.raises(Refused, match="for the owner to say"):
        check_turn(asked, "to_confirm", BORROWER)
    check_turn(offered, "confirmed", BORROWER)
    with pytest.raises(Refused, match="for the borrower to say"):
        check_turn(offered, "confirmed", OWNER)
    with pytest.raises(NotFound):
        check_turn(offered, "confirmed", ActorId(an_id("a stranger")))


@pytest.mark.parametrize("status", ["new", "to_confirm", "confirmed"])
def test_either_may_refuse(status: SharingStatus) -> None:
    check_turn(a_request(status), "refused", OWNER)
    check_turn(a_request(status), "refused", BORROWER)


def test_time_is_held_from_the_word_of_the_owner_until_the_end() -> None:
    held = [status for status in STATUSES if a_request(status).holds_time]
    assert held == ["to_confirm", "confirmed"]


def test_a_time_begins_when_the_one_before_has_ended() -> None:
    assert not hours(1, 2).meets(hours(2, 3))
    assert not hours(2, 3).meets(hours(1, 2))
    assert hours(1, 3).meets(hours(2, 4))
    assert hours(1, 4).meets(hours(2, 3))


@pytest.mark.parametrize("kind", ["equipment", "premises", "staff"])
def test_machines_premises_and_staff_are_lent(kind: str, forklift: Callable[..., Flow]) -> None:
    check_lent(forklift(kind=kind))
    check_lent(forklift(kind=kind, intent="offer"))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "waste"},
        {"direction": "in"},
        {"intent": "inform"},
        {"status": "reserved"},
        {"willingness": "none"},
    ],
)
def test_nothing_else_is(changes: dict[str, Any], forklift: Callable[..., Flow]) -> None:
    with pytest.raises(NotFound):
        check_lent(forklift(**changes))


@pytest.mark.parametrize(
    ("stretch", "field"),
    [
        (hours(2, 2), "ends_at"),
        (hours(3, 2), "ends_at"),
        (hours(-1, 2), "starts_at"),
        (Stretch(NOW + timedelta(seconds=30), NOW + timedelta(hours=1)), "starts_at"),
        (Stretch(NOW, NOW + timedelta(hours=1, microseconds=5)), "ends_at"),
        (hours(1, 24 * 368), "ends_at"),
        (hours(24 * 730, 24 * 734), "ends_at"),
        (hours(1, 24), "starts_at"),
        (hours(24 * 2, 24 * 40), "ends_at"),
    ],
)
def test_a_time_that_will_not_do_is_told_by_its_end(
    stretch: Stretch, field: str, forklift: Callable[..., Flow]
) -> None:
    flow = forklift(available_from="2026-11-24", available_until="2026-12-24")
    if stretch.ends_at - NOW > timedelta(days=300):
        flow = forklift()
    with pytest.raises(Invalid) as refusal:
        check_stretch(stretch, flow, NOW)
    assert refusal.value.field == field


def test_a_time_within_what_is_offered_will_do(forklift: Callable[..., Flow]) -> None:
    check_stretch(hours(0, 1), forklift(), NOW)
    flow = forklift(available_from="2026-11-24", available_until="2026-12-24")
    check_stretch(hours(24, 48), flow, NOW)
