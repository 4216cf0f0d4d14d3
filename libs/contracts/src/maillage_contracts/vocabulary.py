"""The words every event and every rule is made of: identifiers, quantities, places, times."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Any, Literal, NewType, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

EARTH_RADIUS_KM = 6371.0088
"""Mean radius, IUGG 1980."""


class Value(BaseModel):
    """A frozen value. Strict about unknown fields; readers of events relax that (see `decode`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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
        description="A word of an open list: readers keep words they do not know.",
    ),
]
"""Open lists stay words on the wire: a closed enumeration could never gain a value."""

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
        message = "a SIRET has 14 digits"
        raise ValueError(message)
    if _luhn(digits) % 10 == 0:
        return digits
    if digits.startswith(LA_POSTE_SIREN) and sum(map(int, digits)) % 5 == 0:
        return digits
    message = "the check digit of this SIRET is wrong: compare it with the firm's papers"
    raise ValueError(message)


def _luhn(digits: str) -> int:
    doubled = (int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    return sum(sum(divmod(d, 10)) for d in doubled)


Siret = Annotated[
    str,
    AfterValidator(check_siret),
    Field(description="Establishment number of the French register.", examples=["73282932000074"]),
]


LAST_WASTE_CHAPTER = 20
_WASTE_CODE = re.compile(r"\s*([0-9]{2})\s*([0-9]{2})\s*([0-9]{2})\s*(\*?)\s*")


def check_waste_code(code: str) -> str:
    """Return a code of the European list of waste as `15 01 03` or `13 02 05*`."""
    match = _WASTE_CODE.fullmatch(code)
    if not match or not 1 <= int(match[1]) <= LAST_WASTE_CHAPTER:
        message = "a waste code has six digits in three pairs, as in 15 01 03 (chapters 01 to 20)"
        raise ValueError(message)
    return f"{match[1]} {match[2]} {match[3]}{match[4]}"


WasteCode = Annotated[
    str,
    AfterValidator(check_waste_code),
    Field(
        description="European list of waste (decision 2000/532/EC); a star means hazardous.",
        examples=["15 01 03"],
    ),
]


@dataclass(frozen=True)
class _Plain:
    """How a decimal number is written: a string without exponent, "1000" and never "1E+3"."""

    pattern: str

    def __get_pydantic_core_schema__(
        self, source: type[Decimal], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        schema["serialization"] = core_schema.plain_serializer_function_ser_schema(
            _plain, return_schema=core_schema.str_schema(), when_used="json"
        )
        return schema

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        if handler.mode == "validation":
            return handler(schema)
        return handler(schema) | {"type": "string", "pattern": self.pattern}


def _plain(value: Decimal) -> str:
    return format(value, "f")


PLACES = 6
"""Decimals of an amount: a millionth of a tonne is a gram."""
SIGNED = _Plain(r"^-?[0-9]+(\.[0-9]+)?$")
UNSIGNED = _Plain(r"^[0-9]+(\.[0-9]+)?$")

Signed = Annotated[Decimal, Field(max_digits=20, decimal_places=PLACES), SIGNED]
Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=PLACES), SIGNED]
Positive = Annotated[Decimal, Field(max_digits=18, decimal_places=PLACES, ge=0), UNSIGNED]
Share = Annotated[Decimal, Field(max_digits=7, decimal_places=PLACES, ge=0, le=1), UNSIGNED]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Kilograms = Annotated[Positive, Field(description="kg")]
Kilometres = Annotated[Positive, Field(description="km")]

Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
]
"""A moment of this century with its offset; what lies outside is a broken clock."""


def _without_offset(value: time) -> time:
    if value.tzinfo is not None:
        message = "a local time has no offset, as in 08:30"
        raise ValueError(message)
    return value


LocalTime = Annotated[time, AfterValidator(_without_offset)]

_TO_BASE: dict[str, tuple[str, Decimal]] = {
    "kg": ("kg", Decimal(1)),
    "t": ("kg", Decimal(1000)),
    "l": ("m3", Decimal("0.001")),
    "m3": ("m3", Decimal(1)),
    "kwh": ("kwh", Decimal(1)),
    "mwh": ("kwh", Decimal(1000)),
    "h": ("h", Decimal(1)),
    "m2": ("m2", Decimal(1)),
    "km": ("km", Decimal(1)),
    "unit": ("unit", Decimal(1)),
}
KNOWN_UNITS = tuple(_TO_BASE)


