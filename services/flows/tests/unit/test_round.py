"""Rounds: what is told of them, and their short life."""

import pytest
from pydantic import ValidationError

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.samples import a_place, an_id
from maillage_flows.domain.round import NEXT, Round, RoundTold, check_round, end_round, retold


def a_told_round(**changes: object) -> RoundTold:
    usual: dict[str, object] = {
        "label": "Tournée du pain",
        "weekdays": [1, 3, 5],
        "departs_at": "06:30",
        "vehicle_class": "van",
        "energy": "diesel",
        "stops": [a_place()],
        "distance_km": "29",
        "empty_km": "12",
        "carried_kg": "160",
        "free": [{"leg": "out", "mass_kg": "240"}, {"leg": "back", "mass_kg": "400"}],
    }
    return RoundTold.model_validate(usual | changes)


A_ROUND = Round(an_id("round"), an_id("Villaverde"), a_told_round())


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("weekdays", {"weekdays": [1, 1]}, "each weekday once"),
        ("weekdays.0", {"weekdays": [8]}, "less than or equal to 7"),
        ("departs_at", {"departs_at": "06:30+01:00"}, "no offset"),
        ("vehicle_class", {"vehicle_class": "lorry"}, "use one of: cargo_bike"),
        ("energy", {"energy": "coal"}, "use one of: human"),
        ("stops", {"stops": []}, "at least 1"),
        ("free.0.leg", {"free": [{"leg": "up", "mass_kg": 1}]}, "'out' or 'back'"),
        ("carried_kg", {"carried_kg": -1}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_driven_is_refused(
    field: str, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        a_told_round(**changes)
    assert ".".join(map(str, refused.value.errors()[0]["loc"])) == field


def test_weekdays_come_in_their_order() -> None:
    assert a_told_round(weekdays=[5, 1]).weekdays == (1, 5)


def test_it_is_not_empty_for_longer_than_it_drives() -> None:
    with pytest.raises(Invalid, match="distance_km") as refused:
        check_round(a_told_round(empty_km="30"))
    assert refused.value.field == "empty_km"
    check_round(a_told_round(empty_km="29"))


def test_each_room_is_told_once() -> None:
    room = {"leg": "out", "mass_kg": "1"}
    with pytest.raises(Invalid, match="once"):
        check_round(a_told_round(free=[room, room]))
    check_round(a_told_round(free=[room, {**room, "temperature": "cold"}]))


def test_the_same_words_change_nothing() -> None:
    assert retold(A_ROUND, a_told_round()) is A_ROUND
    assert retold(A_ROUND, a_told_round(carried_kg="170")).told.carried_kg == 170


def test_only_an_active_round_ends_and_nothing_follows() -> None:
    assert {"active": {"ended"}, "ended": frozenset()} == NEXT
    ended = end_round(A_ROUND)
    assert ended.status == "ended"
    with pytest.raises(Refused, match="ended already"):
        end_round(ended)
    with pytest.raises(Refused, match="declare a new one"):
        retold(ended, a_told_round(carried_kg="170"))
    assert retold(ended, a_told_round()) is ended
