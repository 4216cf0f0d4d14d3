"""How to reach an actor: the only personal data of the hub, kept nowhere else."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from maillage_contracts.vocabulary import Value
from maillage_registry.domain.words import printable

KEPT_AFTER_CLOSING_DAYS = 90
"""Time to settle what is left with an actor that closed; then nothing justifies its contact."""

PHONE = re.compile(r"\+?[0-9][0-9 .()-]{4,24}")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def _phone(text: str) -> str:
    if not PHONE.fullmatch(text):
        raise ValueError("write a phone number, as in +33 4 50 00 00 00")
    return text


def _email(text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise ValueError("write an e-mail address, as in contact@example.org")
    return printable(text)


Phone = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_phone)]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)
]


class Contact(Value):
    """A phone number, an e-mail address, or both. Neither shows in what is printed or logged."""

    model_config = ConfigDict(hide_input_in_errors=True)

    phone: Phone | None = Field(default=None, repr=False, examples=["+33 4 50 00 00 00"])
    email: Email | None = Field(default=None, repr=False, examples=["contact@example.org"])

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.phone is None and self.email is None:
            raise ValueError("give a phone or an email; to forget a contact, delete it")
        return self
