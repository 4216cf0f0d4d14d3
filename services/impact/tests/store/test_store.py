"""One suite over both stores: what is kept comes back, and lines only add up."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.refusals import NotFound, Refused
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry, Finding, Occasion, Subject, correct, write
from maillage_impact.domain.statement import Scope
from maillage_impact.domain.transport import Alone, Carried, DrivenTour, ReferenceRound
from maillage_impact.usecases.store import (
    Delivery,
    EntryFilter,
    HubMove,
    KnownSynergy,
    PlannedTour,
    Store,
)
from maillage_impact.wiring import service
from maillage_serving.testing import NOON, changing, either_runner, postgres_runner

DAY = date(2026, 11, 23)


@pytest.fixture
async def runner(database: str | None) -> AsyncIterator[Runner[Store]]:
    async with either_runner(database, service(), MemoryStore()) as started:
        yield started


def uid(number: int) -> UUID:
    return UUID(int=number)


def a_line(number: int = 1, indicator: str = "ghg_avoided_material", value: str = "2.5") -> Entry:
    occasion = Occasion(Subject("synergy", uid(7)), DAY, DAY, (uid(number),), baseline_id=uid(3))
    finding = Finding(indicator, Decimal(value), "x", low=Decimal(1), high=Decimal("3.25"))
    return replace(write(finding, occasion), factors=(("wood_reuse", "2026.1"),))


async def test_the_latest_name_wins_whatever_comes_first(runner: Runner[Store]) -> None:
    async with changing(runner) as store:
        await store.save_actors([(uid(1), 2, "new"), (uid(1), 1, "old"), (uid(2), 1, "other")])
        await store.save_actors([(uid(2), 1, "again")])
    names = await runner.read(lambda store: store.actor_names([uid(1), uid(2), uid(3)]))
    assert names == {uid(1): "new", uid(2): "other"}


async def test_a_synergy_comes_back(runner: Runner[Store]) -> None:
    shares = ((uid(1), Decimal("0.333333")), (uid(2), Decimal("0.666667")))
    agreed = KnownSynergy(uid(7), "Pallets", DAY, shares, "pallet", "reuse", Decimal(10), None)
    ended = replace(agreed, ended_on=DAY, cause=uid(9))
    async with changing(runner) as store:
        await store.save_synergy(agreed)
        await store.save_synergy(ended)
        assert await store.synergy(uid(7)) == ended
        assert await store.synergy(uid(8)) is None


async def test_the_latest_round_wins(runner: Runner[Store]) -> None:
    first = ReferenceRound(uid(1), (1, 3), "van", "diesel", Decimal("12.5"))
    second = replace(first, distance_km=Decimal(14))
    async with changing(runner) as store:
        await store.save_rounds([(2, second), (1, first)])
        assert await store.rounds([uid(1), uid(5)]) == [second]


async def test_a_delivery_is_kept_once(runner: Runner[Store]) -> None:
    first = Delivery(uid(1), uid(7), uid(5), Decimal(180), DAY, uid(9))
    other = replace(first, order_id=uid(2), on=date(2026, 11, 1))
    async with changing(runner) as store:
        await store.save_deliveries([first, other])
        await store.save_deliveries([replace(first, accepted_kg=Decimal(1))])
        assert await store.deliveries(uid(7)) == [other, first]
        assert await store.deliveries(uid(8)) == []


async def test_a_driven_tour_comes_back_with_its_orders(runner: Runner[Store]) -> None:
    carried = (
        Carried(uid(1), uid(7), Decimal("12.5"), Decimal("3.2")),
        Carried(uid(2), None, Decimal(1), Decimal(2)),
    )
    driven = DrivenTour(
        tour_id=uid(4),
        vehicle_class="van",
        energy="electric",
        distance_km=Decimal("5.6"),
        is_measured=True,
        empty_km=Decimal(2),
        insertion_hours=Decimal(0),
        carried=carried,
        low_emission_km=Decimal("1.5"),
    )
    out = PlannedTour(uid(5), uid(6), DAY)
    home = PlannedTour(uid(4), uid(6), DAY, driven, uid(9))
    async with changing(runner) as store:
        await store.save_tour(replace(home, driven=None, cause=None))
        await store.save_tour(home)
        await store.save_tour(out)
        assert await store.tour(uid(4)) == home
        assert await store.tour(uid(40)) is None
        assert await store.tours_of_to_change(uid(6)) == [home, out]
    assert await runner.read(lambda store: store.tours_of(uid(6))) == [home, out]
    async with changing(runner) as store:
        assert await store.plans_between(DAY, DAY) == [uid(6)]
        await store.drop_tour(uid(5))
        assert await store.tours_of(uid(6)) == [home]
        assert await store.plans_between(date(2026, 1, 1), date(2026, 1, 2)) == []


async def test_what_all_would_drive_alone_comes_back_in_its_latest_form(
    runner: Runner[Store],
) -> None:
    round_ = ReferenceRound(uid(1), (1, 2), "van", "diesel", Decimal("18.5"))
    inside = replace(round_, round_id=uid(2), low_emission_km=Decimal("2.5"))
    early, late = Alone(uid(6), (round_, inside), 0, uid(8)), Alone(uid(6), (), 2, uid(9))
    async with changing(runner) as store:
        await store.save_alone(early, 1)
        assert await store.alone(uid(6)) == early
        await store.save_alone(late, 2)
        await store.save_alone(early, 1)
        assert await store.alone(uid(6)) == late
        assert await store.alone(uid(7)) is None


async def test_what_moves_at_a_hub_is_kept_once(runner: Runner[Store]) -> None:
    moves = [
        HubMove(uid(number), uid(5), "ambient", kind, Decimal(mass), DAY)
        for number, kind, mass in ((1, "received", "12.5"), (2, "dispatched", "10"))
    ]
    async with changing(runner) as store:
        await store.save_hub_moves(moves)
        await store.save_hub_moves(moves)
        assert await store.hub_moves(uid(5), DAY, DAY) == moves
        assert await store.hub_moves(uid(4), DAY, DAY) == []
        assert await store.hub_moves(uid(5), date(2026, 1, 1), date(2026, 1, 2)) == []


async def test_a_baseline_comes_back(runner: Runner[Store]) -> None:
    drafted = Baseline(
        uid(1), "synergy", uid(7), "observed", "d", "e", DAY, date(2027, 1, 1), "recycling"
    )
    rounds = Baseline(
        uid(2), "rounds", None, "observed", "d", "e", DAY, DAY, round_ids=(uid(5), uid(6))
    )
    approved = replace(drafted, status="approved", approved_on=DAY, version=2)
    async with changing(runner) as store:
        for baseline in (drafted, rounds, approved):
            await store.save_baseline(baseline)
        assert await store.baseline(uid(1)) == approved
        assert await store.baselines() == [approved, rounds]
        assert await store.baselines(synergy_id=uid(7)) == [approved]
        assert await store.baselines(scope="rounds") == [rounds]
        with pytest.raises(NotFound):
            await store.baseline(uid(3))


async def test_a_line_is_written_once(runner: Runner[Store]) -> None:
    line, other = a_line(), a_line(2, "mass_redirected", "180")
    async with changing(runner) as store:
        assert await store.append([line, other]) == [line, other]
        assert await store.append([line]) == []
        assert await store.append([]) == []
        assert await store.entry(line.entry_id) == line
        with pytest.raises(NotFound):
            await store.entry(uid(1))


async def test_lines_are_listed_in_their_order(runner: Runner[Store]) -> None:
    lines = [a_line(1), a_line(2, "mass_redirected"), a_line(3)]
    async with changing(runner) as store:
        await store.append(lines)
        everything = await store.entries(EntryFilter())
        assert [line for _, line in everything] == lines
        first = everything[0][0]
        rest = await store.entries(EntryFilter("synergy", uid(7)), after=first, limit=1)
        assert [line for _, line in rest] == lines[1:2]
        physical = await store.entries(EntryFilter(account="physical"))
        assert [line for _, line in physical] == lines[1:2]
        assert await store.entries(EntryFilter(indicator="saving")) == []


async def test_the_line_in_force_is_the_one_nothing_corrects(runner: Runner[Store]) -> None:
    line = a_line()
    better = correct(line, replace(line, value=Decimal(1)), "error")
    async with changing(runner) as store:
        await store.append([line])
        assert await store.in_force(line.subject, line.indicator) == line
        await store.append([better])
        assert await store.in_force(line.subject, line.indicator) == better
        assert await store.in_force(line.subject, "saving") is None
        assert await store.correction_of(line.entry_id) == better.entry_id
        assert await store.correction_of(better.entry_id) is None
        assert await store.append([better]) == []
        rival = correct(line, replace(line, value=Decimal(2)), "error")
        with pytest.raises(Refused, match="corrected already"):
            await store.append([rival])


@pytest.mark.integration
@pytest.mark.parametrize(
    "statement", ["update entry set value = 0", "delete from entry", "truncate entry"]
)
async def test_the_database_refuses_to_change_a_line(fresh_database: str, statement: str) -> None:
    async with postgres_runner(fresh_database, service()) as runner, changing(runner) as store:
        await store.append([a_line()])
    connection = await asyncpg.connect(fresh_database)
    try:
        with pytest.raises(asyncpg.RaiseError, match="only grows"):
            await connection.execute(statement)
        assert await connection.fetchval("select value from entry") == Decimal("2.5")
    finally:
        await connection.close()


@pytest.mark.parametrize("known_at", [None, NOON.replace(year=2100)])
async def test_a_stock_is_summed_from_the_beginning_other_figures_over_the_days_asked(
    runner: Runner[Store], known_at: datetime | None
) -> None:
    async with changing(runner) as store:
        await store.append([a_line(1, "container_stock", "3"), a_line(2, "mass_carried", "5")])
        next_day = replace(a_line(3, "mass_carried", "7"), period_start=DAY + timedelta(days=1))
        await store.append([next_day])
        later = Scope("territory", None, None, DAY + timedelta(days=1), DAY + timedelta(days=2))
        found = await store.sums(replace(later, known_at=known_at))
    assert {code: one.value for code, one in found.items()} == {
        "container_stock": 3,
        "mass_carried": 7,
    }
