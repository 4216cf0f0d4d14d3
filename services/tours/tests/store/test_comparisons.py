"""One suite over both stores: days that were compared."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.refusals import NotFound
from maillage_tours.domain.samples import made
from maillage_tours.domain.scenario import Comparison, Outcome, Way
from maillage_tours.usecases.store import Store


def an_outcome() -> Outcome:
    sums = ("tours", "distance_km", "empty_km", "hours", "kgco2e")
    none = dict.fromkeys(("km_without_factor", "insertion_hours"), 0)
    return made(
        Outcome,
        {**dict.fromkeys(sums, 7), **none},
        way=Way.AS_IS,
        fills=(),
        cost={"amount": "58.10"},
        carried=3,
        unserved=(),
        solver="any",
        was_cut=False,
    )


def a_comparison(number: int, **changes: object) -> Comparison:
    nothing = {"rounds": 0, "distance_km": 0, "empty_km": 0, "without_cost": 0}
    return made(
        Comparison,
        changes,
        comparison_id=UUID(int=number),
        on=date(2026, 11, 24),
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
        orders=3,
        matrix="estimated",
        seed=1,
        outcomes=(an_outcome(),),
        accounts=(),
        declared={**nothing, "cost": {"amount": "0"}},
    )


async def test_comparisons_are_listed_the_latest_day_first(runner: Runner[Store]) -> None:
    later = date(2026, 11, 25)
    kept = [a_comparison(1), a_comparison(2), a_comparison(3, on=later)]
    async with runner.database.transaction() as (store, _):
        for one in kept:
            await store.add_comparison(one)
        assert await store.comparison(kept[0].comparison_id) == kept[0]
        assert list(await store.comparisons(None, None, 9)) == kept[::-1]
        assert list(await store.comparisons(later, None, 9)) == kept[2:]
        seen = kept[1].on, kept[1].comparison_id
        assert list(await store.comparisons(None, seen, 9)) == kept[:1]
        with pytest.raises(NotFound, match="no comparison"):
            await store.comparison(UUID(int=9))
