"""What every store must keep of rounds, and which flows it looks at again for them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from maillage_contracts.samples import a_flow, an_existing_round, an_id
from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.existing_round import Box, Round
from maillage_matching.usecases.follow_flows import flow_as_known
from maillage_matching.usecases.follow_rounds import round_as_known
from maillage_matching.usecases.store import Store

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Do = Callable[[Callable[[Store], Awaitable[T]]], Awaitable[T]]


def known(name: str, **changes: object) -> Round:
    return round_as_known(an_existing_round(round_id=an_id(name), **changes))


async def test_late_events_never_undo_newer_ones_and_what_changed_is_told(do: Do[Any]) -> None:
    old, new = known("a", label="Mondays"), known("a", label="Tuesdays")
    assert await do(lambda store: store.follow_rounds([(old, 1)])) == [old]
    assert await do(lambda store: store.follow_rounds([(new, 2)])) == [old, new]
    assert await do(lambda store: store.follow_rounds([(old, 1)])) == []
    assert await do(lambda store: store.follow_rounds([(new, 2)])) == []
    assert await do(lambda store: store.rounds(9)) == [new]


async def test_only_rounds_that_are_driven_are_looked_at(do: Do[Any]) -> None:
    ended, driven = known("a", status="ended"), [known(name) for name in "bc"]
    await do(lambda store: store.follow_rounds([(one, 1) for one in (ended, *driven)]))
    ordered = sorted(driven, key=lambda one: one.round_id)
    assert await do(lambda store: store.rounds(9)) == ordered
    assert await do(lambda store: store.rounds(1)) == ordered[:1]


async def test_flows_of_a_part_of_the_map_are_looked_at_again(do: Do[Any]) -> None:
    places = {
        "inside": {"lat": 46.1, "lon": 6.3},
        "north": {"lat": 46.6, "lon": 6.3},
        "east": {"lat": 46.1, "lon": 6.9},
        "second": {"lat": 48.5, "lon": 2.5},
        "nowhere": None,
    }
    flows = [
        flow_as_known(a_flow(flow_id=an_id(name), position=place)) for name, place in places.items()
    ]
    shut = flow_as_known(a_flow(flow_id=an_id("shut"), position=places["inside"], status="stale"))
    await do(lambda store: store.follow_flows([(one, 1) for one in (*flows, shut)], NOW))
    await do(lambda store: store.due_flows(NOW, "v1", 99))
    await do(lambda store: store.mark_due_within(NOW, []))
    assert await do(lambda store: store.due_flows(NOW, "v1", 99)) == []
    parts = [Box(46.0, 6.0, 46.5, 6.5), Box(48.0, 2.0, 49.0, 3.0)]
    await do(lambda store: store.mark_due_within(NOW, parts))
    due = {flow.flow_id for flow, _ in await do(lambda store: store.due_flows(NOW, "v1", 99))}
    assert due == {FlowId(an_id(name)) for name in ("inside", "second")}
