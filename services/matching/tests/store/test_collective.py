"""What every store must keep of pools and of the reports of missing links."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from maillage_contracts.samples import a_flow, an_actor, an_id
from maillage_contracts.vocabulary import FlowId, GeoPoint
from maillage_matching.domain.collecting import Pool
from maillage_matching.domain.missing_links import Link, LinkReport
from maillage_matching.domain.sentence import Sentence
from maillage_matching.usecases.follow_actors import actor_as_known
from maillage_matching.usecases.follow_flows import flow_as_known
from maillage_matching.usecases.store import Store

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Do = Callable[[Callable[[Store], Awaitable[T]]], Awaitable[T]]
FLOWS = [FlowId(UUID(int=number)) for number in (1, 2, 3)]


def a_pool(slot: str, *, is_lead: bool = False, resource: str = "cardboard") -> Pool:
    return Pool(slot, is_lead, resource, "88", (FLOWS[2], FLOWS[0]))


def a_report(quarter: str) -> LinkReport:
    link = Link(
        link_id=an_id("link"),
        kind="machine",
        equipment="jar_washing",
        role="washer",
        resources=("glass_jars",),
        centre=GeoPoint(lat=46, lon=6),
        reach_km=30,
        firms=3,
        amount=Decimal("41000.5"),
        unit="kg",
        guessed_amount=Decimal(0),
        silent_flows=1,
        paid_eur_a_year=None,
        largest_share=0.4,
        top3_share=1,
        nearest_km=None,
        weight=12.5,
        words=Sentence(en="a", fr="b"),
    )
    return LinkReport(quarter=quarter, made_at=NOW, links=(link,))


async def declare(do: Do[Any], status: str = "open") -> None:
    owner = an_actor(name="Villaverde")
    flows = [
        flow_as_known(a_flow(flow_id=one, actor_id=owner.actor_id, status=status)) for one in FLOWS
    ]
    sequence = 1 if status == "open" else 2
    await do(lambda store: store.follow_flows([(one, sequence) for one in flows], NOW))
    await do(lambda store: store.follow_actors([(actor_as_known(owner), 1)], NOW))


async def test_all_that_is_open_is_there_to_be_gathered(do: Do[Any]) -> None:
    await declare(do)
    known = await do(lambda store: store.open_flows(9))
    assert [flow.flow_id for flow, _ in known] == FLOWS
    assert {actor.name for _, actor in known} == {"Villaverde"}
    assert len(await do(lambda store: store.open_flows(2))) == 2
    await declare(do, status="withdrawn")
    assert await do(lambda store: store.open_flows(9)) == []


async def test_each_gathering_replaces_the_one_before(do: Do[Any]) -> None:
    led = a_pool("stream:out:cardboard:@88", is_lead=True)
    shown = [a_pool(f"pool:{n}", resource=r) for n, r in enumerate(("cardboard", "wood", "wood"))]
    await do(lambda store: store.keep_pools([*shown, led], NOW))
    assert await do(lambda store: store.lead_pools()) == [led.slot]

    async def listed(**asked: Any) -> list[tuple[Pool, int]]:  # noqa: ANN401 as the store takes them
        usual: dict[str, Any] = {"resource": None, "after": 0, "limit": 9}
        kept = await do(lambda store: store.pools(**{**usual, **asked}))
        assert all(one.gathered_at == NOW for one in kept)
        return [(one.pool, one.place) for one in kept]

    assert await listed() == list(zip(shown, (1, 2, 3), strict=True))
    assert await listed(resource="wood", limit=1) == [(shown[1], 2)]
    assert await listed(after=2) == [(shown[2], 3)]
    await do(lambda store: store.keep_pools([], NOW))
    assert await listed() == []


async def test_flows_of_a_pool_are_those_that_are_still_open(do: Do[Any]) -> None:
    led = a_pool("stream:out:cardboard:@88", is_lead=True)
    await declare(do)
    await do(lambda store: store.keep_pools([led], NOW))
    found = await do(lambda store: store.pool_flows([led.slot, "stream:out:cardboard:jourdies"]))
    assert {slot: [flow.flow_id for flow, _ in known] for slot, known in found.items()} == {
        led.slot: [FLOWS[0], FLOWS[2]]
    }
    await declare(do, status="withdrawn")
    assert await do(lambda store: store.pool_flows([led.slot])) == {led.slot: []}


async def test_a_report_is_kept_once_and_never_changed(do: Do[Any]) -> None:
    assert await do(lambda store: store.link_report(None)) is None
    third, second = a_report("2026-Q3"), a_report("2026-Q2")
    for report in (second, third, third.model_copy(update={"links": ()})):
        await do(lambda store, report=report: store.keep_link_report(report))
    assert await do(lambda store: store.link_report(None)) == third
    assert await do(lambda store: store.link_report("2026-Q2")) == second
    assert await do(lambda store: store.link_report("2026-Q1")) is None
