"""The indicators of the ledger: their unit and their account, which are never mixed."""

from dataclasses import dataclass
from typing import Literal

Account = Literal["induced", "avoided", "physical", "social", "money"]


@dataclass(frozen=True)
class Indicator:
    """What is counted, in which unit, in which account."""

    code: str
    unit: str
    account: Account
    meaning: str


_ALL = (
    Indicator("ghg_induced_transport", "kgCO2e", "induced", "Emitted by driving what was driven."),
    Indicator("ghg_induced_treatment", "kgCO2e", "induced", "Emitted by the treatment chosen."),
    Indicator(
        "ghg_avoided_logistics", "kgCO2e", "avoided", "Without the shared rounds, minus with them."
    ),
    Indicator("ghg_avoided_material", "kgCO2e", "avoided", "Without the synergy, minus with it."),
    Indicator("distance_driven", "km", "physical", "Vehicle-kilometres, empty ones included."),
    Indicator("distance_empty", "km", "physical", "Vehicle-kilometres without any load."),
    Indicator("distance_avoided", "km", "avoided", "Rounds of the baseline, minus rounds driven."),
    Indicator("mass_carried", "kg", "physical", "Weighed at the drop-off."),
    Indicator("mass_redirected", "kg", "physical", "Weighed, and treated better than before."),
    Indicator("insertion_hours", "h", "social", "Worked by persons in work insertion."),
    Indicator("saving", "EUR", "money", "Confirmed by the parties, for one year."),
)
INDICATORS = {indicator.code: indicator for indicator in _ALL}
