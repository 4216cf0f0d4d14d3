"""Words and lines of text, the frozen value they are fields of, and the open lists."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value. Strict about unknown fields; readers of events relax that (see `decode`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Visibility = Literal["public", "members", "case", "private"]
Provenance = Literal["human", "engine", "import", "adapter"]
TemperatureClass = Literal["frozen", "cold", "ambient", "hot"]

# No control character in a line, and no NUL anywhere: PostgreSQL keeps none.
NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Label = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROL)]
Text = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
Word = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_.-]*$",
        max_length=60,
    ),
]
"""Open lists stay words on the wire: a closed enumeration could never gain a value."""


def known(words: tuple[str, ...]) -> str:
    """The description of an open list."""
    return f"{', '.join(words)}; more may come."


KNOWN_ROLES = (
    "producer",
    "consumer",
    "collector",
    "carrier",
    "hub_operator",
    "relay_host",
    "processor",
    "washer",
    "composter",
    "methaniser",
    "redistributor",
    "repairer",
    "resource_centre",
    "buyer",
    "authority",
    "advisor_org",
    "funder",
    "media",
)
KNOWN_FLOW_KINDS = (
    "material",
    "waste",
    "energy",
    "water",
    "service",
    "equipment",
    "premises",
    "staff",
    "investment",
    "logistics",
)
KNOWN_DIRECTIONS = ("out", "in")
KNOWN_INTENTS = ("offer", "request", "pool", "lend", "borrow", "inform")
KNOWN_WILLINGNESS = ("none", "open", "priority")
KNOWN_CONFIDENCES = ("observed", "declared", "diagnosed", "measured")
KNOWN_PHYSICAL_STATES = ("solid", "liquid", "paste", "gas", "unit")
KNOWN_WASTE_STATUSES = ("product", "by_product", "waste", "end_of_waste")
KNOWN_VEHICLE_CLASSES = ("cargo_bike", "trailer", "van", "truck")
KNOWN_ENERGIES = ("human", "electric", "diesel", "petrol", "cng", "bio_cng", "hydrogen")
KNOWN_LEAD_SOURCES = ("engine", "workshop", "advisor", "actor_request")
KNOWN_SYNERGY_KINDS = ("substitution", "transformation", "mutualisation", "sharing")
KNOWN_SITE_KINDS = ("site", "relay_point", "courier_rest")
KNOWN_SIZE_CLASSES = ("micro", "sme", "intermediate", "large")
