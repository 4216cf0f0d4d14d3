"""Numbers of the register and codes of law: right ones are kept, wrong ones explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from maillage_contracts.vocabulary import (
    Country,
    Division,
    Sector,
    TerritoryId,
    WasteCode,
    check_siret,
    check_waste_code,
)

digits = st.text("0123456789", min_size=13, max_size=13)


def check_digit(thirteen: str) -> str:
    """The digit that makes a SIRET: its double-and-add sum becomes a multiple of ten."""
    total = sum(
        sum(int(d) for d in str(int(digit) * (2 if place % 2 == 0 else 1)))
        for place, digit in enumerate(reversed(thirteen))
    )
    return str(-total % 10)


@pytest.mark.parametrize("siret", ["73282932000074", "732 829 320 00074", " 732829320\t00074 "])
def test_a_siret_is_kept_without_spaces(siret: str) -> None:
    assert check_siret(siret) == "73282932000074"


@given(digits)
def test_every_number_with_its_check_digit_is_a_siret(thirteen: str) -> None:
    siret = thirteen + check_digit(thirteen)

    assert check_siret(siret) == siret


@given(digits, st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(thirteen: str, place: int, shift: int) -> None:
    siret = thirteen + check_digit(thirteen)
    if siret.startswith("356000000"):
        return
    wrong = siret[:place] + str((int(siret[place]) + shift) % 10) + siret[place + 1 :]
    if wrong.startswith("356000000"):
        return

    with pytest.raises(ValueError, match="check digit"):
        check_siret(wrong)


@pytest.mark.parametrize(
    "siret",
    ["", "7328293200007", "732829320000744", "7328293200007A", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "73282932-00074"],
)
def test_a_siret_has_fourteen_digits(siret: str) -> None:
    with pytest.raises(ValueError, match="14 digits"):
        check_siret(siret)


@pytest.mark.parametrize("siret", ["35600000000048", "35600000049837", "35600000009075"])
def test_establishments_of_la_poste_have_a_rule_of_their_own(siret: str) -> None:
    assert check_siret(siret) == siret


@pytest.mark.parametrize("siret", ["35600000049836", "35600000049838"])
def test_those_of_la_poste_are_checked_too(siret: str) -> None:
    with pytest.raises(ValueError, match="check digit"):
        check_siret(siret)


def test_the_rule_of_la_poste_serves_nobody_else() -> None:
    with pytest.raises(ValueError, match="check digit"):
        check_siret("73282932000004")  # its digits add up to 40


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("15 01 03", "15 01 03"),
        ("150103", "15 01 03"),
        (" 15 0103 ", "15 01 03"),
        ("130205*", "13 02 05*"),
        ("13 02 05 *", "13 02 05*"),
        ("20 01 08", "20 01 08"),
        ("01 01 01", "01 01 01"),
    ],
)
def test_a_waste_code_is_kept_in_three_pairs(written: str, kept: str) -> None:
    assert check_waste_code(written) == kept
    assert TypeAdapter(WasteCode).validate_python(written) == kept


@pytest.mark.parametrize(
    "code",
    [
        "",
        "15",
        "15 01",
        "15 01 3",
        "00 01 01",
        "21 01 01",
        "15-01-03",
        "15 01 03**",
        "\u0661\u0665 01 03",
    ],
)
def test_what_is_no_waste_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="six digits in three pairs"):
        check_waste_code(code)


@pytest.mark.parametrize(
    ("checked", "good", "bad"),
    [
        (
            TypeAdapter[str](TerritoryId),
            ["jourdies", "t-3f9a1c"],
            ["", "J", "Jourdies", "a", "les jourdies", "x.y"],
        ),
        (
            TypeAdapter[str](Sector),
            ["16.24Z", "16", "16.2", "16.24"],
            ["", "1", "1624Z", "16.24ZZ", "A16"],
        ),
        (TypeAdapter[str](Division), ["16"], ["1", "16.2", "1A"]),
        (TypeAdapter[str](Country), ["FR"], ["fr", "FRA", "F"]),
    ],
)
def test_other_codes(checked: TypeAdapter[str], good: list[str], bad: list[str]) -> None:
    for code in good:
        assert checked.validate_python(code) == code
    for code in bad:
        with pytest.raises(ValidationError):
            checked.validate_python(code)
