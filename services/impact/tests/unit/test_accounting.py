"""What follows from an approval when little is known."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.domain.accounting import change_of
from maillage_impact.domain.baseline import Baseline
from maillage_impact.usecases.approve_baseline import ApproveBaseline, approve_baseline
from maillage_impact.usecases.store import KnownSynergy
from maillage_impact.usecases.sum_subject import sum_subject

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DRAFT = Baseline(
    baseline_id=UUID(int=1),
    scope="synergy",
    synergy_id=UUID(int=7),
    kind="observed",
    description="d",
    evidence="e",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
    route_before="recycling",
)


def test_a_baseline_of_rounds_says_nothing_of_matter() -> None:
    assert change_of(replace(DRAFT, route_before=None), "pallet", "reuse") is None


async def test_an_approval_for_a_synergy_not_seen_yet_writes_nothing() -> None:
    store = MemoryStore(known_baselines={DRAFT.baseline_id: DRAFT})
    assert list(await approve_baseline(ApproveBaseline(DRAFT.baseline_id), store, NOW)) == []
    assert (await store.baseline(DRAFT.baseline_id)).approved_on == NOW.date()


async def test_an_approved_synergy_without_a_saving_lacks_nothing() -> None:
    synergy = KnownSynergy(
        UUID(int=7), "t", NOW.date(), ((UUID(int=2), Decimal(1)),), "pallet", "reuse"
    )
    store = MemoryStore(
        known_baselines={DRAFT.baseline_id: DRAFT}, known_synergies={synergy.synergy_id: synergy}
    )
    assert list(await approve_baseline(ApproveBaseline(DRAFT.baseline_id), store, NOW)) == []
    found = await sum_subject("synergy", synergy.synergy_id, store)
    assert (list(found.totals), list(found.not_accounted)) == ([], [])
