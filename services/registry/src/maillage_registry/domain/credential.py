"""A label, approval or guarantee that an actor holds for a time: granted, revoked or lapsed."""

from datetime import date
from enum import StrEnum

from pydantic import Field, ValidationInfo, field_validator

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import CredentialId, Day, Value, Word
from maillage_registry.domain.words import Line, not_before


class CredentialStatus(StrEnum):
    """Where a credential is in its life."""

    GRANTED = "granted"
    REVOKED = "revoked"
    EXPIRED = "expired"


NEXT_CREDENTIAL: dict[CredentialStatus, frozenset[CredentialStatus]] = {
    CredentialStatus.GRANTED: frozenset({CredentialStatus.REVOKED, CredentialStatus.EXPIRED}),
    CredentialStatus.REVOKED: frozenset(),
    CredentialStatus.EXPIRED: frozenset(),
}


class CredentialFacts(Value):
    """What a credential says. Dates are days in UTC, the last one included."""

    scope: Word = Field(description="What it allows or vouches for.", examples=["waste_transport"])
    issuer: Line = Field(description="Who vouches for it.", examples=["Prefecture"])
    valid_from: Day
    valid_to: Day | None = Field(default=None, description="Last day; absent: no end.")

    @field_validator("valid_to")
    @classmethod
    def _ordered(cls, valid_to: date | None, said: ValidationInfo) -> date | None:
        return not_before("valid_from", valid_to, said)

    def has_lapsed(self, today: date) -> bool:
        """Whether its last day is past."""
        return self.valid_to is not None and self.valid_to < today


class Credential(CredentialFacts):
    """A credential with its identifier and where it is in its life."""

    credential_id: CredentialId
    status: CredentialStatus = CredentialStatus.GRANTED

    def says_the_same(self, other: "Credential") -> bool:
        """Whether both say the same, wherever each is in its life."""
        return self == other.model_copy(update={"status": self.status})

    def move(self, to: CredentialStatus) -> "Credential":
        """The credential one step on in its life; raises Refused."""
        if to not in NEXT_CREDENTIAL[self.status]:
            raise Refused(f"this credential is {self.status} for good: grant another one")
        return self.model_copy(update={"status": to})
