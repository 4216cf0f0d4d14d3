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
    ("lots", "verdict"),
    [
        ((None, None), "pass"),
        ((lot("1", "kg"), None), "pass"),
        ((lot("1"), lot("0")), "pass"),
        ((lot("1"), lot("5")), "pass"),
        ((lot("0.99"), lot("5")), "fail"),
        ((lot("900", "kg"), lot("5")), "fail"),
        ((lot("50"), lot("0.1")), "pass"),
        ((lot("10", "unit"), lot("200", "kg")), "pass"),
        ((lot("1", "unit"), lot("200", "kg")), "fail"),
    ],
)
def test_a_lot_is_worth_a_trip(
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
    lots: tuple[Changes | None, Changes | None],
    verdict: str,
) -> None:
    pair = Pair(an_offer(per_pickup=lots[0]), a_need(per_pickup=lots[1]))
    assert lot_size(pair, ground).verdict == verdict
    assert lot_size(pair, ground).asks is None


@pytest.mark.parametrize(
    ("lots", "asked"),
    [
        ((None, lot("5")), "Villaverde"),
        ((lot("0"), lot("5")), "Villaverde"),
        ((lot("3", "m3"), lot("2")), "STRH"),
    ],
)
def test_who_can_tell_of_the_lot_is_asked(
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
    lots: tuple[Changes | None, Changes],
    asked: str,
) -> None:
    pair = Pair(an_offer(per_pickup=lots[0]), a_need(per_pickup=lots[1]))
    gate = lot_size(pair, ground)
    side = next(one for one in (pair.offer, pair.need) if one.name == asked)
    assert gate.verdict == "unknown"
    assert gate.asks is not None
    assert (gate.asks.flow_id, gate.asks.attribute) == (side.flow.flow_id, "per_pickup")


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
