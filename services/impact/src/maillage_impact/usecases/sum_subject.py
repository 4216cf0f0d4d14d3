"""The figures of one synergy, tour or plan, and what is missing for more."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from maillage_impact.domain.accounting import in_force
from maillage_impact.domain.entry import Total, totals
from maillage_impact.domain.factors import MixedBoundaries, UnknownFactor
from maillage_impact.usecases.store import EntryFilter, Store


@dataclass(frozen=True)
class Sums:
    """Totals by indicator, and in words what could not be accounted."""

    totals: Sequence[Total]
    not_accounted: Sequence[str]


async def sum_subject(kind: str, subject_id: UUID, store: Store) -> Sums:
    """Sum the lines in force."""
    lines = await store.entries(EntryFilter(kind, subject_id))
    missing: list[str] = []
    if kind == "synergy":
        missing = await _missing_of_synergy(subject_id, store)
    elif kind == "plan":
        missing = await _missing_of_plan(subject_id, store)
    return Sums(totals([entry for _, entry in lines]), missing)


async def _missing_of_synergy(synergy_id: UUID, store: Store) -> list[str]:
    synergy = await store.synergy(synergy_id)
    if synergy is None:
        return ["no agreement with this identifier was seen"]
    if synergy.spec is None or synergy.route_after is None:
        return ["the agreement does not say which matter takes which route"]
    missing: list[str] = []
    try:
        store.factors.treatment(synergy.spec, synergy.route_after)
    except (UnknownFactor, MixedBoundaries) as error:
        missing.append(str(error))
    baselines = await store.baselines(synergy_id=synergy_id)
    if not any(baseline.status in {"approved", "superseded"} for baseline in baselines):
        missing.append("no approved baseline: activity is shown, nothing is said to be avoided")
    return missing


async def _missing_of_plan(plan_id: UUID, store: Store) -> list[str]:
    tours = await store.tours_of(plan_id)
    if not tours:
        return ["no published tour of this plan was seen"]
    if out := [tour for tour in tours if tour.driven is None]:
        return [f"{len(out)} tours of this plan are not home yet"]
    on = tours[0].on
    baseline = in_force(await store.baselines(scope="rounds"), on)
    if baseline is None:
        return [f"no approved baseline of rounds covers {on}: nothing is said to be avoided"]
    if baseline.asks_planner and await store.alone(plan_id) is None:
        return ["the planner was not asked what each actor would have driven alone"]
    return []
