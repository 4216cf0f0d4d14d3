"""Gates that rest on papers for a border, and on what a cubic metre weighs."""

from collections.abc import Callable
from typing import Any

import pytest

from maillage_contracts.samples import a_credential
from maillage_matching.domain.gates_of_law import cross_border
from maillage_matching.domain.gates_of_matter import quantity
from maillage_matching.domain.pair import Ground, Pair, Side

MakeSide = Callable[..., Side]
Changes = dict[str, Any]

PAPERS = {"credentials": (a_credential(scope="waste_shipment"),)}
PAPERS_ONCE = {"credentials": (a_credential(scope="waste_shipment", valid_to="2026-11-22"),)}
SWISS = {"country": "CH"}


@pytest.mark.parametrize(
    ("status", "donor", "taker", "verdict"),
    [
        ("waste", {}, {}, "pass"),
        ("product", SWISS, {}, "pass"),
        ("waste", SWISS, {}, "unknown"),
        ("waste", SWISS, PAPERS, "pass"),
        ("waste", {**SWISS, **PAPERS}, {}, "pass"),
        ("waste", {**SWISS, **PAPERS}, PAPERS_ONCE, "pass"),
        ("waste", SWISS, PAPERS_ONCE, "fail"),
    ],
)
def test_waste_crosses_a_border_with_papers(
    *,
    status: str,
    donor: Changes,
    taker: Changes,
    verdict: str,
    an_offer: MakeSide,
    a_need: MakeSide,
    ground: Ground,
) -> None:
    pair = Pair(an_offer(who=donor, waste_status=status), a_need(who=taker))
    gate = cross_border(pair, ground)
    assert gate.verdict == verdict
    assert bool(gate.asks) is (verdict == "unknown")
    assert gate.unblock == ("STRH renews them" if verdict == "fail" else None)


@pytest.mark.parametrize(
    ("spec", "m3", "verdict"),
    [
        ("cardboard", 17, "pass"),
        ("cardboard", 3, "fail"),
        ("pallet", 17, "unknown"),
    ],
)
def test_what_is_told_in_cubic_metres_is_weighed_by_the_catalogue(
    *, spec: str, m3: int, verdict: str, an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    """A tonne is needed; cardboard has 60 kg in a cubic metre, of pallets nobody says."""
    loose = {"value": m3, "unit": "m3", "per": "P1M"}
    tonne = {"value": 1, "unit": "t", "per": "P1M"}
    pair = Pair(an_offer(spec=spec, quantity=loose), a_need(spec=spec, quantity=tonne))
    assert quantity(pair, ground).verdict == verdict
