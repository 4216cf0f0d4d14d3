"""What the ledger says in a terminal."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from maillage_contracts.refusals import NotFound
from maillage_impact.__main__ import main
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.domain.entry import Occasion, Subject, write
from maillage_impact.domain.transport import DrivenTour, account_driving
from maillage_impact.entrypoints.commands import answer, parse, written

DAY = date(2026, 11, 23)


async def a_ledger() -> tuple[MemoryStore, UUID]:
    store = MemoryStore()
    tour = DrivenTour(
        tour_id=UUID(int=4),
        vehicle_class="van",
        energy="diesel",
        distance_km=Decimal(20),
        is_measured=True,
        empty_km=Decimal(6),
        insertion_hours=Decimal(0),
        carried=(),
    )
    occasion = Occasion(Subject("tour", tour.tour_id), DAY, DAY, (UUID(int=1),))
    lines = [write(finding, occasion) for finding in account_driving(tour, store.factors)]
    await store.append(lines)
    return store, lines[0].entry_id


async def test_verify_says_where_the_ledger_ends_and_that_it_holds() -> None:
    store, _ = await a_ledger()
    said, code = await answer(parse(["verify"]), store)
    assert (said["holds"], said["lines"], code) == (True, len(store.sealed), 0)
    again, code = await answer(parse(["verify", "--head", said["head"]]), store)
    assert (again["holds"], code) == (True, 0)


async def test_verify_fails_on_a_changed_line() -> None:
    store, _ = await a_ledger()
    first = store.sealed[0]
    store.sealed[0] = replace(first, entry=replace(first.entry, method="another"))
    said, code = await answer(parse(["verify"]), store)
    assert (said["holds"], said["place"], code) == (False, 1, 1)


async def test_explain_opens_a_line_down_to_its_factors_and_events() -> None:
    store, entry_id = await a_ledger()
    said, code = await answer(parse(["explain", str(entry_id)]), store)
    opened = json.loads(written(said))
    assert code == 0
    assert opened["factors"][0]["source"]
    assert opened["causes"] == [str(UUID(int=1))]
    with pytest.raises(NotFound):
        await answer(parse(["explain", str(UUID(int=9))]), store)


@pytest.mark.parametrize("words", [["verify"], ["explain", str(UUID(int=1))]])
def test_without_settings_a_command_says_what_is_missing(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAILLAGE_TERRITORY", raising=False)
    assert main(words) == 2
    assert "MAILLAGE_TERRITORY" in capsys.readouterr().err
