"""What driving emits: whole rounds, empty kilometres included, shared by mass and distance."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from maillage_impact.domain.entry import Finding, compute
from maillage_impact.domain.factors import Factor, FactorSet
from maillage_impact.domain.uncertainty import Term, gather

BY_CLASS = {
    "cargo_bike": "distance_avoided_bike",
    "van": "distance_avoided_van",
    "truck": "distance_avoided_truck",
    "articulated": "distance_avoided_truck",
    "": "distance_avoided_other",
}
"""Indicator of the kilometres avoided by vehicles whose class begins so; the first that fits."""
INSIDE_ZONES = "distance_avoided_zone"


@dataclass(frozen=True)
class Carried:
    """What a tour did for one order: kg weighed, km from pickup to drop-off without detours."""

    order_id: UUID
    synergy_id: UUID | None
    mass_kg: Decimal
    direct_km: Decimal


@dataclass(frozen=True)
class DrivenTour:
    """A tour as it was driven."""

    tour_id: UUID
    vehicle_class: str
    energy: str
    distance_km: Decimal
    is_measured: bool
    """Whether the distance was read from the odometer; else it is the planned one."""
    empty_km: Decimal
    insertion_hours: Decimal
    carried: tuple[Carried, ...]
    capacity_kg: Decimal | None = None
    moved_tkm: Decimal | None = None
    """What was on board x each way driven; None where it was not told."""
    low_emission_km: Decimal | None = None
    """Of the distance, inside low-emission zones; None where it was not told."""


@dataclass(frozen=True)
class ReferenceRound:
    """A round that somebody drove alone before."""

    round_id: UUID
    weekdays: tuple[int, ...]
    vehicle_class: str
    energy: str
    distance_km: Decimal
    low_emission_km: Decimal | None = None
    """As in a driven tour: a round that was declared does not say it."""


@dataclass(frozen=True)
class Alone:
    """What each actor would have driven alone for the orders of a plan, as the planner says."""

    plan_id: UUID
    rounds: tuple[ReferenceRound, ...]
    unplanned: int
    """Orders that nobody could have carried alone: left out, which lowers what is avoided."""
    cause: UUID

    @property
    def words(self) -> str:
        """For the method of a line."""
        left = f" ({self.unplanned} orders that nobody could carry are not in it)"
        return f"rounds planned for each actor alone{left if self.unplanned else ''}"


def account_driving(tour: DrivenTour, factors: FactorSet) -> list[Finding]:
    """What a tour emitted and did: emissions are vehicle-km times the factor by km.

    ISO 14083 asks for the whole round trip with its empty running; a planned distance instead
    of the odometer's lowers the quality. Raises UnknownFactor.
    """
    used = factors.driving(tour.vehicle_class, tour.energy)
    quality, state = ("b", "measured") if tour.is_measured else ("c", "estimated")
    carried = sum((order.mass_kg for order in tour.carried), Decimal(0))
    source = "odometer" if tour.is_measured else "plan"
    emitted = compute(
        "ghg_induced_transport",
        [_term(tour.distance_km, used)],
        used,
        f"distance ({source}) x {' x '.join(factor.label for factor in used)}",
    )
    findings = [
        replace(emitted, quality=quality, state=state),
        Finding("distance_driven", tour.distance_km, source, quality=quality, state=state),
        Finding("distance_empty", tour.empty_km, "plan", quality="c", state="estimated"),
        Finding("mass_carried", carried, "weighed by the crew", quality="a"),
    ]
    if tour.vehicle_class.startswith("cargo_bike"):
        km = Finding("distance_by_bike", tour.distance_km, source, quality=quality, state=state)
        orders = Decimal(sum(1 for order in tour.carried if order.mass_kg))
        findings += [
            km,
            Finding("mass_by_bike", carried, "weighed by the crew", quality="a"),
            Finding("orders_by_bike", orders, "handed over by the crew"),
        ]
        if tour.moved_tkm is not None:
            moved = Finding("transport_by_bike", tour.moved_tkm, "load x km", quality=quality)
            findings.append(moved)
    if tour.capacity_kg and tour.moved_tkm is not None:
        possible_tkm = tour.capacity_kg * tour.distance_km / 1000
        findings += [
            Finding(
                "transport_moved", tour.moved_tkm, "load on board x km driven", quality=quality
            ),
            Finding("transport_possible", possible_tkm, f"payload x {source}", quality=quality),
        ]
    if tour.insertion_hours:
        hours = Finding("insertion_hours", tour.insertion_hours, "crew hours of the tour")
        findings.append(hours)
    return findings


def _term(amount: Decimal, used: Iterable[Factor]) -> Term:
    return Term(amount, tuple(factor.factor_id for factor in used))


def weights(tour: DrivenTour) -> dict[UUID, Decimal]:
    """Tonne-kilometres by synergy: mass times direct distance, as ISO 14083 shares a round."""
    keys: dict[UUID, Decimal] = {}
    for order in tour.carried:
        if order.synergy_id is not None:
            activity = order.mass_kg * order.direct_km / 1000
            keys[order.synergy_id] = keys.get(order.synergy_id, Decimal(0)) + activity
    return keys


def account_sharing(
    rounds: Iterable[ReferenceRound],
    driven: Iterable[DrivenTour],
    factors: FactorSet,
    *,
    words: str = "rounds of the baseline",
) -> list[Finding]:
    """What sharing the rounds changed: the baseline's rounds of that day minus the tours driven.

    Signed: more kilometres or emissions than before come out negative. What hubs emit is taken off
    apart, by `hub_energy`. Kilometres of all classes make the total. Raises UnknownFactor.
    """
    before, after = list(rounds), list(driven)
    km = _km(before) - _km(after)
    used: dict[str, Factor] = {}
    terms: list[Term] = []
    for vehicle, sign in [*((r, 1) for r in before), *((t, -1) for t in after)]:
        multiplied = factors.driving(vehicle.vehicle_class, vehicle.energy)
        used |= {factor.factor_id: factor for factor in multiplied}
        terms.append(_term(sign * vehicle.distance_km, multiplied))
    measured = all(tour.is_measured for tour in after)
    quality, state = ("b", "measured") if measured else ("c", "estimated")
    method = f"{len(before)} {words} minus {len(after)} tours driven"
    emitted = compute(
        "ghg_avoided_logistics",
        gather(terms),
        used.values(),
        f"{method}, each distance x its factors by km",
    )
    by_class = [
        Finding(code, _km(before, code) - _km(after, code), method, quality=quality, state=state)
        for code in dict.fromkeys(BY_CLASS.values())
    ]
    return [
        Finding("distance_avoided", km, method, quality=quality, state=state),
        replace(emitted, quality=quality, state=state),
        *by_class,
        _inside_zones(before, after, method),
    ]


def _inside_zones(
    before: Iterable[ReferenceRound], after: Iterable[DrivenTour], method: str
) -> Finding:
    """Modelled even where an odometer was read; nothing unless all rounds say it."""
    signed = [(1, one.low_emission_km) for one in before]
    signed += [(-1, one.low_emission_km) for one in after]
    told = [sign * km for sign, km in signed if km is not None]
    words = f"{method}, their straight lines inside low-emission zones"
    if len(told) < len(signed):
        told, words = [], "not every round says what of it was inside low-emission zones"
    km = sum(told, Decimal(0))
    return Finding(INSIDE_ZONES, km, words, quality="c", state="estimated")


def _km(vehicles: Iterable[ReferenceRound | DrivenTour], by_class: str | None = None) -> Decimal:
    km = (one.distance_km for one in vehicles if by_class in {None, _class_of(one.vehicle_class)})
    return sum(km, Decimal(0))


def _class_of(vehicle_class: str) -> str:
    return next(code for start, code in BY_CLASS.items() if vehicle_class.startswith(start))
