"""The indicators of the ledger: formula, unit, account, and the least evidence that they need."""

from dataclasses import dataclass
from typing import Literal

from maillage_contracts.refusals import Invalid

Account = Literal["induced", "avoided", "physical", "social", "money"]
QUALITIES = ("a", "b", "c", "d", "e")
"""a measured, b calculated from primary data, c modelled, d default, e declared."""
HOURS_PER_FTE = 1505
"""Of a workshop of insertion (ACI, EI): the usual yearly figure; a parameter, not a measure."""
KG_PER_MEAL = "0.5"
"""Convention of the French food banks."""
HOUSEHOLDS_MIN = 5
ACTORS_MIN = 3
"""Figures about fewer than these are not published: somebody could be recognised."""


@dataclass(frozen=True)
class Indicator:
    """What is counted, in which unit, in which account, and how."""

    code: str
    unit: str
    account: Account
    meaning: str
    ref: str = ""
    """Its number in the reference list: G1 to C1."""
    formula: str = ""
    quality_min: str = "e"
    """The least evidence: a line of less is refused."""
    is_declared: bool = False
    """Whether a person may enter it, with evidence; others are computed from events."""


_Row = tuple[str, str, str, Account, str, str, str]
"""Number, code, unit, account, least evidence, meaning, formula."""
_COMPUTED: tuple[_Row, ...] = (
    ("G1", "ghg_induced_transport", "kgCO2e", "induced", "c",
     "Emitted by driving what was driven.",
     "vehicle-km of whole round trips x consumption x factor, well to wheel"),
    ("G1", "ghg_induced_treatment", "kgCO2e", "induced", "c",
     "Emitted by the treatment chosen.", "mass x factor of the route"),
    ("G1", "ghg_induced_hub", "kgCO2e", "induced", "c",
     "Emitted by hubs, by their meters, else by their floor.",
     "kWh x factor of the place; by tonne that left"),
    ("G1", "ghg_induced_refrigerant", "kgCO2e", "induced", "c",
     "Emitted by refrigerants that escaped.",
     "kg refilled, else charge x yearly loss, x warming potential over 100 years"),
    ("G2", "ghg_avoided_logistics", "kgCO2e", "avoided", "c",
     "Without the shared rounds, minus with them.",
     "emissions of the baseline's rounds - emissions of the tours driven - emissions of hubs"),
    ("G3", "ghg_avoided_material", "kgCO2e", "avoided", "c",
     "Without the synergy, minus with it.",
     "mass x (route before + replaced x production) - mass x route now"),
    ("G4", "ghg_avoided_food", "kgCO2e", "avoided", "c",
     "Food eaten instead of thrown away, minus what it replaces.",
     "mass x (displacement x food + route before); displacement 0.5, shown with 0 and 1"),
    ("W1", "mass_redirected", "kg", "physical", "b",
     "Weighed, and treated better than before.",
     "mass where the route now stands above the route before in the waste hierarchy"),
    ("W2", "mass_diverted", "kg", "physical", "b",
     "Weighed, and kept from disposal.",
     "part of W1 whose route before was landfill"),
    ("W3", "virgin_mass_replaced", "kg", "physical", "b",
     "New material that was not bought.", "mass x replaced by unit"),
    ("L1", "distance_avoided", "km", "avoided", "c",
     "Rounds of the baseline, minus rounds driven.", "km before - km driven"),
    ("L1", "distance_avoided_bike", "km", "avoided", "c",
     "Of these, by cargo bikes: below zero where bikes took over.", "km before - km driven"),
    ("L1", "distance_avoided_van", "km", "avoided", "c", "Of these, by vans.",
     "km before - km driven"),
    ("L1", "distance_avoided_truck", "km", "avoided", "c", "Of these, by trucks of any size.",
     "km before - km driven"),
    ("L1", "distance_avoided_other", "km", "avoided", "c", "Of these, by other vehicles.",
     "km before - km driven"),
    ("L1", "distance_avoided_zone", "km", "avoided", "c",
     "Of these, inside low-emission zones.",
     "km before - km driven, each way by the share of its straight line inside"),
    ("L2", "distance_driven", "km", "physical", "c",
     "Vehicle-kilometres, empty ones included.", "odometer, else plan (quality c)"),
    ("L2", "distance_empty", "km", "physical", "c",
     "Vehicle-kilometres without any load.", "empty km; share = empty / driven"),
    ("L2", "mass_carried", "kg", "physical", "b",
     "Weighed at the drop-off.", "sum of masses carried"),
    ("L2", "transport_moved", "t.km", "physical", "c",
     "Tonne-kilometres of what was on board.", "load on board x km of each way"),
    ("L2", "transport_possible", "t.km", "physical", "c",
     "Tonne-kilometres that the vehicles could have moved.", "payload x km driven"),
    ("L3", "distance_by_bike", "km", "physical", "c",
     "Driven by cargo bikes.", "km of cargo bikes"),
    ("L3", "mass_by_bike", "kg", "physical", "b",
     "Carried by cargo bikes.", "sum of masses carried by cargo bikes"),
    ("L3", "transport_by_bike", "t.km", "physical", "c",
     "Tonne-kilometres of cargo bikes.", "load on board x km of each way of cargo bikes"),
    ("L3", "orders_by_bike", "orders", "physical", "b",
     "Consignments that cargo bikes carried.", "orders with a mass on a tour of a cargo bike"),
    ("S1", "insertion_hours", "h", "social", "b",
     "Worked by persons in work insertion.", "paid hours on the activity"),
    ("F1", "food_redistributed", "kg", "physical", "b", "Surplus food that was eaten.",
     "weighed mass"),
    ("B1", "mass_gap", "kg", "physical", "b",
     "What a hub cannot account for.", "in + stock before - out - losses - stock after"),
    ("C1", "container_returns", "containers", "physical", "b",
     "Returns of reusable containers.", "containers back in stock, washed"),
    ("C1", "container_losses", "containers", "physical", "b",
     "Reusable containers lost.", "lost - found again"),
    ("C1", "container_stock", "containers", "physical", "b",
     "Reusable containers in circulation.",
     "new - lost - scrapped + found again, since the beginning, on the last day"),
)  # fmt: skip
_DECLARED: tuple[_Row, ...] = (
    ("E1", "saving", "EUR", "money", "e", "Confirmed by the parties, for one year.",
     "disposal bills avoided + purchases avoided + sales - new costs - fees"),
    ("E1", "bill_before", "EUR", "money", "b",
     "What was paid before, by the bills of the baseline.", "sum of bills"),
    ("E1", "bill_after", "EUR", "money", "b", "What is paid now.", "sum of bills"),
    ("E1", "reinvested", "EUR", "money", "b",
     "Part of what was saved that was invested again.", "sum of bills"),
    ("E1", "revenue_new", "EUR", "money", "b", "Sales that the synergy made.",
     "sum of invoices"),
    ("E2", "local_value", "EUR", "money", "d", "Local purchases created.",
     "purchases from actors of the territory"),
    ("S3", "jobs", "FTE", "social", "b", "Jobs created or kept.",
     "contracts linked to the synergy, pro rata; never inferred from euros"),
    ("S1", "training_hours", "h", "social", "b", "Hours of training given.",
     "attendance x hours"),
    ("F3", "households_reached", "households", "social", "b",
     "Households reached in priority districts and at relay points.",
     "distinct deliveries; not published below 5"),
    ("P1", "synergies_realised", "synergies", "physical", "a",
     "Synergies that run.", "state of the synergy"),
    ("P1", "advisor_hours", "h", "physical", "b", "Hours of advisors.",
     "timesheets; by realised synergy = hours / synergies"),
    ("P1", "contracts_new", "contracts", "physical", "b", "Contracts signed.",
     "contracts linked to the synergy"),
)  # fmt: skip
INDICATORS = {
    code: Indicator(code, unit, account, meaning, ref, formula, quality, is_declared)
    for rows, is_declared in ((_COMPUTED, False), (_DECLARED, True))
    for ref, code, unit, account, quality, meaning, formula in rows
}

