"""A year of the ledger: rebuilt from its events, held against newer factors, stated.

500,000 events: agreements, tours published and completed, orders delivered, goods in and out of
a hub, containers that come back, what each actor would have driven alone, through the use cases of
every day, into a real PostgreSQL. Every second synergy has an approved baseline, and so has each
day.
"""

import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from uuid import UUID

import asyncpg
import uvloop

import hubs
from maillage_common.migrations import migrate
from maillage_contracts.envelope import Event, Received
from maillage_contracts.samples import (
    a_hub_stock_dispatched,
    a_hub_stock_received,
    a_plan_solved_alone,
    a_returnable_unit_moved,
    a_synergy,
    a_synergy_agreed,
    a_tour,
    a_tour_completed,
    a_tour_published,
    a_transport_order_fulfilled,
)
from maillage_hub.runtime.services import settings_for
from maillage_impact.adapters.factor_files import shipped_factors, shipped_sets
from maillage_impact.adapters.no_cycles import no_cycles
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.adapters.rebuilding import RebuildingStore
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.factors import FactorSet
from maillage_impact.domain.statement import Scope
from maillage_impact.entrypoints.kafka import handlers
from maillage_impact.usecases.make_statement import make_statement
from maillage_impact.usecases.restate_ledger import RestateLedger, restate_ledger
from maillage_impact.usecases.verify_ledger import verify_ledger
from maillage_impact.wiring import service
from maillage_serving.testing import received
from record import Asked, Figure

EVENTS = 500_000
LINES = 1_000_000
SYNERGIES = 500
ORDERS_BY_TOUR = 6
TOURS_BY_PLAN = 4
EVENTS_BY_TOUR = ORDERS_BY_TOUR + 5
"""Published, completed, goods in and out, a container back; a plan has one event more."""
UNITS = 1_000
CHUNK = 5_000
STATEMENTS = 40
YEAR = Scope("territory", None, None, date(2026, 1, 1), date(2026, 12, 31))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _synergy_id(number: int) -> UUID:
    return UUID(int=(1 << 100) + number)


