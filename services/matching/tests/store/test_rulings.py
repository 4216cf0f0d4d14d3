"""What every store must keep of rulings."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from maillage_contracts.refusals import Stale
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import LeadId
from maillage_matching.domain.ruling import Ruling, Voice
from maillage_matching.usecases.store import Store, key_of_ruling

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Do = Callable[[Callable[[Store], Awaitable[T]]], Awaitable[T]]


def a_ruling(name: str, days: int = 0) -> Ruling:
    at = NOW + timedelta(days=days)
    return Ruling(
        ruling_id=an_id(name),
        resource="spent_grain",
        need="feed",
        reason="sanitary",
        proposed_at=at,
        voices=(Voice(by="advisor-1", at=at, lead_id=LeadId(an_id("lead"))),),
    )


async def test_a_ruling_is_kept_version_by_version(do: Do[Any]) -> None:
    one = a_ruling("one")
    assert await do(lambda store: store.rulings_to_change([one.ruling_id])) == []
    await do(lambda store: store.save_ruling(one))
    adopted = one.decided("adopted", "advisor-2", NOW, None, advisors=2)
    await do(lambda store: store.save_ruling(adopted))
    assert await do(lambda store: store.rulings_to_change([one.ruling_id])) == [adopted]
    with pytest.raises(Stale, match="version 1 was expected, it is now 2"):
        await do(lambda store: store.save_ruling(adopted))


async def test_rulings_are_listed_by_status_and_page(do: Do[Any]) -> None:
    rows = [a_ruling(f"ruling {n}", days=n) for n in range(3)]
    for one in reversed(rows):
        await do(lambda store, one=one: store.save_ruling(one))
    adopted = rows[1].decided("adopted", "advisor-2", NOW, None, advisors=2)
    await do(lambda store: store.save_ruling(adopted))

    async def listed(**asked: Any) -> list[Ruling]:  # noqa: ANN401 arguments of the store
        usual: dict[str, Any] = {"status": None, "after": None, "limit": 9}
        return await do(lambda store: store.rulings(**{**usual, **asked}))

    assert await listed() == [rows[0], adopted, rows[2]]
    assert await listed(status="adopted") == [adopted]
    assert await listed(after=key_of_ruling(rows[0]), limit=1) == [adopted]
