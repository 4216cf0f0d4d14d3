"""Emissions by unit of activity: of operation categories, of chain elements, of whole chains."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from maillage_impact.domain.chain.activity import positive
from maillage_impact.domain.chain.energy import NONE, ONE, ZERO, Emissions, EnergyUse


def driving_emissions(distance_km: Decimal, uses_per_km: Iterable[EnergyUse]) -> Emissions:
    """Vehicle-kilometres x consumption by km x factor, for each energy that a vehicle uses.

    The distance is of whole round trips, empty running included.
    """
    by_km = sum(
        (
            Emissions(
                use.amount * use.operation_kg_per_unit, use.amount * use.provision_kg_per_unit
            )
            for use in uses_per_km
        ),
        NONE,
    )
    return by_km.times(distance_km)


def intensity(emissions_kg: Decimal, activity: Decimal) -> Decimal:
    """kgCO2e by unit of activity: t.km for transport, outgoing t for a hub, p.km, items."""
    return emissions_kg / positive("activity", activity)


def vehicle_intensity(
    kg_per_km: Decimal, payload_t: Decimal, load_factor: Decimal, empty_per_laden: Decimal
) -> Decimal:
    """kgCO2e by t.km of a vehicle that is laden to `load_factor` and drives back empty in part.

    `empty_per_laden` is empty km for each laden km.
    """
    carried_t = positive("load_factor", payload_t * load_factor)
    return kg_per_km * (ONE + empty_per_laden) / carried_t


def combined_intensity(categories: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """One intensity for several categories of (emissions in kg, activity): sum over sum."""
    given = list(categories)
    emitted = sum((emissions_kg for emissions_kg, _ in given), ZERO)
    return intensity(emitted, sum((activity for _, activity in given), ZERO))


def on_reference_distance(intensity_on_driven: Decimal, factor: Decimal) -> Decimal:
    """An intensity by t.km driven, as one by t.km of the reference distance."""
    return intensity_on_driven * factor


@dataclass(frozen=True)
class Element:
    """One step of a chain: transport has a distance, a hub operation has none."""

    emissions: Emissions
    mass_t: Decimal = ZERO
    distance_km: Decimal | None = None

    @property
    def activity_tkm(self) -> Decimal:
        """Transport activity; none of a hub operation."""
        return self.mass_t * self.distance_km if self.distance_km is not None else ZERO


def element(
    mass_t: Decimal, distance_km: Decimal | None, factors: Emissions, daf: Decimal = ONE
) -> Element:
    """A step by its intensity: by t.km with a distance, by outgoing t without.

    `daf` turns an intensity by t.km driven into one by t.km of the reference distance.
    """
    activity = mass_t * (distance_km * daf if distance_km is not None else ONE)
    return Element(factors.times(activity), mass_t, distance_km)


def chain_emissions(elements: Iterable[Element]) -> Emissions:
    """The emissions of all steps, hubs included."""
    return sum((step.emissions for step in elements), NONE)


def chain_activity_tkm(elements: Iterable[Element]) -> Decimal:
    """The transport activity of all steps: what a hub handles is not counted."""
    return sum((step.activity_tkm for step in elements), ZERO)


def chain_intensity(elements: Iterable[Element]) -> Decimal:
    """kgCO2e by t.km of a chain: hubs are in what it emits, not in what it moved."""
    given = list(elements)
    return intensity(chain_emissions(given).total_kg, chain_activity_tkm(given))