def told(events: int) -> Iterator[Received[Event]]:
    """The events of a year: agreements first, then tour by tour."""
    material = {"resource_spec": "pallet", "route_after": "reuse"}
    for number in range(SYNERGIES):
        agreed = a_synergy(synergy_id=_synergy_id(number), material=material, saving=None)
        yield received(a_synergy_agreed(synergy=agreed), at=NOON)
    by_plan = TOURS_BY_PLAN * EVENTS_BY_TOUR + 1
    tours = (events - SYNERGIES) // by_plan * TOURS_BY_PLAN
    published, completed = a_tour_published(), a_tour_completed()
    fulfilled, template = a_transport_order_fulfilled(), a_tour()
    goods = a_hub_stock_received(), a_hub_stock_dispatched()
    back = a_returnable_unit_moved(came_from="to_wash", status="in_stock")
    alone = a_plan_solved_alone()
    for number in range(tours):
        at = NOON + timedelta(days=number * 365 // tours)
        tour_id, plan_id = (
            UUID(int=(2 << 100) + number),
            UUID(int=(3 << 100) + number // TOURS_BY_PLAN),
        )
        tour = template.model_copy(update={"tour_id": tour_id, "plan_id": plan_id, "on": at.date()})
        yield received(published.model_copy(update={"tour": tour}), at=at)
        for place in range(ORDERS_BY_TOUR):
            order = number * ORDERS_BY_TOUR + place
            update = {
                "order_id": UUID(int=(4 << 100) + order),
                "tour_id": tour_id,
                "origin_id": _synergy_id(order % SYNERGIES),
            }
            yield received(fulfilled.model_copy(update=update), at=at)
        for moved in goods:
            yield received(moved.model_copy(update={"tour_id": tour_id, "at": at}), at=at)
        loop = {"unit_id": UUID(int=(6 << 100) + number % UNITS), "loops": number // UNITS + 1}
        yield received(back.model_copy(update=loop | {"at": at}), at=at)
        update = {"tour_id": tour_id, "on": at.date(), "vehicle_class": "van", "energy": "diesel"}
        yield received(completed.model_copy(update=update), at=at)
        if number % TOURS_BY_PLAN == TOURS_BY_PLAN - 1:
            yield received(alone.model_copy(update={"plan_id": plan_id}), at=at)


def baselines() -> Iterator[Baseline]:
    """An approved baseline for every second synergy, and for the rounds of each day."""
    yield Baseline(
        UUID(int=7 << 100),
        "rounds",
        None,
        "counterfactual",
        "each actor alone",
        "the planner",
        date(2025, 12, 1),
        date(2027, 12, 1),
        status="approved",
    )
    for number in range(0, SYNERGIES, 2):
        yield Baseline(
            UUID(int=(5 << 100) + number),
            "synergy",
            _synergy_id(number),
            "observed",
            "invoices",
            "invoices",
            date(2025, 12, 1),
            date(2027, 12, 1),
            route_before="recycling",
            replaces_spec="pallet",
            status="approved",
        )


async def _rebuild(store: PostgresStore) -> float:
    for baseline in baselines():
        await store.save_baseline(baseline)
    building = RebuildingStore(target=store)
    follow, source = handlers(UTC), told(EVENTS)
    await building.begin()
    took_s, events = 0.0, 0
    while messages := list(islice(source, CHUNK)):
        began = time.perf_counter()  # what makes the events is not the ledger's work
        with no_cycles():
            await building.follow(messages, follow, NOON)
        took_s += time.perf_counter() - began
        events += len(messages)
    began = time.perf_counter()
    await building.finish()
    return (took_s + time.perf_counter() - began) * EVENTS / events


class _Restating(PostgresStore):
    """The ledger with a set of factors that changes every line."""

    @property
    def factor_sets(self) -> dict[str, FactorSet]:
        now = shipped_factors()
        dearer = [
            replace(factor, value=factor.value * Decimal("1.03"), version="2027.1")
            for factor in now.factors.values()
        ]
        return {**shipped_sets(), "2027.1": FactorSet(dearer, now.families, "2027.1")}


async def _restate(connection: asyncpg.Connection) -> tuple[float, int]:
    began = time.perf_counter()
    with no_cycles():
        async with connection.transaction():
            await restate_ledger(RestateLedger("2027.1"), _Restating(connection), NOON)
    took_s = time.perf_counter() - began
    lines = await connection.fetchval("select lines from restatement")
    return took_s, lines


async def _state(store: PostgresStore) -> float:
    times: list[float] = []
    for _ in range(STATEMENTS):
        began = time.perf_counter()
        await make_statement(YEAR, store)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(times, n=20)[-1]


async def _measure() -> Iterable[Figure]:
    async with hubs.servers() as hub:
        settings = settings_for(hub.state, "impact")
        await migrate(settings.dsn, service().migrations)
        connection = await asyncpg.connect(settings.dsn)
        broker = await hubs.broker_of(hub)
        try:
            store = PostgresStore(connection)
            async with connection.transaction():
                rebuilt_s = await _rebuild(store)
            lines = (await store.head()).place
            began = time.perf_counter()
            assert (await verify_ledger(store)).broken is None
            verified_s = time.perf_counter() - began
            stated_ms = await _state(store)
            restated_s, restated = await _restate(connection)
        finally:
            await connection.close()
    return (
        Figure(
            name="impact, a year of 500,000 events rebuilt",
            value=rebuilt_s,
            unit="s",
            must="value <= 180",
            goal="value <= 60",
            broker=broker,
        ),
        Figure(
            name="impact, 1,000,000 lines restated",
            value=restated_s * LINES / restated,
            unit="s",
            must="value <= 60",
            goal="value <= 20",
            broker=broker,
        ),
        Figure(
            name="impact, a territory's year stated, p95",
            value=stated_ms,
            unit="ms",
            must="value <= 300",
            broker=broker,
        ),
        Figure(
            name="impact, 1,000,000 lines verified",
            value=verified_s * LINES / lines,
            unit="s",
            broker=broker,
        ),
    )


def measure(_: Asked) -> Iterable[Figure]:
    """Measure the ledger."""
    return uvloop.run(_measure())
