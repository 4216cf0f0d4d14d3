"""Several territories together, from the files that each of them wrote."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from maillage_impact.__main__ import main
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.domain.entry import Finding, Occasion, Subject, amend, write
from maillage_impact.entrypoints.commands import answer, parse

DAY = date(2026, 11, 23)


async def a_ledger(out: Path, *numbers: int) -> Path:
    """Tours by number, each of 10 km and 5 of them empty; tour 1 was corrected to 8 km."""
    store = MemoryStore()
    for number in numbers:
        occasion = Occasion(Subject("tour", UUID(int=number)), DAY, DAY, (UUID(int=number),))
        line = write(Finding("distance_driven", Decimal(10), "odometer"), occasion)
        empty = write(Finding("distance_empty", Decimal(5), "plan"), occasion)
        await store.append([line, empty])
        if number == 1:
            better = write(Finding("distance_driven", Decimal(8), "odometer"), occasion)
            await store.append(amend(line, better, "error"))
    await answer(parse(["lines", "--out", str(out)]), store)
    return out


async def test_a_tour_across_a_border_is_counted_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = await a_ledger(tmp_path / "here.jsonl", 1, 2)
    there = await a_ledger(tmp_path / "there.jsonl", 1, 3)
    assert main(["roll-up", str(here), str(there)]) == 0
    said = json.loads(capsys.readouterr().out)
    sums = {total["indicator"]: (total["value"], total["entries"]) for total in said["totals"]}
    assert sums == {"distance_driven": ("28.000", 3), "distance_empty": ("15.000", 3)}
    assert (said["lines"], said["in_several"]) == (8, 4)


async def test_two_ledgers_that_contradict_each_other_are_not_summed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = await a_ledger(tmp_path / "here.jsonl", 2)
    there = tmp_path / "there.jsonl"
    there.write_text(here.read_text().replace("10.000", "11.000"))
    assert main(["roll-up", str(here), str(there)]) == 1
    assert "says otherwise in another ledger" in capsys.readouterr().err


async def test_a_file_that_is_none_is_named_with_its_line_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = await a_ledger(tmp_path / "here.jsonl", 2)
    broken = here.read_text().replace('"5.000"', '"five"')
    here.write_text(broken)
    assert main(["roll-up", str(here)]) == 2
    assert "here.jsonl, line 2, value" in capsys.readouterr().err
