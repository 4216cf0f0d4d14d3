"""Newer factors: differences beside the lines, which stay as they were reported."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from maillage_contracts.impact import ImpactRecorded
from maillage_contracts.refusals import Invalid
from maillage_impact.adapters.factor_files import shipped_factors
from maillage_impact.domain.entry import Occasion, Subject, write
from maillage_impact.domain.factors import FactorSet
from maillage_impact.domain.material import MaterialChange, account_material
from maillage_impact.domain.restate import Summary, differences
from maillage_impact.domain.transport import ReferenceRound, account_sharing
from maillage_impact.usecases.restate_ledger import RestateLedger, restate_ledger
from maillage_impact.usecases.store import EntryFilter, Store
from maillage_impact.usecases.verify_ledger import verify_ledger
from maillage_serving.testing import NOON

DAY = date(2026, 11, 23)
OLD, NEW = shipped_factors("2026.1"), shipped_factors("2026.2")


def with_values(values: dict[str, str]) -> FactorSet:
    factors = [
        replace(f, value=Decimal(values.get(f.factor_id, f.value))) for f in NEW.factors.values()
    ]
    return FactorSet(factors, NEW.families, "2027.1")


async def a_ledger(store: Store) -> None:
    change = MaterialChange("biowaste_dry", "composting", "landfill", None, Decimal(1))
    lines = [
        write(
            finding,
            Occasion(Subject("synergy", UUID(int=7)), DAY, DAY, (UUID(int=n),), lot=f"order/{n}"),
        )
        for n in range(1, 4)
        for finding in account_material(change, Decimal(100 * n), OLD)
    ]
    await store.append(lines)


async def test_factors_that_say_the_same_change_nothing(store: Store) -> None:
    await a_ledger(store)
    assert list(await restate_ledger(RestateLedger("2026.2"), store, NOON)) == []
    assert list(await store.restatements()) == []


async def test_a_difference_is_kept_beside_each_line(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_ledger(store)
    dearer = {"biowaste_landfill": "792"}
    sets = {"2027.1": with_values(dearer)}
    monkeypatch.setattr(type(store), "factor_sets", property(lambda _: sets))
    (said,) = await restate_ledger(RestateLedger("2027.1"), store, NOON)
    assert isinstance(said, ImpactRecorded)
    assert said.statement.value == Decimal("60.000")  # 600 kg x 100 kgCO2e/t more
    (restatement,) = await store.restatements()
    assert (restatement.lines, restatement.version) == (3, "2027.1")
    reported = await store.entries(EntryFilter("synergy", indicator="ghg_avoided_material"))
    assert [entry.value for _, entry in reported] == [
        Decimal(v) for v in ("55.2", "110.4", "165.6")
    ]
    changed = [await store.difference_of(entry.entry_id) for _, entry in reported]
    assert changed == [10, 20, 30]
    assert list(await restate_ledger(RestateLedger("2027.1"), store, NOON)) == []
    assert (await verify_ledger(store)).broken is None


async def test_going_back_takes_everything_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_ledger(store)
    sets = {"2027.1": with_values({"biowaste_landfill": "792"}), "2026.2": NEW}
    monkeypatch.setattr(type(store), "factor_sets", property(lambda _: sets))
    for version in ("2027.1", "2026.2"):
        await restate_ledger(RestateLedger(version), store, NOON)
    lines = await store.entries(EntryFilter("restatement"))
    assert sum(entry.value for _, entry in lines) == 0
    ((_, first), *_) = await store.entries(EntryFilter("synergy"))
    assert await store.difference_of(first.entry_id) == 0


@pytest.mark.parametrize(
    ("command", "field"),
    [(RestateLedger("1999.1"), "version"), (RestateLedger("2026.2", "mood"), "reason")],
)
async def test_a_restatement_names_a_set_and_a_reason(
    store: Store, command: RestateLedger, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await restate_ledger(command, store, NOON)
    assert refusal.value.field == field


async def test_a_line_whose_factor_is_gone_keeps_what_it_says(store: Store) -> None:
    rounds = [ReferenceRound(UUID(int=1), (1,), "van", "diesel", Decimal(10))]
    occasion = Occasion(Subject("plan", UUID(int=2)), DAY, DAY, (UUID(int=3),))
    await store.append([write(f, occasion) for f in account_sharing(rounds, (), OLD)])
    lines = await store.restatable(0, 10)
    summary = Summary()
    assert list(differences(lines, NEW, summary)) == []
    assert summary.lines == 0
