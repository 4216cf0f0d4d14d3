"""A line for people, in English and in French, and how both write numbers."""

from decimal import ROUND_HALF_EVEN, Decimal

from maillage_matching.domain.kept import Kept

DIGITS_TOLD = 2
"""More would claim to know more than firms tell."""
EN = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FR = ("aucune", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")


class Sentence(Kept):
    """The same line in both languages."""

    en: str
    fr: str


def rounded(value: Decimal) -> Decimal:
    """To two digits that count: 1,234 becomes 1,200 and 0.0456 becomes 0.046."""
    if not value:
        return Decimal(0)
    place = Decimal(1).scaleb(value.adjusted() - DIGITS_TOLD + 1)
    return Decimal(format(value.quantize(place, ROUND_HALF_EVEN).normalize(), "f"))


def number_en(value: Decimal | float) -> str:
    """As in 1,200.5."""
    return format(_plain(value), ",f")


def number_fr(value: Decimal | float) -> str:
    """As in 1 200,5, with a narrow space that does not break."""
    return number_en(value).replace(",", "\u202f").replace(".", ",")


def _plain(value: Decimal | float) -> Decimal:
    exact = Decimal(str(value)).normalize()
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact


def count_en(count: int) -> str:
    """Up to ten in a word."""
    return EN[count] if count < len(EN) else str(count)


def count_fr(count: int) -> str:
    """Up to ten in a word, feminine as une entreprise is."""
    return FR[count] if count < len(FR) else str(count)
