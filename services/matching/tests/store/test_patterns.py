"""What every store must keep of what cases taught, here and elsewhere."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from maillage_contracts.matching import MaterialChange
from maillage_contracts.refusals import Stale
from maillage_contracts.samples import a_synergy, an_id
from maillage_contracts.vocabulary import CaseId, PatternId
from maillage_matching.domain.case import Case
from maillage_matching.domain.suggestion import Pattern, Suggestion
from maillage_matching.usecases.store import KeptSynergy, Store, key_of_suggestion

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Do = Callable[[Callable[[Store], Awaitable[T]]], Awaitable[T]]


def a_case(name: str, minutes: int, **changes: Any) -> Case:  # noqa: ANN401 fields of a case
    usual: dict[str, Any] = {
        "case_id": an_id(name),
        "kind": "substitution",
        "title": "Pallets",
        "source": "engine",
        "owner": "advisor-1",
        "lead_ids": (),
        "members": (),
        "resource": "pallet",
        "opened_at": NOW + timedelta(minutes=minutes),
    }
    return Case(**{**usual, **changes})


def kept(name: str, case: str, spec: str | None) -> KeptSynergy:
    material = MaterialChange(resource_spec=spec) if spec else None
    synergy = a_synergy(synergy_id=an_id(name), case_id=CaseId(an_id(case)), material=material)
    return KeptSynergy(synergy, "agreed", agreed_at=NOW, pattern_id=PatternId(an_id("pattern")))


def a_suggestion(name: str, origin: str = "genevois", minutes: int = 0) -> Suggestion:
    pattern = Pattern(
        pattern_id=PatternId(an_id(name)),
        kind="substitution",
        resource_spec="pallet",
        outcome="running",
        case_count=3,
    )
    return Suggestion(origin=origin, pattern=pattern, received_at=NOW + timedelta(minutes=minutes))


async def test_cases_that_taught_something_latest_first(do: Do[Any]) -> None:
    cases = [
        a_case("open", 0),
        a_case("agreed", 1, status="agreed"),
        a_case("given up", 2, status="abandoned", reasons=("no_time",)),
        a_case("vague", 3, status="closed"),
    ]
    for case in cases:
        await do(lambda store, case=case: store.save_case(case))
    for synergy in (kept("s1", "agreed", "cork"), kept("s2", "vague", None)):
        await do(lambda store, synergy=synergy: store.save_synergy(synergy))
    found = await do(lambda store: store.taught(9))
    assert [(one.case, one.status, one.told) for one in found] == [
        (cases[3], "agreed", None),
        (cases[2], None, None),
        (cases[1], "agreed", "cork"),
    ]
    assert [one.pattern_id for one in found] == [an_id("pattern"), None, an_id("pattern")]
    assert await do(lambda store: store.taught(1)) == found[:1]


async def test_a_suggestion_is_changed_by_one_at_a_time(do: Do[Any]) -> None:
    one = a_suggestion("one")
    asked = one.pattern.pattern_id, one.origin
    assert await do(lambda store: store.suggestion(*asked)) is None
    await do(lambda store: store.save_suggestion(one))
    assert await do(lambda store: store.suggestion(*asked)) == one
    adopted = one.moved("adopted", NOW, "advisor-1", None)
    await do(lambda store: store.save_suggestion(adopted))
    assert await do(lambda store: store.suggestion(*asked, to_change=True)) == adopted
    with pytest.raises(Stale):
        await do(lambda store: store.save_suggestion(adopted))


async def test_suggestions_are_listed_by_status_and_page(do: Do[Any]) -> None:
    rows = [a_suggestion("b"), a_suggestion("b", origin="marseille"), a_suggestion("a", minutes=1)]
    for row in rows:
        await do(lambda store, row=row: store.save_suggestion(row))
    adopted = rows[2].moved("adopted", NOW, "advisor-1", None)
    await do(lambda store: store.save_suggestion(adopted))

    async def listed(**asked: Any) -> list[Suggestion]:  # noqa: ANN401 arguments of the store
        usual: dict[str, Any] = {"status": None, "after": None, "limit": 9}
        return await do(lambda store: store.suggestions(**{**usual, **asked}))

    assert await listed() == [*rows[:2], adopted]
    assert await listed(status="adopted") == [adopted]
    assert await listed(limit=1) == rows[:1]
    assert await listed(after=key_of_suggestion(rows[0]), limit=1) == rows[1:2]