STOCKS = frozenset({"container_stock"})
"""What is there on a day: the sum of all lines until then, not of those of a period."""


@dataclass(frozen=True)
class Derived:
    """A figure that is shown but never stored: made of others, once they are summed."""

    ref: str
    code: str
    unit: str
    above: str
    below: str
    """The code of an indicator, or a number."""
    meaning: str


DERIVED = (
    Derived("L2", "empty_share", "%", "distance_empty", "distance_driven", "Empty km by km."),
    Derived("L2", "load_factor", "%", "transport_moved", "transport_possible",
            "Tonne-km moved by tonne-km possible."),
    Derived("S2", "insertion_fte", "FTE", "insertion_hours", str(HOURS_PER_FTE),
            "Full-time equivalents in work insertion."),
    Derived("F2", "meals", "meals", "food_redistributed", KG_PER_MEAL, "Meals of 0.5 kg."),
    Derived("P1", "advisor_hours_by_synergy", "h", "advisor_hours", "synergies_realised",
            "Hours of advisors for a synergy that runs."),
    Derived("C1", "container_rotations", "loops", "container_returns", "container_stock",
            "Loops that a container made."),
    Derived("C1", "container_loss_rate", "%", "container_losses", "container_returns",
            "Containers lost by loops made."),
)  # fmt: skip


def is_weak(code: str, quality: str) -> bool:
    """Whether the evidence is less than the indicator needs; qualities sort as their letters."""
    return quality > INDICATORS[code].quality_min


def check_quality(code: str, quality: str) -> None:
    """Raises Invalid when the evidence is less than the indicator needs."""
    if quality not in QUALITIES or is_weak(code, quality):
        needed = INDICATORS[code].quality_min
        raise Invalid("quality", f"{code} needs evidence of {needed} at least, this is {quality}")
