"""What the ledger says in a terminal."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from maillage_contracts.refusals import NotFound
from maillage_hub.commands.impact import SAID
from maillage_impact.__main__ import main
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.domain.entry import Occasion, Subject, write
from maillage_impact.domain.material import MaterialChange, account_material
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


async def test_a_terminal_tells_what_is_multiplied_and_what_newer_factors_say() -> None:
    store, entry_id = await a_ledger()
    store.differences.append((UUID(int=8), entry_id, Decimal("0.5")))
    said, _ = await answer(parse(["explain", str(entry_id)]), store)
    told = SAID["explain"](json.loads(written(said)))
    assert "ghg_induced_transport: 10.112 kgCO2e, account induced" in told
    assert "term       20 x van_diesel_consumption x diesel" in told
    assert re.search(r"95 %       [0-9.]+ to [0-9.]+\n", told)
    assert "today      10.612 kgCO2e, with newer factors" in told
    assert re.search(r"factor     diesel .* \+- 10.* %", told)


async def test_a_terminal_tells_whether_anything_was_avoided() -> None:
    store = MemoryStore()
    change = MaterialChange("biowaste_dry", "methanisation", "composting", None, Decimal(1))
    (line, *_) = account_material(change, Decimal(1000), store.factors)
    kept = write(line, Occasion(Subject("synergy", UUID(int=7)), DAY, DAY, (UUID(int=1),)))
    await store.append([kept])
    said, _ = await answer(parse(["explain", str(kept.entry_id)]), store)
    told = SAID["explain"](json.loads(written(said)))
    assert re.search(r"above zero with a probability of 0\.[0-9]+, not demonstrated", told)


@pytest.mark.parametrize("words", [["verify"], ["explain", str(UUID(int=1))]])
def test_without_settings_a_command_says_what_is_missing(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAILLAGE_TERRITORY", raising=False)
    assert main(words) == 2
    assert "MAILLAGE_TERRITORY" in capsys.readouterr().err
