"""How to reach an actor: the only personal data of the hub, kept nowhere else."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from maillage_contracts.vocabulary import Value
from maillage_registry.domain.words import printable

KEPT_AFTER_CLOSING_DAYS = 90
"""Time to settle what is left with an actor that closed; then nothing justifies its contact."""

Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 .()-]{4,24}$"),
    Field(examples=["+33 4 50 00 00 00"]),
]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, pattern=r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$", max_length=254
    ),
    AfterValidator(printable),
    Field(examples=["contact@example.org"]),
]


class Contact(Value):
    """A phone number, an e-mail address, or both. Neither shows in what is printed or logged."""

    model_config = ConfigDict(hide_input_in_errors=True)

    phone: Phone | None = Field(default=None, repr=False)
    email: Email | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.phone is None and self.email is None:
            raise ValueError("give a phone or an email; to forget a contact, delete it")
        return self
