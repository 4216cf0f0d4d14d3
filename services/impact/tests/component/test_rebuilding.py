"""A ledger built again from its events says what it said, line by line."""

from collections.abc import AsyncIterator
from datetime import UTC, date, timedelta
from uuid import UUID

import asyncpg
import pytest

from maillage_common.migrations import migrate
from maillage_contracts.envelope import Event, Received, encode
from maillage_contracts.refusals import Refused
from maillage_contracts.samples import (
    TERRITORY,
    a_hub_stock_discrepancy,
    a_hub_stock_received,
    a_plan_solved_alone,
    a_returnable_unit_moved,
    a_synergy,
    a_synergy_agreed,
    a_tour,
    a_tour_cancelled,
    a_tour_completed,
    a_tour_published,
    a_transport_order_fulfilled,
    an_actor_registered,
    an_existing_round,
    an_existing_round_declared,
)
from maillage_impact.adapters import rebuilding
from maillage_impact.adapters.event_log import events_of
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.adapters.rebuilding import RebuildingStore
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry
from maillage_impact.entrypoints.kafka import handlers
from maillage_impact.usecases.store import EntryFilter, Store
from maillage_impact.usecases.verify_ledger import verify_ledger
from maillage_impact.wiring import service
from maillage_serving.testing import NOON, received

SYNERGY, PLAN, HUB = UUID(int=7), UUID(int=9), UUID(int=3)
ROUND = an_existing_round(weekdays=(1, 2, 3, 4, 5, 6, 7))
FOLLOW = handlers(UTC)


def told() -> list[Received[Event]]:
    """A delivery before its agreement, two tours of one plan, one of them published late."""
    material = {"resource_spec": "pallet", "route_after": "reuse"}
    agreed = a_synergy(synergy_id=SYNERGY, material=material, saving=None)
    events: list[Event] = [
        an_actor_registered(),
        an_existing_round_declared(round=ROUND),
        a_transport_order_fulfilled(origin_id=SYNERGY, order_id=UUID(int=20)),
        a_synergy_agreed(synergy=agreed),
    ]
    given = a_tour(tour_id=UUID(int=32), plan_id=PLAN)
    events += [a_tour_published(tour=given), a_tour_cancelled(tour_id=given.tour_id)]
    for number in (30, 31):
        tour = a_tour(tour_id=UUID(int=number), plan_id=PLAN)
        events += [
            a_tour_published(tour=tour),
            a_transport_order_fulfilled(origin_id=SYNERGY, order_id=UUID(int=number)),
            a_tour_completed(tour_id=UUID(int=number), on=tour.on),
        ]
    events += [
        a_plan_solved_alone(plan_id=PLAN),
        a_hub_stock_received(hub_id=HUB),
        a_hub_stock_discrepancy(hub_id=HUB, expected_kg="100", in_stock_kg="40"),
        a_returnable_unit_moved(came_from="to_wash", status="in_stock"),
    ]
    return [
        received(event, at=NOON + timedelta(minutes=minute)) for minute, event in enumerate(events)
    ]


def baselines() -> list[Baseline]:
    days = date(2025, 12, 1), date(2027, 12, 1)
    material = Baseline(
        UUID(int=1), "synergy", SYNERGY, "observed", "d", "e", *days,
        route_before="recycling", replaces_spec="pallet", status="approved",
    )  # fmt: skip
    rounds = Baseline(
        UUID(int=2), "rounds", None, "observed", "d", "e", *days,
        round_ids=(ROUND.round_id,), status="approved",
    )  # fmt: skip
    return [material, rounds]


@pytest.fixture
async def target(fresh_database: str) -> AsyncIterator[PostgresStore]:
    await migrate(fresh_database, service().migrations)
    connection = await asyncpg.connect(fresh_database)
    try:
        store = PostgresStore(connection)
        for baseline in baselines():
            await store.save_baseline(baseline)
        async with connection.transaction():
            yield store
    finally:
        await connection.close()


async def lines_of(store: Store) -> list[Entry]:
    found = await store.entries(EntryFilter(with_reversals=True))
    return [entry for _, entry in found]


async def day_by_day() -> list[Entry]:
    store = MemoryStore()
    for baseline in baselines():
        await store.save_baseline(baseline)
    for message in told():
        await FOLLOW.apply([message], store, NOON)
    return await lines_of(store)


@pytest.mark.integration
@pytest.mark.parametrize("at_once", [2, 10_000])
async def test_a_rebuilt_ledger_has_the_lines_of_every_day(
    target: PostgresStore, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "LINES_AT_ONCE", at_once)
    building = RebuildingStore(target=target)
    await building.begin()
    assert await building.follow(told(), FOLLOW, NOON) == len(told())
    await building.finish()
    lines = await lines_of(target)
    assert lines == await day_by_day()
    assert {line.indicator for line in lines} >= {"ghg_avoided_logistics", "ghg_avoided_material"}
    assert any(line.reversal for line in lines)
    assert (await verify_ledger(target)).broken is None
    assert await target.synergy(SYNERGY) is not None
    assert len(await target.tours_of(PLAN)) == 2
    assert await target.alone(PLAN) is not None
    assert len(await target.hub_moves(HUB, date(2026, 1, 1), date(2026, 12, 31))) == 1
    assert "mass_gap" in {line.indicator for line in lines}


@pytest.mark.integration
async def test_a_ledger_with_lines_is_not_rebuilt(target: PostgresStore) -> None:
    await target.append(await day_by_day())
    with pytest.raises(Refused, match="empty database"):
        await RebuildingStore(target=target).begin()


async def test_a_rebuilding_needs_a_database() -> None:
    with pytest.raises(Refused, match="none was given"):
        await RebuildingStore().begin()


def test_events_of_the_bus_come_once_and_only_those_that_can_be_read() -> None:
    records = [
        (message.envelope.time.isoformat(), message.event.TOPIC.facts(TERRITORY), 0, offset,
         encode(message.envelope, message.event))
        for offset, message in enumerate(told())
    ]  # fmt: skip
    foreign = (*records[0][:1], "elsewhere.registry.actor.v1", *records[0][2:])
    found = events_of(
        [foreign, *records, *records], territory=TERRITORY, known=FOLLOW.known, now=NOON
    )
    assert [message.envelope.id for message in found] == [one.envelope.id for one in told()]
