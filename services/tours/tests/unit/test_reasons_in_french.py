"""Every reason why an order is left has its French; names stay as they are."""

import re

import pytest

from maillage_tours.domain.posing import PER_UNIT
from maillage_tours.domain.problem import Dimension, Probe
from maillage_tours.domain.reasons import (
    NO_VEHICLE,
    OTHER_LEG,
    SAID,
    Obstacle,
    hard_reason,
    soft_reason,
)
from maillage_tours.domain.reasons_in_french import in_french

ENGLISH = re.compile(
    r"\b(the|no|is|are|too|may|its|and|on|at|more|would|cannot|crates|cold|dirty|range|which)\b"
)
DIMENSIONS = (
    Dimension("kg", None),
    Dimension("crates", "cold"),
    Dimension("m3", "ambient", is_dirty=True),
)
ALL_SHORT = Probe(0, 61, 0, (30_000, 2, 10_000), 1500, clashes=1, mixed=1, unrested_s=1)


@pytest.mark.parametrize("code", sorted(SAID))
def test_no_obstacle_is_left_in_english(code: str) -> None:
    detail = "dirty cold" if code == "temperature" else "12"
    some = [Obstacle(code, f"Fourgon {number}", detail) for number in range(8)]
    french = in_french(hard_reason(some))
    assert not ENGLISH.search(french)
    assert french.endswith("(Fourgon 0, Fourgon 1, Fourgon 2, Fourgon 3, Fourgon 4 et 3 autres)")


def test_what_would_be_needed_is_told_in_french() -> None:
    french = in_french(soft_reason(ALL_SHORT, ["Van and bike on lease"], DIMENSIONS, PER_UNIT))
    assert french == (
        "il faudrait +2 min et 30 kg de place en plus et 2 caisses de place en plus (froid) et 1 m3"
        " de place en plus (ambiant, sale) et 2 km d\u2019autonomie en plus et un nettoyage entre"
        " deux charges et un voyage à part d\u2019autres marchandises et un repos en chemin sur Van"
        " and bike on lease"
    )


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (NO_VEHICLE, "aucun véhicule n\u2019est en service ce jour-là"),
        (OTHER_LEG, "l\u2019autre trajet de cette commande n\u2019a pas pu être planifié"),
        (
            "no cold compartment (Van); may not enter Centre at that time (Truck)",
            "pas de compartiment froid (Van); entrée interdite à cette heure dans Centre (Truck)",
        ),
        (
            "no room for 3 crates at Kiosk, which takes 20 on a day",
            "pas de place pour 3 caisses à Kiosk, qui en prend 20 par jour",
        ),
        ("said by nobody", "said by nobody"),
    ],
)
def test_reasons_are_told_in_french(english: str, french: str) -> None:
    assert in_french(english) == french
