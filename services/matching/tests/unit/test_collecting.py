"""Firms that no zone brings together: gathered once, wherever they are, for what they share."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from maillage_matching.adapters.hexagons import Hexagons
from maillage_matching.domain.collecting import (
    MISSING_FIRMS_MAX,
    POOL_RESOLUTION,
    Pool,
    is_worth_telling,
    pools_of,
)
from maillage_matching.domain.draft import Draft
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Ground, Side
from maillage_matching.domain.pooling import draft_for_stream

MakeSide = Callable[..., Side]
GRID = Hexagons(POOL_RESOLUTION)
CARDBOARD: dict[str, Any] = {
    "kind": "waste",
    "intent": "offer",
    "spec": "cardboard",
    "waste_code": "15 01 01",
    "functions": (),
    "quantity": {"value": "1", "unit": "t", "per": "P1M"},
    "cost_today": {"amount": "3600.00"},
}


@pytest.fixture
def shop(an_offer: MakeSide) -> Callable[..., Side]:
    """A shop with cardboard, so many hundred metres east of the first; in no activity zone."""

    def make(number: int, **changes: Any) -> Side:  # noqa: ANN401 fields of a flow
        position = {"lat": 46.07, "lon": 6.4 + number * 0.0013}
        usual = {**CARDBOARD, "position": position, "activity_zone": None}
        return an_offer(who={"name": f"Shop {number}"}, **{**usual, **changes})

    return make


Shop = Callable[..., Side]


def led(pools: list[Pool]) -> list[Pool]:
    return [pool for pool in pools if pool.is_lead]


def shown(pools: list[Pool]) -> list[Pool]:
    return [pool for pool in pools if not pool.is_lead]


def test_twenty_firms_are_one_pool_not_a_hundred_and_ninety_pairs(
    shop: Shop, knowledge: Knowledge
) -> None:
    pools = pools_of([shop(n) for n in range(20)], GRID, knowledge)
    assert [len(pool.flow_ids) for pool in pools] == [20, 20]
    assert (len(shown(pools)), len(led(pools))) == (1, 1)
    assert led(pools)[0].slot == f"stream:out:cardboard:@{led(pools)[0].cell}"


def test_what_a_zone_brings_together_is_not_led_again(shop: Shop, knowledge: Knowledge) -> None:
    zoned = [shop(n, activity_zone="jourdies") for n in range(3)]
    alone = [shop(n, activity_zone=f"zone-{n}") for n in range(3, 6)]
    pools = pools_of([*zoned, *alone], GRID, knowledge)
    assert [len(pool.flow_ids) for pool in shown(pools)] == [6]
    (pool,) = led(pools)
    assert set(pool.flow_ids) == {side.flow.flow_id for side in alone}


def test_streams_are_not_mixed(shop: Shop, knowledge: Knowledge) -> None:
    wood = {"spec": "wood_treated", "waste_code": "15 01 03"}
    oil = {"spec": "used_oil", "waste_code": "13 02 05*", "is_hazardous": True}
    sides = [shop(n) for n in range(3)] + [shop(n, **wood) for n in range(3, 6)]
    sides += [shop(n, **oil) for n in range(6, 9)]
    pools = led(pools_of(sides, GRID, knowledge))
    assert [(pool.resource, len(pool.flow_ids)) for pool in pools] == [
        ("cardboard", 3), ("used_oil", 3), ("wood_treated", 3)
    ]  # fmt: skip
    assert pools[1].slot.endswith(":hazardous")


def test_two_firms_and_who_is_nowhere_make_no_pool(shop: Shop, knowledge: Knowledge) -> None:
    nowhere = shop(9, position=None)
    assert pools_of([shop(1), shop(2), nowhere], GRID, knowledge) == []


def test_the_largest_comes_first(shop: Shop, knowledge: Knowledge) -> None:
    far = [shop(n, position={"lat": 47.0, "lon": 6.4}) for n in range(10, 14)]
    pools = shown(pools_of([*(shop(n) for n in range(3)), *far], GRID, knowledge))
    assert [len(pool.flow_ids) for pool in pools] == [4, 3]


def test_a_kept_centre_stays_when_somebody_comes(shop: Shop, knowledge: Knowledge) -> None:
    oil = {"spec": "used_oil", "waste_code": "13 02 05*", "is_hazardous": True}
    before = [shop(n, **oil) for n in range(3)]
    (pool,) = led(pools_of(before, GRID, knowledge))
    after = [*before, *(shop(n, **oil) for n in range(20, 24))]
    (moved,) = led(pools_of(after, GRID, knowledge))
    assert moved.slot != pool.slot
    (kept,) = led(pools_of(after, GRID, knowledge, kept=[pool.slot]))
    assert (kept.slot, len(kept.flow_ids)) == (pool.slot, 7)


def test_a_pool_that_pays_or_nearly_does_is_told(shop: Shop, ground: Ground) -> None:
    def draft(**changes: Any) -> Draft:  # noqa: ANN401 fields of a flow
        found = draft_for_stream("slot", [shop(n, **changes) for n in range(3)], (), ground)
        assert found is not None
        return found

    enough = draft()
    assert is_worth_telling(enough)
    assert not is_worth_telling(draft(cost_today=None))
    assert not is_worth_telling(draft(cost_today={"amount": "10.00"}))
    assert not is_worth_telling(draft(position=None))
    pooled = enough.content.pooled
    assert pooled is not None
    for missing, told in ((MISSING_FIRMS_MAX, True), (MISSING_FIRMS_MAX + 1, False)):
        short = pooled.model_copy(update={"missing_firms": missing})
        content = enough.content.model_copy(update={"pooled": short})
        assert is_worth_telling(replace(enough, content=content)) is told
