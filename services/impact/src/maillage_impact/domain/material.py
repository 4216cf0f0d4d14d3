"""What using one matter instead of another changes, by weighed mass."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.entry import Finding, compute
from maillage_impact.domain.factors import FactorSet, check_boundaries
from maillage_impact.domain.uncertainty import Term, gather

HIERARCHY = (
    "reuse",
    "recycling",
    "composting",
    "methanisation",
    "incineration",
    "landfill",
)
"""Best first: directive 2008/98/EC, article 4, its five steps spread over the routes."""
_RANK = {
    "reuse": 0,
    "recycling": 1,
    "composting": 1,
    "methanisation": 1,
    "incineration": 2,
    "landfill": 3,
}

BIOWASTE_SORTED_SINCE = date(2024, 1, 1)
"""Code de l'environnement, L541-21-1: sorting at source for all who produce biowaste."""
SORTED_FAMILIES = frozenset({"board", "film", "wood"})
"""Flows to be sorted above the threshold: Code de l'environnement, D543-281."""


@dataclass(frozen=True)
class MaterialChange:
    """What a synergy uses, how it is treated now, and what its baseline says it was before."""

    spec: str
    route_after: str
    route_before: str
    replaces_spec: str | None
    replaced_per_unit: Decimal


def account_material(change: MaterialChange, mass_kg: Decimal, factors: FactorSet) -> list[Finding]:
    """Findings for a weighed mass: induced by the treatment, avoided against the baseline.

    Avoided = mass x (treatment before + replaced x production of what is no longer bought)
    - mass x treatment now. What becomes of the replaced product at its end of life is left out,
    which lowers the result. Transport is in its own account. Raises UnknownFactor, MixedBoundaries.
    """
    tonnes = mass_kg / 1000
    now = factors.treatment(change.spec, change.route_after)
    before = factors.treatment(change.spec, change.route_before)
    used = [before, now]
    terms = [Term(tonnes, (before.factor_id,)), Term(-tonnes, (now.factor_id,))]
    made = factors.production(change.replaces_spec) if change.replaces_spec else None
    if made is not None:
        used.append(made)
        terms.append(Term(tonnes * change.replaced_per_unit, (made.factor_id,)))
    check_boundaries(before, now, made)
    method = (
        f"mass x ({change.route_before} + production of {change.replaces_spec or 'nothing'}"
        f" - {change.route_after})"
    )
    findings = [compute("ghg_avoided_material", gather(terms), used, method)]
    if _RANK[change.route_after] < _RANK[change.route_before]:
        moved = f"weighed; {change.route_before} before, {change.route_after} now"
        findings.append(Finding("mass_redirected", mass_kg, moved, quality="a"))
    return findings


def account_treatment(spec: str, route: str, mass_kg: Decimal, factors: FactorSet) -> Finding:
    """What the treatment of a weighed mass emits; no baseline is needed. Raises UnknownFactor."""
    factor = factors.treatment(spec, route)
    terms = [Term(mass_kg / 1000, (factor.factor_id,))]
    return compute("ghg_induced_treatment", terms, (factor,), f"mass x {factor.label}")


def check_route(field: str, route: str) -> None:
    """Raises Invalid for a route that the hierarchy does not know."""
    if route not in HIERARCHY:
        raise Invalid(field, f"say one of {', '.join(HIERARCHY)}")


def check_floor(family: str, route_before: str, valid_from: date, *, below_threshold: bool) -> None:
    """Raises Invalid when the law already forbids the route that a baseline starts from."""
    if route_before not in {"landfill", "incineration"}:
        return
    if family == "biowaste" and valid_from >= BIOWASTE_SORTED_SINCE:
        raise Invalid(
            "route_before",
            "biowaste must be sorted since 1 January 2024: composting or methanisation is the "
            "lawful reference",
        )
    if family in SORTED_FAMILIES and not below_threshold:
        raise Invalid(
            "route_before",
            f"{family} must be sorted for recycling above the legal threshold: take recycling, "
            "or set below_threshold with the evidence",
        )
