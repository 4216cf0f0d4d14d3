"""From fuel and electricity to emissions: operation, energy provision, and their sum."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from maillage_contracts.refusals import Invalid

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class Emissions:
    """kgCO2e of operating (tank to wheel) and of providing the energy (well to tank)."""

    operation_kg: Decimal
    provision_kg: Decimal

    @property
    def total_kg(self) -> Decimal:
        """Well to wheel."""
        return self.operation_kg + self.provision_kg

    def __add__(self, other: "Emissions") -> "Emissions":
        return Emissions(
            self.operation_kg + other.operation_kg, self.provision_kg + other.provision_kg
        )

    def times(self, factor: Decimal) -> "Emissions":
        """The same, as often."""
        return Emissions(self.operation_kg * factor, self.provision_kg * factor)


NONE = Emissions(ZERO, ZERO)


@dataclass(frozen=True)
class EnergyUse:
    """An amount of one energy carrier, and what a unit of it emits."""

    amount: Decimal
    operation_kg_per_unit: Decimal
    provision_kg_per_unit: Decimal


def emissions_of_energy(uses: Iterable[EnergyUse]) -> Emissions:
    """The sum over energy carriers of amount x factor, in its two parts."""
    return sum_emissions(
        Emissions(use.amount * use.operation_kg_per_unit, use.amount * use.provision_kg_per_unit)
        for use in uses
    )


def sum_emissions(parts: Iterable[Emissions]) -> Emissions:
    """Operation with operation, provision with provision."""
    return sum(parts, NONE)


def fuel_energy_mj(mass_kg: Decimal, heating_value_mj_per_kg: Decimal) -> Decimal:
    """The energy in a mass of fuel, by its lower heating value."""
    return mass_kg * heating_value_mj_per_kg


def fuel_mass_kg(volume_l: Decimal, density_kg_per_l: Decimal) -> Decimal:
    """The mass of a volume of fuel."""
    return volume_l * density_kg_per_l


def energy_with_losses(delivered: Decimal, losses: Decimal) -> Decimal:
    """What must be fed in for an amount to arrive; raises Invalid unless 0 <= losses < 1."""
    if not ZERO <= losses < ONE:
        raise Invalid("losses", "a share of what is fed in: from 0 to less than 100 %")
    return delivered / (ONE - losses)


def blended(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """The factor of a blend from (share, factor); raises Invalid unless shares make 1."""
    given = list(parts)
    whole = sum((share for share, _ in given), ZERO)
    if whole != ONE:
        raise Invalid("share", f"the shares of a blend make {whole}, not 1")
    return sum((share * factor for share, factor in given), ZERO)


def carbon_equivalent_kg(gases: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """kgCO2e of (mass in kg, warming potential over 100 years)."""
    return sum((mass_kg * gwp for mass_kg, gwp in gases), ZERO)


def consumption_at_load(empty: Decimal, full: Decimal, load_factor: Decimal) -> Decimal:
    """Consumption by km at a load: it grows evenly from empty to full.

    `load_factor` is mass over payload, 0 to 1; raises Invalid outside.
    """
    if not ZERO <= load_factor <= ONE:
        raise Invalid("load_factor", "mass carried over payload: from 0 to 1")
    return empty + (full - empty) * load_factor
