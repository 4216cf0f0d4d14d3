"""Which lines follow from a delivery, a driven plan or an approved baseline."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from maillage_impact.domain.baseline import Baseline, no_better
from maillage_impact.domain.entry import Entry, Finding, Occasion, Subject, write
from maillage_impact.domain.factors import FactorSet
from maillage_impact.domain.material import (
    MaterialChange,
    account_food,
    account_material,
    account_treatment,
    is_eaten,
)
from maillage_impact.domain.transport import (
    BY_CLASS,
    INSIDE_ZONES,
    Alone,
    DrivenTour,
    ReferenceRound,
    account_sharing,
)


def in_force(baselines: Iterable[Baseline], on: date) -> Baseline | None:
    """The baseline that covers a day; two never do, approval refuses it."""
    return next((baseline for baseline in baselines if baseline.covers(on)), None)


def change_of(baseline: Baseline, spec: str, route_after: str) -> MaterialChange | None:
    """What a synergy changes when it is held against this baseline."""
    if baseline.route_before is None:
        return None
    return MaterialChange(
        spec=spec,
        route_after=route_after,
        route_before=baseline.route_before,
        replaces_spec=baseline.replaces_spec,
        replaced_per_unit=baseline.replaced_per_unit,
    )


def lines_of_activity(
    occasion: Occasion, spec: str, route: str, mass_kg: Decimal, factors: FactorSet
) -> list[Entry]:
    """What a weighed mass did whatever was before: no baseline is needed."""
    if is_eaten(spec, route):
        eaten = Finding("food_redistributed", mass_kg, "weighed at the drop-off", quality="a")
        return [write(eaten, occasion)]
    return [write(account_treatment(spec, route, mass_kg, factors), occasion)]


def lines_of_change(
    occasion: Occasion,
    change: MaterialChange,
    mass_kg: Decimal,
    factors: FactorSet,
    baseline: Baseline,
) -> list[Entry]:
    """What a weighed mass changed against the baseline of the occasion."""
    if is_eaten(change.spec, change.route_after):
        moved = f"weighed; {change.route_before} before, eaten now"
        findings = [
            account_food(mass_kg, change.route_before, change.spec, factors),
            Finding("mass_redirected", mass_kg, moved, quality="a"),
        ]
    else:
        findings = account_material(change, mass_kg, factors)
    return [write(no_better(baseline, finding), occasion) for finding in findings]


def lines_of_plan(
    plan_id: UUID,
    tours: Sequence[tuple[DrivenTour, UUID]],
    without: Sequence[ReferenceRound] | Alone,
    *,
    baseline: Baseline,
    on: date,
    factors: FactorSet,
) -> list[Entry]:
    """What a day of shared rounds changed. `tours` come with the events that completed them."""
    driven, causes = [tour for tour, _ in tours], [cause for _, cause in tours]
    if isinstance(without, Alone):
        findings = account_sharing(without.rounds, driven, factors, words=without.words)
        causes.append(without.cause)
    else:
        that_day = [round_ for round_ in without if on.isoweekday() in round_.weekdays]
        findings = account_sharing(that_day, driven, factors)
    occasion = Occasion(
        subject=Subject("plan", plan_id),
        period_start=on,
        period_end=on,
        causes=tuple(sorted(causes)),
        baseline_id=baseline.baseline_id,
        lot=f"plan/{plan_id}",
    )
    return [write(no_better(baseline, finding), occasion) for finding in findings]


def is_silent(line: Entry) -> bool:
    """Whether a line says that nothing changed for a class of vehicles, or inside zones."""
    return line.value == 0 and line.indicator in {*BY_CLASS.values(), INSIDE_ZONES}


def line_of_saving(occasion: Occasion, saving_eur: Decimal) -> Entry:
    """A year's saving as the parties confirmed it, once a baseline says what it is held against."""
    method = "confirmed by the parties in their agreement"
    finding = Finding("saving", saving_eur, method, quality="e", state="estimated")
    return write(finding, occasion)