class Quantity(Value):
    """A value with its unit. Arithmetic rounds to six decimals; across dimensions: ValueError."""

    value: Positive
    unit: Word = Field(description="kg, t, l, m3, kwh, mwh, h, m2, km or unit.", examples=["t"])

    def to(self, unit: str) -> "Quantity":
        """The same quantity in another unit of the same dimension."""
        return Quantity(value=_rounded(self.value * self._factor_to(unit)), unit=unit)

    def _factor_to(self, unit: str) -> Decimal:
        base, factor = _TO_BASE.get(self.unit, (self.unit, Decimal(1)))
        other_base, other_factor = _TO_BASE.get(unit, (unit, Decimal(1)))
        if base != other_base:
            message = f"{self.unit} cannot be counted in {unit}"
            raise ValueError(message)
        return factor / other_factor

    def same_dimension(self, other: "Quantity") -> bool:
        """Whether the two can be added or compared."""
        mine = _TO_BASE.get(self.unit, (self.unit, Decimal(1)))[0]
        return mine == _TO_BASE.get(other.unit, (other.unit, Decimal(1)))[0]

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(value=self.value + other.to(self.unit).value, unit=self.unit)

    def __mul__(self, factor: Decimal | int) -> "Quantity":
        return Quantity(value=_rounded(self.value * factor), unit=self.unit)


def _rounded(value: Decimal) -> Decimal:
    return round(value, PLACES)


Period = Literal["P1D", "P1W", "P1M", "P3M", "P1Y"]
PERIODS_PER_YEAR: dict[Period, Decimal] = {
    "P1D": Decimal(365),
    "P1W": Decimal(52),
    "P1M": Decimal(12),
    "P3M": Decimal(4),
    "P1Y": Decimal(1),
}


class PeriodicQuantity(Value):
    """So much every period, as in 2 t a month."""

    value: Positive
    unit: Word = Field(examples=["t"])
    per: Period = Field(examples=["P1M"])

    def per_year(self) -> Quantity:
        """The quantity of a year (52 weeks, 12 months or 365 days)."""
        return Quantity(value=self.value * PERIODS_PER_YEAR[self.per], unit=self.unit)


class Money(Value):
    """An amount in a currency, negative allowed."""

    amount: Annotated[Decimal, SIGNED] = Field(
        max_digits=14, decimal_places=2, examples=["2000.00"]
    )
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$", description="ISO 4217.")

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            message = f"{self.currency} and {other.currency} cannot be added"
            raise ValueError(message)
        return Money(amount=self.amount + other.amount, currency=self.currency)


class GeoPoint(Value):
    """A place on earth, WGS 84, degrees."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)

    def distance_km(self, other: "GeoPoint") -> float:
        """Great-circle distance in km (haversine)."""
        lat1, lat2 = radians(self.lat), radians(other.lat)
        dlat, dlon = lat2 - lat1, radians(other.lon - self.lon)
        a = sin(dlat / 2) ** 2 + cos(lat1) * cos(lat2) * sin(dlon / 2) ** 2
        return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(a)))


class Area(Value):
    """A simple polygon: one closed outer ring of at least four points, first equal to last."""

    ring: tuple[GeoPoint, ...] = Field(min_length=4, max_length=2000)

    @model_validator(mode="after")
    def _closed(self) -> Self:
        if self.ring[0] != self.ring[-1]:
            message = "the last point of the ring must repeat the first"
            raise ValueError(message)
        return self

    def contains(self, point: GeoPoint) -> bool:
        """Whether the point is inside, by the even-odd rule."""
        inside = False
        for a, b in zip(self.ring, self.ring[1:], strict=False):
            if (a.lat > point.lat) != (b.lat > point.lat):
                at = a.lon + (point.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon)
                inside ^= point.lon < at
        return inside


class Place(Value):
    """Where a vehicle stops: a position, and whose it is when that is known."""

    label: Label
    position: GeoPoint
    actor_id: ActorId | None = None
    site_id: SiteId | None = None


class TimeWindow(Value):
    """From a moment to a later one; both carry their offset."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end.timestamp() <= self.start.timestamp():
            message = "a time window must end after it starts"
            raise ValueError(message)
        return self

    def contains(self, moment: datetime) -> bool:
        """Whether the moment is inside, both ends included."""
        # Moments of one ZoneInfo compare by the clock on the wall, which is wrong in two nights.
        return self.start.timestamp() <= moment.timestamp() <= self.end.timestamp()


class DailyWindow(Value):
    """From a local time of the day to a later one."""

    start: LocalTime
    end: LocalTime

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            message = "a daily window must end after it starts"
            raise ValueError(message)
        return self

    def on(self, day: date, zone: tzinfo) -> TimeWindow:
        """The window of one day in a time zone. Raises ValueError where the clock skips it."""
        start = datetime.combine(day, self.start, zone).astimezone(UTC).astimezone(zone)
        end = datetime.combine(day, self.end, zone).astimezone(UTC).astimezone(zone)
        return TimeWindow(start=start, end=end)


class Load(Value):
    """What a vehicle carries for one order."""

    mass_kg: Kilograms
    volume_m3: Positive = Decimal(0)
    crates: int = Field(default=0, ge=0, le=100_000)
    temperature: TemperatureClass = "ambient"
