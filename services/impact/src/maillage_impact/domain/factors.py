"""Emission factors: which one applies, with its source, its boundary and its uncertainty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from maillage_contracts.refusals import Refused

ENERGY = {"diesel": "diesel", "electric": "electricity_fr"}
"""The energy of a vehicle, and the factor that it emits by: electricity is location-based."""
DRIVING_BOUNDARIES = frozenset(
    {"well-to-wheel", "location-based", "consumption", "use-and-construction", "use-electricity"}
)
TREATMENT_BOUNDARIES = frozenset({"cut-off", "cradle-to-gate"})
"""Of a treatment; re-use is given as the production of the re-used good."""


@dataclass(frozen=True)
class Factor:
    """One factor in one version; `value` is in `unit`, the uncertainty is that of 95 %."""

    factor_id: str
    version: str
    value: Decimal
    unit: str
    uncertainty_pct: Decimal | None
    boundary: str
    source: str
    source_id: str
    year: int
    geo: str
    label: str
    uncertainty_basis: str = "stated"
    """stated by the source, or assumed by us."""


class UnknownFactor(Refused):
    """The factor set has no factor for this: nothing is guessed."""


class MixedBoundaries(Refused):
    """Two factors do not count the same stages: their difference says nothing."""


class FactorSet:
    """The factors that a territory computes with, and the family of each resource."""

    def __init__(
        self, factors: Iterable[Factor], families: Mapping[str, str], version: str = ""
    ) -> None:
        self.factors = {factor.factor_id: factor for factor in factors}
        self.families = families
        self.version = version

    def get(self, factor_id: str) -> Factor:
        """Raises UnknownFactor."""
        factor = self.factors.get(factor_id)
        if factor is None:
            raise UnknownFactor(f"the factor set has no {factor_id!r}: add it with its source")
        return factor

    def driving(self, vehicle_class: str, energy: str) -> tuple[Factor, ...]:
        """What a kilometre of a vehicle is multiplied by, to give kgCO2e.

        Consumption and energy where both are known, else one factor by km. Raises UnknownFactor,
        and MixedBoundaries when one of them leaves out the provision of its energy.
        """
        consumption = self.factors.get(f"{vehicle_class}_{energy}_consumption")
        if consumption is not None and energy in ENERGY:
            used = (consumption, self.get(ENERGY[energy]))
        else:
            used = (self.get(f"{vehicle_class}_{energy}_km"),)
        for factor in used:
            if factor.boundary not in DRIVING_BOUNDARIES:
                raise MixedBoundaries(
                    f"{factor.factor_id} is {factor.boundary}: driving is counted well to wheel"
                )
        return used

    def treatment(self, spec: str, route: str) -> Factor:
        """kgCO2e by tonne of a resource that takes a route."""
        return self.get(f"{self.family(spec)}_{route}")

    def production(self, spec: str) -> Factor:
        """kgCO2e by tonne of a resource made new."""
        return self.get(f"{self.family(spec)}_virgin")

    def family(self, spec: str) -> str:
        """The material that a resource is made of; raises UnknownFactor."""
        family = self.families.get(spec)
        if family is None:
            raise UnknownFactor(f"the factor set does not say what {spec!r} is made of")
        return family


def check_boundaries(before: Factor, now: Factor, produced: Factor | None) -> None:
    """Raises MixedBoundaries unless treatments, and the production replaced, can be compared.

    A recycling with its reprocessing counts what a cut-off leaves to the next product: with a
    production avoided beside it, the reprocessing would be forgotten or counted twice.
    """
    for factor in (before, now):
        if factor.boundary not in TREATMENT_BOUNDARIES:
            raise MixedBoundaries(
                f"{factor.factor_id} is {factor.boundary}: it cannot be held against a cut-off"
            )
    if produced is not None and produced.boundary != "cradle-to-gate":
        raise MixedBoundaries(
            f"{produced.factor_id} is {produced.boundary}: a production replaced is cradle-to-gate"
        )
