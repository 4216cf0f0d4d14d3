"""The chain of the ledger: what was written stays, and a changed byte is found."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from maillage_common.migrations import migrate
from maillage_contracts.refusals import Refused
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.domain.entry import Entry, Finding, Occasion, Subject, amend, totals, write
from maillage_impact.usecases.store import EntryFilter, Store
from maillage_impact.usecases.verify_ledger import verify_ledger
from maillage_impact.wiring import service

DAY = date(2026, 11, 23)
FOLDER = Path(__file__).parents[2] / "src/maillage_impact/migrations"


def a_line(number: int, value: str = "2.5", lot: str | None = None) -> Entry:
    subject = Subject("synergy", UUID(int=7))
    occasion = Occasion(subject, DAY, DAY, (UUID(int=number),), lot=lot)
    return write(
        Finding("ghg_avoided_material", Decimal(value), "m\u00e9thode \u20ac \x1f\n"), occasion
    )


@asynccontextmanager
async def connected(dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def test_an_empty_ledger_holds(store: Store) -> None:
    found = await verify_ledger(store)
    assert (found.head.place, found.broken) == (0, None)


async def test_what_was_written_in_turn_holds(store: Store) -> None:
    await store.append([a_line(1), a_line(2)])
    early = (await verify_ledger(store)).head.hash
    await store.append([a_line(2), a_line(3)])
    found = await verify_ledger(store, early)
    assert (found.head.place, found.broken, found.is_known_head_there) == (3, None, True)
    assert found.head == await store.head()


async def test_less_than_nothing_by_less_than_a_gram_is_nothing(store: Store) -> None:
    await store.append([a_line(1, "-0.0001")])
    assert (await verify_ledger(store)).broken is None


async def test_a_head_that_was_noted_must_be_there(store: Store) -> None:
    await store.append([a_line(1)])
    found = await verify_ledger(store, b"another")
    assert found.broken
    assert "hash that was kept" in found.broken.words


async def test_a_correction_is_a_reversal_and_a_new_line(store: Store) -> None:
    line = a_line(1, "10", lot="order/1")
    lines = amend(line, replace(line, value=Decimal(8)), "error")
    await store.append([line])
    await store.append(lines)
    everything = await store.entries(EntryFilter(with_reversals=True))
    assert [entry.value for _, entry in everything] == [10, -10, 8]
    assert sum(entry.value for _, entry in everything) == totals(e for _, e in everything)[0].value
    assert [e.value for _, e in await store.entries(EntryFilter())] == [10, 8]
    assert (await store.claimed(["order/1/ghg_avoided_material"])).popitem()[1].value == 8
    assert (await verify_ledger(store)).broken is None


async def test_a_correction_that_takes_nothing_back_is_found(store: Store) -> None:
    line = a_line(1)
    await store.append([line, amend(line, replace(line, value=Decimal(8)), "error")[1]])
    found = await verify_ledger(store)
    assert found.broken
    assert "not taken back" in found.broken.words


async def test_a_lot_is_counted_once(store: Store) -> None:
    await store.append([a_line(1, lot="order/1")])
    with pytest.raises(Refused, match="counted already"):
        await store.append([a_line(2, lot="order/1")])


async def test_the_ledger_says_what_it_said_then(store: Store) -> None:
    line = a_line(1, "10")
    await store.append([line])
    ((_, written),) = await store.entries(EntryFilter())
    await store.append(amend(line, replace(line, value=Decimal(8)), "error"))
    then = await store.entries(EntryFilter(known_at=written.recorded_at, with_reversals=True))
    assert [entry.value for _, entry in then] == [10]
    never = datetime(2000, 1, 1, tzinfo=UTC)
    assert await store.entries(EntryFilter(known_at=never)) == []
    assert await store.entries(EntryFilter(first=date(2026, 11, 24))) == []
    assert len(await store.entries(EntryFilter(first=DAY, last=DAY))) == 2


@pytest.mark.integration
async def test_a_database_that_writes_dates_its_own_way_seals_the_same(
    fresh_database: str,
) -> None:
    await migrate(fresh_database, service().migrations)
    async with connected(fresh_database) as connection:
        await connection.execute("set datestyle = 'German'")
        store = PostgresStore(connection)
        await store.append([a_line(1), a_line(2)])
        assert (await verify_ledger(store)).broken is None


CHANGES = (
    "update entry set value = value + 0.001 where place = 2",
    "update entry set method = method || ' ' where place = 2",
    "update entry set account = 'induced' where place = 2",
    "update entry set recorded_at = recorded_at + interval '1 microsecond' where place = 2",
    "update entry set causes = causes || causes where place = 2",
    "update entry set hash = sha256(hash) where place = 2",
    "delete from entry where place = 2",
    "delete from entry where place = 3",
    "update chain_head set place = 2",
    "update day_total set value = value + 1",
    "update day_total set lines = lines + 1",
    "update day_total set weak_value = 1",
    "insert into day_term values ('tour', 'mass_gap', '2026-11-23', 'diesel@1', 1)",
    "delete from day_total",
)


@pytest.mark.integration
@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_behind_the_back_of_the_ledger_is_found(
    fresh_database: str, change: str
) -> None:
    await migrate(fresh_database, service().migrations)
    async with connected(fresh_database) as connection:
        store = PostgresStore(connection)
        await store.append([a_line(1), a_line(2), a_line(3)])
        await connection.execute("alter table entry disable trigger entry_is_kept")
        await connection.execute(change)
        found = await verify_ledger(store)
    assert found.broken
    assert found.broken.place in {2, 3, 4}


@pytest.mark.integration
@pytest.mark.parametrize("change", ["update entry set value = 0", "delete from entry"])
async def test_not_even_a_session_of_replication_changes_a_line(
    fresh_database: str, change: str
) -> None:
    await migrate(fresh_database, service().migrations)
    async with connected(fresh_database) as connection:
        await PostgresStore(connection).append([a_line(1)])
        await connection.execute("set session_replication_role = replica")
        with pytest.raises(asyncpg.RaiseError, match="only grows"):
            await connection.execute(change)


@pytest.mark.integration
async def test_lines_of_before_the_chain_are_sealed_by_the_migration(
    fresh_database: str, tmp_path: Path
) -> None:
    first = FOLDER / "0001_pre_ledger.sql"
    (tmp_path / first.name).write_text(first.read_text())
    await migrate(fresh_database, tmp_path)
    async with connected(fresh_database) as connection:
        await connection.execute(
            """
            insert into entry (entry_id, subject_kind, subject_id, indicator, account, value, low,
                period_start, period_end, quality, state, method, causes, factors, corrects, delta,
                reason)
            select md5(n::text)::uuid, 'tour', md5('t')::uuid, 'ghg_induced_transport', 'induced',
                n + 0.250, 0.1, '2026-11-23', '2026-11-23', 'b', 'measured',
                E'd\u00e9j\u00e0 \u20ac "x" \\x1f\n',
                array[md5('c')::uuid, md5('d')::uuid], '[["van_diesel_km", "2026.1"]]',
                case when n = 3 then md5('2')::uuid end, case when n = 3 then 1 end,
                case when n = 3 then 'error' end
            from generate_series(1, 3) n
            """
        )
        await connection.execute(
            """
            insert into entry (entry_id, subject_kind, subject_id, indicator, account, value,
                period_start, period_end, quality, state, method, causes, factors, baseline_id)
            values (md5('4')::uuid, 'plan', md5('p')::uuid, 'distance_avoided', 'avoided', 4.5,
                '2026-11-23', '2026-11-23', 'd', 'estimated', 'average', array[md5('c')::uuid],
                '[]', md5('b')::uuid)
            """
        )
    await migrate(fresh_database, FOLDER)
    async with connected(fresh_database) as connection:
        store = PostgresStore(connection)
        await store.append([a_line(9)])
        found = await verify_ledger(store)
        everything = await store.entries(EntryFilter(with_reversals=True))
    assert (found.head.place, found.broken) == (6, None)
    assert sum(e.value for _, e in everything if e.subject.kind == "tour") == Decimal("4.5")
