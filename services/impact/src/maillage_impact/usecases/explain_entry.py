"""Open a figure down to its factors, its baseline, its causes and its shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry, shares
from maillage_impact.domain.factors import Factor
from maillage_impact.domain.transport import weights
from maillage_impact.usecases.store import Store


@dataclass(frozen=True)
class Explanation:
    """A line and all that it stands on. `shares` splits a tour's line between synergies."""

    entry: Entry
    factors: Sequence[Factor]
    baseline: Baseline | None
    corrected_by: UUID | None
    shares: Mapping[UUID, Decimal]


async def explain_entry(entry_id: UUID, store: Store) -> Explanation:
    """Raises NotFound."""
    entry = await store.entry(entry_id)
    tour = await store.tour(entry.subject.id) if entry.subject.kind == "tour" else None
    keys = weights(tour.driven) if tour and tour.driven else {}
    return Explanation(
        entry=entry,
        factors=[store.factors.get(factor_id) for factor_id, _ in entry.factors],
        baseline=await store.baseline(entry.baseline_id) if entry.baseline_id else None,
        corrected_by=await store.correction_of(entry_id),
        shares=shares(entry.value, keys),
    )
