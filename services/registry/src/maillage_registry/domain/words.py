"""Words and lines as the register takes them: no misspelt word of a list, no control character."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
)

from maillage_contracts.vocabulary import (
    KNOWN_ENERGIES,
    KNOWN_ROLES,
    KNOWN_SITE_KINDS,
    KNOWN_SIZE_CLASSES,
    KNOWN_VEHICLE_CLASSES,
    Word,
    out_of_order,
)

SOLE_TRADER = "sole_trader"
LEGAL_KINDS = (
    "company",
    "association",
    "authority",
    "cooperative",
    "scop",
    "scic",
    "foundation",
    "mutual",
    "group",
    SOLE_TRADER,
)
"""Closed, because a misspelt `sole_trader` would send a person's name on the bus."""


def _choice(known: Sequence[str]) -> str:
    return f"One of {', '.join(known)}."


def one_of(known: Sequence[str]) -> AfterValidator:
    """A validator that takes the words of this list only, and names them to who errs."""

    def check(word: str) -> str:
        if word not in known:
            raise ValueError(f"use one of {', '.join(known)}")
        return word

    return AfterValidator(check)


def printable(text: str) -> str:
    """Refuse control characters: PostgreSQL cannot keep NUL, a label has no use for the others."""
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("remove the control characters")
    return text


def not_before(name: str, last: date | None, said: ValidationInfo) -> date | None:
    """Refuse a last day that comes before the first, which the field `name` holds."""
    if why := out_of_order(name, said.data.get(name), last):  # absent when it is faulty itself
        raise ValueError(why)
    return last


def folded(text: str) -> str:
    """Text as it is looked for: no accent, no capital."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def each_once(words: tuple[str, ...]) -> tuple[str, ...]:
    """A set of words in one order, so that the same set is the same content."""
    return tuple(sorted(set(words)))


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(printable),
]
Role = Annotated[Word, one_of(KNOWN_ROLES), Field(description=_choice(KNOWN_ROLES))]
LegalKind = Annotated[Word, one_of(LEGAL_KINDS), Field(description=_choice(LEGAL_KINDS))]
SizeClass = Annotated[
    Word, one_of(KNOWN_SIZE_CLASSES), Field(description=_choice(KNOWN_SIZE_CLASSES))
]
SiteKind = Annotated[Word, one_of(KNOWN_SITE_KINDS), Field(description=_choice(KNOWN_SITE_KINDS))]
VehicleClass = Annotated[
    Word, one_of(KNOWN_VEHICLE_CLASSES), Field(description=_choice(KNOWN_VEHICLE_CLASSES))
]
Energy = Annotated[Word, one_of(KNOWN_ENERGIES), Field(description=_choice(KNOWN_ENERGIES))]
