"""Standing orders, in memory and in PostgreSQL."""

from datetime import date

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.refusals import NotFound
from maillage_tours.domain.samples import a_standing, an_id
from maillage_tours.domain.standing import StandingId
from maillage_tours.usecases.store import Store


async def test_standing_orders_come_back_until_they_end(runner: Runner[Store]) -> None:
    first, second = sorted(
        (a_standing(), a_standing(standing_id=an_id("second"))), key=lambda one: one.standing_id
    )
    async with runner.database.transaction() as (store, _):
        await store.put_standing(first)
        await store.put_standing(second)
        assert list(await store.standings(None, 9)) == [first, second]
        assert list(await store.standings(None, 1)) == [first]
        assert list(await store.standings(first.standing_id, 9)) == [second]
        assert await store.standing_to_change(second.standing_id) == second
        await store.put_standing(first.model_copy(update={"ended_on": date(2026, 12, 1)}))
        assert list(await store.standings(None, 9)) == [second]


async def test_a_standing_order_that_nobody_knows(runner: Runner[Store]) -> None:
    async with runner.database.transaction() as (store, _):
        with pytest.raises(NotFound, match="no standing order"):
            await store.standing_to_change(StandingId(an_id("nobody")))
