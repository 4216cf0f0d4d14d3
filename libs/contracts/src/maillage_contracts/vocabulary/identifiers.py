"""Identifiers: ours, of the French register, and the codes of law and statistics."""

import re
from typing import Annotated, NewType
from uuid import UUID

from pydantic import AfterValidator, Field

ActorId = NewType("ActorId", UUID)
SiteId = NewType("SiteId", UUID)
HubId = NewType("HubId", UUID)
VehicleId = NewType("VehicleId", UUID)
ZoneId = NewType("ZoneId", UUID)
CredentialId = NewType("CredentialId", UUID)
FlowId = NewType("FlowId", UUID)
QuestionId = NewType("QuestionId", UUID)
RoundId = NewType("RoundId", UUID)
LeadId = NewType("LeadId", UUID)
CaseId = NewType("CaseId", UUID)
SynergyId = NewType("SynergyId", UUID)
PatternId = NewType("PatternId", UUID)
OrderId = NewType("OrderId", UUID)
PlanId = NewType("PlanId", UUID)
TourId = NewType("TourId", UUID)
ConsignmentId = NewType("ConsignmentId", UUID)
UnitId = NewType("UnitId", UUID)
BaselineId = NewType("BaselineId", UUID)
StatementId = NewType("StatementId", UUID)

TerritoryId = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9-]{1,40}$",
        description="The hub's territory: lower case letters, digits and hyphens.",
        examples=["jourdies"],
    ),
]

Sector = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{2}(\.[0-9]{1,2}[A-Z]?)?$",
        description="Economic activity: NAF rev. 2, whole or to its division.",
        examples=["16.24Z"],
    ),
]
Division = Annotated[
    str, Field(pattern=r"^[0-9]{2}$", description="NAF rev. 2, division.", examples=["16"])
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")]

LA_POSTE_SIREN = "356000000"


def check_siret(siret: str) -> str:
    """Return the SIRET without spaces, or raise ValueError.

    A SIRET is 14 digits that satisfy the Luhn check. The establishments of La Poste other than
    its head office do not: the plain sum of their digits is a multiple of five (INSEE, Sirene).
    """
    digits = re.sub(r"\s", "", siret)
    if not re.fullmatch(r"[0-9]{14}", digits):
        raise ValueError("a SIRET has 14 digits")
    if _luhn(digits) % 10 == 0:
        return digits
    if digits.startswith(LA_POSTE_SIREN) and sum(map(int, digits)) % 5 == 0:
        return digits
    raise ValueError("the check digit of this SIRET is wrong: compare it with the firm's papers")


def _luhn(digits: str) -> int:
    doubled = (int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    return sum(sum(divmod(d, 10)) for d in doubled)


Siret = Annotated[
    str,
    AfterValidator(check_siret),
    Field(
        description="Establishment number of the French register.",
        examples=["73282932000074"],
        json_schema_extra={"pattern": "^[0-9]{14}$"},
    ),
]


LAST_WASTE_CHAPTER = 20
_WASTE_CODE = re.compile(r"\s*([0-9]{2})\s*([0-9]{2})\s*([0-9]{2})\s*(\*?)\s*")


def check_waste_code(code: str) -> str:
    """Return a code of the European list of waste as `15 01 03` or `13 02 05*`."""
    match = _WASTE_CODE.fullmatch(code)
    if not match or not 1 <= int(match[1]) <= LAST_WASTE_CHAPTER:
        raise ValueError(
            "a waste code has six digits in three pairs, as in 15 01 03 (chapters 01 to 20)"
        )
    return f"{match[1]} {match[2]} {match[3]}{match[4]}"


WasteCode = Annotated[
    str,
    AfterValidator(check_waste_code),
    Field(
        description="European list of waste (decision 2000/532/EC); a star means hazardous.",
        examples=["15 01 03"],
        json_schema_extra={"pattern": "^[0-9]{2} [0-9]{2} [0-9]{2}\\*?$"},
    ),
]


BsdReference = Annotated[
    str,
    Field(
        pattern=r"^[A-Z][A-Z0-9-]{3,39}$",
        description="Number of the waste tracking note (bordereau de suivi), as Trackdechets "
        "gives it.",
        examples=["BSD-20261123-7HX4KQ2TN"],
    ),
]
Treatment = Annotated[
    str,
    Field(
        pattern=r"^(R([1-9]|1[0-3])|D([1-9]|1[0-5]))$",
        description="Recovery or disposal operation: directive 2008/98/EC, annexes I and II.",
        examples=["R3"],
    ),
]
