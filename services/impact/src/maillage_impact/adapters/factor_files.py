"""The factor sets as they ship: CSV files beside the code, each figure with its source."""

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files

from maillage_impact.domain.factors import Factor, FactorSet

CURRENT = "2026.2"
SHIPPED = ("2026.1", CURRENT)
"""Sets are never edited: a set that was reported with stays as it was."""


@cache
def shipped_factors(version: str = CURRENT) -> FactorSet:
    """A factor set of this release."""
    families = {row["spec"]: row["family"] for row in _rows("materials.csv")}
    return FactorSet(map(_factor, _rows(f"factor_sets/{version}.csv")), families, version)


@cache
def shipped_sets() -> Mapping[str, FactorSet]:
    """All of them, by version."""
    return {version: shipped_factors(version) for version in SHIPPED}


class ShippedFactors:
    """What either store knows of factors: they are no rows."""

    @property
    def factors(self) -> FactorSet:
        return shipped_factors()

    @property
    def factor_sets(self) -> Mapping[str, FactorSet]:
        return shipped_sets()


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("maillage_impact") / "data" / name).read_text("utf-8")
    return csv.DictReader(text.splitlines())


def _factor(row: dict[str, str]) -> Factor:
    uncertainty = row["uncertainty_pct"]
    return Factor(
        factor_id=row["factor_id"],
        version=row["version"],
        value=Decimal(row["value"]),
        unit=row["unit"],
        uncertainty_pct=Decimal(uncertainty) if uncertainty else None,
        boundary=row["boundary"],
        source=row["source"],
        source_id=row["source_id"],
        year=int(row["year"]),
        geo=row["geo"],
        label=row["label"],
        uncertainty_basis=row.get("uncertainty_basis", "stated"),
    )
