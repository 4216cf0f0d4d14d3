"""Numbers that travel exactly: decimals, quantities with their unit, money, loads."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from maillage_contracts.vocabulary.words import TemperatureClass, Value, Word, known


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
        return handler(schema) | {"type": "string", "format": "decimal", "pattern": self.pattern}


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
Ordinal = Annotated[int, Field(ge=1, le=1_000_000)]
Kilograms = Annotated[Positive, Field(description="kg")]
Kilometres = Annotated[Positive, Field(description="km")]

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
Unit = Annotated[Word, Field(description=known(KNOWN_UNITS), examples=["t"])]


class Quantity(Value):
    """A value with its unit. Arithmetic rounds to six decimals; across dimensions: ValueError."""

    value: Positive
    unit: Unit

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
    unit: Unit
    per: Period = Field(description="A day, week, month, quarter or year.", examples=["P1M"])


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


class Load(Value):
    """What a vehicle carries for one order."""

    mass_kg: Kilograms
    volume_m3: Positive = Decimal(0)
    crates: int = Field(default=0, ge=0, le=100_000)
    temperature: TemperatureClass = "ambient"
