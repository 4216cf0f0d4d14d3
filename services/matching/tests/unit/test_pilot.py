"""A trial: when a figure is met, and when it can be decided."""

from datetime import date
from decimal import Decimal

import pytest

from maillage_contracts.refusals import Invalid, Refused
from maillage_matching.domain.pilot import Kpi, Wanted, begun, prolonged

TODAY, MARCH, JUNE = date(2026, 11, 23), date(2027, 3, 1), date(2027, 6, 1)


def kpi(name: str = "pallets", unit: str = "a month", wanted: Wanted = "at_least") -> Kpi:
    return Kpi(name=name, unit=unit, target=Decimal(30), wanted=wanted)


@pytest.mark.parametrize(
    ("wanted", "measured", "met"),
    [
        ("at_least", None, None),
        ("at_least", "29.9999", False),
        ("at_least", "30", True),
        ("at_most", "30.0", True),
        ("at_most", "30.0001", False),
    ],
)
def test_a_figure_is_met_from_its_target_on(
    wanted: Wanted, measured: str | None, *, met: bool | None
) -> None:
    found = kpi(wanted=wanted).model_copy(
        update={"measured": None if measured is None else Decimal(measured)}
    )
    assert found.is_met is met


def test_all_figures_are_measured_before_it_is_decided() -> None:
    pilot = begun([kpi("a"), kpi("b")], TODAY, MARCH)
    with pytest.raises(Refused, match="a, b"):
        pilot.check_decidable()
    with pytest.raises(Invalid, match="c"):
        pilot.measured({"c": Decimal(1)}, TODAY)
    half = pilot.measured({"b": Decimal(0)}, TODAY)
    with pytest.raises(Refused, match="decide: a"):
        half.check_decidable()
    half.measured({"a": Decimal(9)}, TODAY).check_decidable()


def test_longer_keeps_what_was_measured_in_the_same_unit() -> None:
    pilot = begun([kpi("a"), kpi("b")], TODAY, MARCH)
    pilot = pilot.measured({"a": Decimal(9), "b": Decimal(8)}, TODAY)
    longer = prolonged(pilot, [kpi("a"), kpi("b", unit="a week"), kpi("c")], JUNE)
    assert [one.measured for one in longer.kpis] == [Decimal(9), None, None]
    assert (longer.started_on, longer.decide_on, longer.prolonged) == (TODAY, JUNE, 1)
    with pytest.raises(Invalid, match="later day"):
        prolonged(longer, [kpi()], JUNE)
