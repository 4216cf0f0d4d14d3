"""Rules between two fields, shared by doors and by whoever prepares documents for them."""

from datetime import date

import pytest

from maillage_contracts.vocabulary import is_starred, out_of_order

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 24)


@pytest.mark.parametrize(
    ("first", "last"), [(FIRST, LAST), (FIRST, FIRST), (None, FIRST), (LAST, None), (None, None)]
)
def test_a_last_day_may_be_the_first_or_unknown(first: date | None, last: date | None) -> None:
    assert out_of_order("valid_from", first, last) is None


def test_a_last_day_before_the_first_is_told_with_the_field_to_look_at() -> None:
    why = out_of_order("valid_from", LAST, FIRST)
    assert why == "it must not come before valid_from, 2026-11-24"


@pytest.mark.parametrize(("code", "starred"), [("15 01 10*", True), ("15 01 03", False)])
def test_a_star_makes_a_waste_hazardous(code: str, *, starred: bool) -> None:
    assert is_starred(code) == starred
    assert not is_starred(None)
