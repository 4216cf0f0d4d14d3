"""The planner compares days by the factors that the ledger accounts with."""

from decimal import Decimal
from math import prod

import pytest

from maillage_impact.adapters.factor_files import shipped_factors
from maillage_tours.domain.emissions import KGCO2E_PER_KM


@pytest.mark.parametrize(("vehicle_class", "energy"), KGCO2E_PER_KM)
def test_both_count_the_same_for_a_kilometre(vehicle_class: str, energy: str) -> None:
    used = shipped_factors().driving(vehicle_class, energy)
    by_the_ledger = prod((factor.value for factor in used), start=Decimal(1))
    assert KGCO2E_PER_KM[vehicle_class, energy] == by_the_ledger
