"""What comes at one time, beside what is taken at one time."""

from collections.abc import Callable
from typing import Any

import pytest

from maillage_matching.domain.gates_of_matter import lot_size
from maillage_matching.domain.pair import Ground, Pair, Side

MakeSide = Callable[..., Side]
Changes = dict[str, Any]


def lot(value: str, unit: str = "t") -> Changes:
    return {"value": value, "unit": unit}


@pytest.mark.parametrize(
    ("offer", "need", "verdict", "asked_of_the_offer"),
    [
        (None, None, "pass", None),
        (lot("1", "kg"), None, "pass", None),
        (lot("1"), lot("0"), "pass", None),
        (lot("1"), lot("5"), "pass", None),
        (lot("0.99"), lot("5"), "fail", None),
        (lot("900", "kg"), lot("5"), "fail", None),
        (lot("50"), lot("0.1"), "pass", None),
        (None, lot("5"), "unknown", True),
        (lot("0"), lot("5"), "unknown", True),
        (lot("10", "unit"), lot("200", "kg"), "pass", None),
        (lot("1", "unit"), lot("200", "kg"), "fail", None),
        (lot("3", "m3"), lot("2"), "unknown", False),
    ],
)
def test_a_lot_is_worth_a_trip(
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
    offer: Changes | None,
    need: Changes | None,
    verdict: str,
    asked_of_the_offer: bool | None,  # noqa: FBT001 a case
) -> None:
    pair = Pair(an_offer(per_pickup=offer), a_need(per_pickup=need))
    gate = lot_size(pair, ground)
    assert gate.verdict == verdict
    if gate.asks is not None:
        asked = pair.offer if asked_of_the_offer else pair.need
        assert (gate.asks.flow_id, gate.asks.attribute) == (asked.flow.flow_id, "per_pickup")
    assert (gate.asks is None) is (asked_of_the_offer is None)


def test_a_lot_is_weighed_after_it_was_transformed(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    rule = ground.knowledge.rule_named("shred_cardboard")
    assert rule is not None
    assert rule.ratio_min is not None
    least = rule.ratio_min / rule.yielded
    for value, verdict in ((least, "pass"), (least * 9 / 10, "fail")):
        pair = Pair(
            an_offer(spec="cardboard", per_pickup=lot(f"{value}")),
            a_need(spec="bubble_wrap", per_pickup=lot("1")),
            rule,
        )
        assert lot_size(pair, ground).verdict == verdict
