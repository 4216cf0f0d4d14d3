"""What would have been without: dated, with its evidence, approved by a person."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from maillage_contracts.refusals import Invalid, Refused
from maillage_impact.domain.entry import Finding
from maillage_impact.domain.factors import FactorSet
from maillage_impact.domain.material import check_floor, check_route

VALID_FOR_MAX = timedelta(days=3 * 366)
"""After three years a reference is renewed (design decision, in line with yearly invoices)."""
KINDS = ("observed", "counterfactual", "sector_average")
QUALITY_MAX = {"observed": "a", "counterfactual": "c", "sector_average": "d"}
"""What a figure held against each kind can be at best: a is measured, d default."""
SCOPES = ("synergy", "rounds")

NEXT: dict[str, frozenset[str]] = {
    "drafted": frozenset({"approved", "withdrawn"}),
    "approved": frozenset({"superseded"}),
    "superseded": frozenset(),
    "withdrawn": frozenset(),
}


@dataclass(frozen=True)
class Baseline:
    """The reference for a synergy's matter, or for the rounds that were driven alone."""

    baseline_id: UUID
    scope: str
    synergy_id: UUID | None
    kind: str
    description: str
    evidence: str
    valid_from: date
    valid_to: date
    route_before: str | None = None
    replaces_spec: str | None = None
    replaced_per_unit: Decimal = Decimal(1)
    below_threshold: bool = False
    round_ids: tuple[UUID, ...] = ()
    status: str = "drafted"
    approved_on: date | None = None
    version: int = 1

    @property
    def asks_planner(self) -> bool:
        """Whether each day is held against what the planner says that all would drive alone."""
        return self.scope == "rounds" and not self.round_ids

    def covers(self, on: date) -> bool:
        """Whether it is in force on a day."""
        counts = self.status in {"approved", "superseded"}
        return counts and self.valid_from <= on <= self.valid_to


def move(baseline: Baseline, status: str) -> Baseline:
    """The baseline in its next status; raises Refused when the table does not allow it."""
    if status not in NEXT[baseline.status]:
        raise Refused(f"a baseline that is {baseline.status} cannot become {status}")
    return replace(baseline, status=status, version=baseline.version + 1)


def supersede(baseline: Baseline, last_day: date) -> Baseline:
    """The baseline with its last day: what it already covered stays as it was written."""
    if not baseline.valid_from <= last_day <= baseline.valid_to:
        raise Invalid("last_day", f"say a day from {baseline.valid_from} to {baseline.valid_to}")
    return replace(move(baseline, "superseded"), valid_to=last_day)


def no_better(baseline: Baseline, finding: Finding) -> Finding:
    """The finding with evidence no better than that of what it is held against."""
    best = QUALITY_MAX[baseline.kind]
    if best == "d":
        return replace(finding, quality=max(finding.quality, best), state="estimated")
    return finding if finding.quality >= best else replace(finding, quality=best)


def overlap(baseline: Baseline, others: Iterable[Baseline]) -> Baseline | None:
    """Another baseline in force for the same thing on some of the same days."""
    return next(
        (
            other
            for other in others
            if other.baseline_id != baseline.baseline_id
            and (other.covers(baseline.valid_from) or baseline_covers(baseline, other))
        ),
        None,
    )


def baseline_covers(baseline: Baseline, other: Baseline) -> bool:
    """Whether `other`, in force, begins during `baseline`."""
    begins = other.covers(other.valid_from)
    return begins and baseline.valid_from <= other.valid_from <= baseline.valid_to


def check(baseline: Baseline, spec: str | None, factors: FactorSet) -> None:
    """Raises Invalid naming the field that makes the baseline unusable, or UnknownFactor.

    `spec` is the resource of the synergy it is for, when there is one.
    """
    if baseline.valid_to < baseline.valid_from:
        raise Invalid("valid_to", "it must not be before valid_from")
    if baseline.valid_to - baseline.valid_from > VALID_FOR_MAX:
        raise Invalid("valid_to", "a baseline holds three years at most: renew it")
    if baseline.kind not in KINDS:
        raise Invalid("kind", f"say one of {', '.join(KINDS)}")
    if baseline.scope == "rounds":
        if not baseline.round_ids and baseline.kind != "counterfactual":
            raise Invalid("round_ids", "name the rounds that were driven before")
    elif baseline.scope == "synergy":
        _check_material(baseline, spec, factors)
    else:
        raise Invalid("scope", f"say one of {', '.join(SCOPES)}")


def _check_material(baseline: Baseline, spec: str | None, factors: FactorSet) -> None:
    if baseline.synergy_id is None:
        raise Invalid("synergy_id", "name the synergy that this is the reference of")
    if baseline.route_before is None:
        raise Invalid("route_before", "say where the matter went before")
    check_route("route_before", baseline.route_before)
    if spec is None:
        raise Invalid("synergy_id", "this synergy changes no matter: it needs no such baseline")
    check_floor(
        factors.family(spec),
        baseline.route_before,
        baseline.valid_from,
        below_threshold=baseline.below_threshold,
        valid_to=baseline.valid_to,
    )
    factors.treatment(spec, baseline.route_before)
    if baseline.replaces_spec is not None:
        factors.production(baseline.replaces_spec)
