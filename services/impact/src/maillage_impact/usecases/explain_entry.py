"""Open a figure down to its factors, its baseline, its causes and its shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry, shares
from maillage_impact.domain.factors import Factor, UnknownFactor
from maillage_impact.domain.transport import weights
from maillage_impact.domain.uncertainty import Spread, spread
from maillage_impact.usecases.store import Store


@dataclass(frozen=True)
class Explanation:
    """A line and all that it stands on. `shares` splits a tour's line between synergies."""

    entry: Entry
    factors: Sequence[Factor]
    baseline: Baseline | None
    corrected_by: UUID | None
    shares: Mapping[UUID, Decimal]
    difference: Decimal
    """What newer factors changed since it was written: reported + difference = current."""
    spread: Spread | None
    """Of what the line says now, drawn from its terms."""


async def explain_entry(entry_id: UUID, store: Store) -> Explanation:
    """Raises NotFound."""
    entry = await store.entry(entry_id)
    tour = await store.tour(entry.subject.id) if entry.subject.kind == "tour" else None
    keys = weights(tour.driven) if tour and tour.driven else {}
    used = factors_of(entry, store)
    by_id = {factor.factor_id: factor for factor in used}
    return Explanation(
        entry=entry,
        factors=used,
        baseline=await store.baseline(entry.baseline_id) if entry.baseline_id else None,
        corrected_by=await store.correction_of(entry_id),
        shares=shares(entry.value, keys),
        difference=await store.difference_of(entry_id),
        spread=spread(entry.terms, by_id) if entry.terms else None,
    )


def factors_of(entry: Entry, store: Store) -> list[Factor]:
    """The factors of a line, in the versions that it was written with; raises UnknownFactor."""
    found: list[Factor] = []
    for factor_id, version in entry.factors:
        if version not in store.factor_sets:
            raise UnknownFactor(f"no factor set {version!r} is here")
        found.append(store.factor_sets[version].get(factor_id))
    return found
