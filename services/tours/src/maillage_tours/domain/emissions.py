"""What driving emits, roughly, to compare plans by; what was really emitted, the ledger says."""

from decimal import Decimal

from maillage_contracts.vocabulary import Word

KGCO2E_PER_KM: dict[tuple[Word, Word], Decimal] = {
    ("van", "diesel"): Decimal("0.5056"),
    ("van", "electric"): Decimal("0.0156"),
    ("truck", "diesel"): Decimal("0.7584"),
    ("cargo_bike", "electric"): Decimal("0.01095"),
    ("cargo_bike", "human"): Decimal("0.00872"),
}
"""By class and energy, well to wheel, as in the newest set of factors that impact ships: a service
reads no other's tables, so that a test compares them (tests/tidy/test_emissions.py). Litres by km
of the decree of 10 April 2012 (0.160 for a van, 0.240 for a 12 t truck) x 3.16 kgCO2e/l, and
0.30 kWh/km x 0.052 (Base Carbone); bikes are those of Base Empreinte, with their construction."""


def kgco2e(vehicle_class: Word, energy: Word, distance_km: Decimal) -> Decimal | None:
    """What so many km emit; None when no factor is known for such a vehicle."""
    factor = KGCO2E_PER_KM.get((vehicle_class, energy))
    return None if factor is None else factor * distance_km
