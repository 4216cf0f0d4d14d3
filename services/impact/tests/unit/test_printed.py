"""The page to print, in French and in English."""

import re
from datetime import date
from decimal import Decimal

import pytest

from maillage_impact.domain.indicators import DERIVED, INDICATORS
from maillage_impact.domain.printed import page
from maillage_impact.domain.printed_words import FRENCH_FIGURES, FRENCH_UNITS
from maillage_impact.domain.statement import Figure, Scope, Statement
from maillage_impact.usecases.make_statement import TOLD_BY_DIFFERENCE, TOUR_SAVINGS

YEAR = Scope("territory", None, None, date(2026, 1, 1), date(2026, 12, 31))
SAME_IN_FRENCH = {"kgCO2e", "kg", "km", "t.km", "h", "EUR", "%", "synergies"}


def a_figure(code: str, **changes: object) -> Figure:
    one = INDICATORS[code]
    fields: dict[str, object] = {"value": Decimal("1234.5"), "lines": 2, **changes}
    return Figure(one.ref, code, one.account, one.unit, one.meaning, **fields)  # type: ignore[arg-type] fields of a figure


def printed(language: str, *figures: Figure, notes: tuple[str, ...] = ()) -> str:
    statement = Statement(YEAR, "territory", figures, 7, "ab" * 32, "as written", notes)
    return page(statement, language)


def test_every_figure_has_a_french_name_and_every_unit_a_french_word() -> None:
    codes = {one.code for one in (*INDICATORS.values(), *DERIVED)}
    units = {one.unit for one in (*INDICATORS.values(), *DERIVED)}
    assert codes == set(FRENCH_FIGURES)
    assert units == SAME_IN_FRENCH | set(FRENCH_UNITS)


def test_a_page_is_in_one_language() -> None:
    weak = a_figure("ghg_avoided_food", weak_value=Decimal(1))
    notes = (TOUR_SAVINGS, TOLD_BY_DIFFERENCE)
    french = printed("fr", *map(a_figure, INDICATORS), weak, notes=notes)
    text = re.sub(r"<small>[a-z0-9_]+</small>", "", french)
    assert not re.search(r"\b(the|and|of|is|not|with|by|territory|reported)\b", text[900:])
    assert "le territoire" in french
    assert "du 01/01/2026 au 31/12/2026" in french
    english = printed("en", *map(a_figure, INDICATORS), notes=(TOUR_SAVINGS,))
    assert not re.search(r"[éèàêç]", english)


@pytest.mark.parametrize(("language", "number"), [("fr", "1\u202f234,5"), ("en", "1,234.5")])
def test_numbers_are_written_as_the_language_does(language: str, number: str) -> None:
    low, high = Decimal(-1200), Decimal("3.25")
    told = printed(language, a_figure("ghg_avoided_food", low=low, high=high, p_positive=0.5))
    assert f">{number} (" in told
    assert {"fr": "-1\u202f200 \u2013 3,25", "en": "-1,200 \u2013 3.25"}[language] in told
    assert {"fr": "non démontré", "en": "not demonstrated"}[language] in told


def test_what_rests_on_too_little_is_said_beside_the_figure_and_below() -> None:
    avoided = a_figure("distance_avoided", weak_value=Decimal("12.5"))
    assert "dont 12,5 sur des preuves insuffisantes" in printed("fr", avoided)
    assert "of which 12.5 on less evidence than needed" in printed("en", avoided)
    note = "That part is no figure to publish."
    assert note in printed("en", avoided)
    assert note not in printed("en", a_figure("distance_avoided"))


@pytest.mark.parametrize(
    ("note", "french"),
    [
        ("3 tours of this plan are not home yet", "pas rentrées\u00a0: 3"),
        ("the factor set has no 'mud_reuse': add it with its source", "n\u2019a pas "),
        ("something that has no French", "something that has no French"),
    ],
)
def test_notes_are_told_in_french_where_they_can_be(note: str, french: str) -> None:
    assert french in printed("fr", notes=(note,))


def test_bills_and_figures_that_are_withheld_are_told() -> None:
    bills = a_figure("bill_before"), a_figure("bill_after", value=Decimal(1000))
    told = printed("fr", *bills, a_figure("saving", value=None))
    assert "maintenant 1\u202f000 EUR\u00a0: 234,5 EUR économisés" in told
    assert "non publié" in told
