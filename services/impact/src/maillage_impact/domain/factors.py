"""Emission factors: which one applies, with its source and its uncertainty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from maillage_contracts.refusals import Refused


@dataclass(frozen=True)
class Factor:
    """One factor in one version; `unit` is kgCO2e by km or by tonne."""

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


class UnknownFactor(Refused):
    """The factor set has no factor for this: nothing is guessed."""


class FactorSet:
    """The factors that a territory computes with, and the family of each resource."""

    def __init__(self, factors: Iterable[Factor], families: Mapping[str, str]) -> None:
        self.factors = {factor.factor_id: factor for factor in factors}
        self.families = families

    def get(self, factor_id: str) -> Factor:
        """Raises UnknownFactor."""
        factor = self.factors.get(factor_id)
        if factor is None:
            raise UnknownFactor(f"the factor set has no {factor_id!r}: add it with its source")
        return factor

    def driving(self, vehicle_class: str, energy: str) -> Factor:
        """kgCO2e by km of a vehicle."""
        return self.get(f"{vehicle_class}_{energy}_km")

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
