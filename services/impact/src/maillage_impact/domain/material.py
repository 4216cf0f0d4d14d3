"""What using one matter instead of another changes, by weighed mass."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.entry import Finding, compute, rounded
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

DISPOSAL = frozenset({"landfill"})
"""Disposal; incineration is taken for recovery, as DEFRA's factors do."""
FOOD_SPECS = frozenset({"surplus_food"})
DISPLACEMENT = Decimal("0.5")
"""Share of other food that redistributed food replaces: an assumption, always shown as one."""
BELOW_FLOOR = frozenset({"landfill", "incineration"})


@dataclass(frozen=True)
class Floor:
    """What the law already asks for: less than that is no reference that anything is saved from."""

    families: frozenset[str]
    since: date
    words: str
    has_threshold: bool
    """Whether it holds above 1,100 litres a week only (all waste of the producer together)."""
    source: str


FLOORS = (
    Floor(
        frozenset({"biowaste"}),
        date(2024, 1, 1),
        "must be sorted since 1 January 2024: composting or methanisation is the lawful reference",
        has_threshold=False,
        source="Code de l'environnement, L541-21-1",
    ),
    Floor(
        frozenset(
            {
                *("board", "paper", "wood", "glass", "metal", "aluminium", "steel"),
                *("film", "plastics", "rigid_plastic", "hdpe", "pet", "pp"),
            }
        ),
        date(2016, 7, 1),
        "must be sorted for recycling above the legal threshold since 1 July 2016: take "
        "recycling, or set below_threshold with the evidence",
        has_threshold=True,
        source="Code de l'environnement, D543-281 (decree 2016-288)",
    ),
    Floor(
        frozenset({"aggregates", "bricks", "concrete", "plasterboard"}),
        date(2021, 7, 19),
        "must be sorted above the legal threshold since 19 July 2021: take recycling, or set "
        "below_threshold with the evidence",
        has_threshold=True,
        source="Code de l'environnement, D543-281 (decree 2021-950)",
    ),
    Floor(
        frozenset({"textile"}),
        date(2025, 1, 1),
        "must be sorted since 1 January 2025: reuse or recycling is the lawful reference",
        has_threshold=False,
        source="Code de l'environnement, L541-21-2 (directive 2008/98/EC, article 11)",
    ),
)


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
        if change.route_before in DISPOSAL:
            findings.append(Finding("mass_diverted", mass_kg, moved, quality="a"))
    if made is not None:
        replaced_kg = mass_kg * change.replaced_per_unit
        method = f"weighed x {change.replaced_per_unit} of {change.replaces_spec}"
        findings.append(Finding("virgin_mass_replaced", replaced_kg, method))
    return findings


def is_eaten(spec: str, route: str) -> bool:
    """Whether a mass is food that people eat: accounted as food, not as matter."""
    return spec in FOOD_SPECS and route == "reuse"


def account_food(mass_kg: Decimal, route_before: str, spec: str, factors: FactorSet) -> Finding:
    """What eating a mass of surplus food avoids, against the route that it would have taken.

    How much other food it replaces is an assumption: the method shows the figure for none and
    for all. Raises UnknownFactor.
    """
    food, before = factors.get("food_average"), factors.treatment(spec, route_before)
    thrown = Term(mass_kg / 1000, (before.factor_id,))

    def eaten(share: Decimal) -> Finding:
        terms = [Term(mass_kg * share, (food.factor_id,)), thrown]
        return compute("ghg_avoided_food", terms, (food, before), "")

    none, all_ = rounded(eaten(Decimal(0)).value), rounded(eaten(Decimal(1)).value)
    method = (
        f"mass x ({DISPLACEMENT} x food + {route_before}); displacement is an assumption: "
        f"{none} with 0, {all_} with 1"
    )
    return replace(eaten(DISPLACEMENT), method=method, quality="c", state="estimated")


def account_treatment(spec: str, route: str, mass_kg: Decimal, factors: FactorSet) -> Finding:
    """What the treatment of a weighed mass emits; no baseline is needed. Raises UnknownFactor."""
    factor = factors.treatment(spec, route)
    terms = [Term(mass_kg / 1000, (factor.factor_id,))]
    return compute("ghg_induced_treatment", terms, (factor,), f"mass x {factor.label}")


def check_route(field: str, route: str) -> None:
    """Raises Invalid for a route that the hierarchy does not know."""
    if route not in HIERARCHY:
        raise Invalid(field, f"say one of {', '.join(HIERARCHY)}")


def check_floor(
    family: str,
    route_before: str,
    valid_from: date,
    *,
    below_threshold: bool,
    valid_to: date | None = None,
) -> None:
    """Raises Invalid when the law forbids the route that a baseline starts from.

    A baseline may hold until the day before a duty begins, not beyond it.
    """
    floor = floor_of(family)
    if floor is None or route_before not in BELOW_FLOOR:
        return
    if floor.has_threshold and below_threshold:
        return
    if valid_from >= floor.since:
        raise Invalid("route_before", f"{family} {floor.words}")
    if valid_to is not None and valid_to >= floor.since:
        raise Invalid("valid_to", f"{family} {floor.words}: end this baseline the day before")


def floor_of(family: str) -> Floor | None:
    """The duty that a family of materials is under."""
    return next((floor for floor in FLOORS if family in floor.families), None)
