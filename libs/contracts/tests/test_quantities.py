"""Quantities and money: nothing is lost by converting, nothing is added across dimensions."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from maillage_contracts.vocabulary import (
    KNOWN_UNITS,
    Amount,
    Load,
    Money,
    Positive,
    Quantity,
)

DIMENSIONS = [{"kg", "t"}, {"l", "m3"}, {"kwh", "mwh"}, {"h"}, {"m2"}, {"km"}, {"unit"}]

units = st.sampled_from(KNOWN_UNITS)
values = st.decimals(0, 10**6, places=3)
amounts = st.decimals(-(10**9), 10**9, places=2)


def alike(unit: str) -> set[str]:
    return next(dimension for dimension in DIMENSIONS if unit in dimension)


def test_every_unit_has_a_dimension() -> None:
    assert sorted(KNOWN_UNITS) == sorted(set[str]().union(*DIMENSIONS))


@pytest.mark.parametrize(
    ("value", "unit", "other", "expected"),
    [
        ("1.5", "t", "kg", "1500"),
        ("250", "kg", "t", "0.25"),
        ("1", "m3", "l", "1000"),
        ("5", "l", "m3", "0.005"),
        ("2", "mwh", "kwh", "2000"),
        ("7", "unit", "unit", "7"),
        ("3", "roll", "roll", "3"),
    ],
)
def test_the_same_in_another_unit(value: str, unit: str, other: str, expected: str) -> None:
    found = Quantity(value=Decimal(value), unit=unit).to(other)

    assert found == Quantity(value=Decimal(expected), unit=other)


@given(values, units, st.data())
def test_there_and_back_nothing_is_lost(value: Decimal, unit: str, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from(sorted(alike(unit))))
    quantity = Quantity(value=value, unit=unit)

    assert quantity.to(other).to(unit) == quantity


@given(values, units, values, units)
def test_only_what_is_alike_is_added(
    value: Decimal, unit: str, other_value: Decimal, other_unit: str
) -> None:
    one, other = Quantity(value=value, unit=unit), Quantity(value=other_value, unit=other_unit)
    assert one.same_dimension(other) == (other_unit in alike(unit))
    if one.same_dimension(other):
        total = one + other
        assert total.unit == unit
        assert total.to(other_unit) == other + one
        return
    with pytest.raises(ValueError, match=f"{other_unit} cannot be counted in {unit}"):
        _ = one + other


def test_an_unknown_unit_is_a_dimension_of_its_own() -> None:
    rolls = Quantity(value=Decimal(3), unit="roll")

    assert rolls + rolls == rolls * 2
    assert not rolls.same_dimension(Quantity(value=Decimal(3), unit="unit"))
    with pytest.raises(ValueError, match="roll cannot be counted in kg"):
        rolls.to("kg")


def test_results_are_rounded_to_the_millionth() -> None:
    assert Quantity(value=Decimal("0.001"), unit="kg").to("t").value == Decimal("0.000001")
    assert Quantity(value=Decimal("0.0001"), unit="kg").to("t").value == 0
    assert (Quantity(value=Decimal(1), unit="t") * Decimal("0.33333333")).value == Decimal(
        "0.333333"
    )


@given(amounts, amounts, amounts)
def test_money_adds_up_exactly(a: Decimal, b: Decimal, c: Decimal) -> None:
    one, other, third = Money(amount=a), Money(amount=b), Money(amount=c)

    assert (one + other).amount == a + b
    assert one + other == other + one
    assert (one + other) + third == one + (other + third)


def test_currencies_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="EUR and CHF cannot be added"):
        _ = Money(amount=Decimal(1)) + Money(amount=Decimal(1), currency="CHF")


@pytest.mark.parametrize("amount", ["0.001", "1000000000000", "NaN", "Infinity", "1e20"])
def test_money_has_cents_and_an_end(amount: str) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount})


@pytest.mark.parametrize("value", ["-0.000001", "NaN", "Infinity", "0.0000001", "1" * 19])
def test_a_quantity_is_a_bounded_number_from_zero(value: str) -> None:
    with pytest.raises(ValidationError):
        Quantity.model_validate({"value": value, "unit": "kg"})


@pytest.mark.parametrize("number", ["1E+3", "1000", "1000.000000", "-0.5", "0"])
def test_a_decimal_travels_as_a_string_without_exponent(number: str) -> None:
    amount = TypeAdapter[Decimal](Amount)
    written = amount.dump_json(amount.validate_python(number)).decode()

    assert "E" not in written
    assert written.startswith('"')
    assert amount.validate_json(written) == Decimal(number)


def test_what_is_asked_of_a_decimal_is_in_the_schema_of_what_is_written() -> None:
    assert TypeAdapter(Positive).json_schema(mode="serialization") == {
        "type": "string",
        "format": "decimal",
        "pattern": r"^[0-9]+(\.[0-9]+)?$",
    }
    # What is sent to us may be a number too.
    assert {"type": "number", "minimum": 0.0} in TypeAdapter(Positive).json_schema()["anyOf"]


def test_a_load_is_ambient_and_without_crates_unless_told() -> None:
    load = Load(mass_kg=Decimal(200))

    assert (load.temperature, load.crates, load.volume_m3) == ("ambient", 0, 0)
