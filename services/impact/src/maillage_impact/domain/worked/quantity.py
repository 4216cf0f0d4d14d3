"""Numbers with their unit, as worked examples print them: `14.1 MJ/km`, `143 g/tkm`, `32.5 %`."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

Dimensions = tuple[tuple[str, int], ...]
"""(dimension, exponent), sorted; empty for a plain number."""


class Unreadable(ValueError):
    """A number or a unit that cannot be understood; says what to write instead."""


_MASS, _LENGTH, _ENERGY, _VOLUME = "mass", "length", "energy", "volume"
_TIME, _AREA, _MONEY, _PERSON, _ITEM, _TEU = "time", "area", "money", "person", "item", "teu"
DIGITS_MAX = 30
"""Beyond it, a number measures nothing."""
_ONE: Decimal = Decimal(1)

SYMBOLS: dict[str, tuple[Decimal, dict[str, int]]] = {
    symbol: (Decimal(size), dimensions)
    for names, size, dimensions in (
        ("mg", "0.000001", {_MASS: 1}),
        ("g", "0.001", {_MASS: 1}),
        ("kg", "1", {_MASS: 1}),
        ("t tonne tonnes", "1000", {_MASS: 1}),
        ("kt", "1000000", {_MASS: 1}),
        ("Mt", "1000000000", {_MASS: 1}),
        ("lb lbs", "0.45359237", {_MASS: 1}),
        ("short_ton short_tons", "907.18474", {_MASS: 1}),
        ("m", "0.001", {_LENGTH: 1}),
        ("km vkm", "1", {_LENGTH: 1}),
        ("mi", "1.609344", {_LENGTH: 1}),
        ("nmi", "1.852", {_LENGTH: 1}),
        ("kJ", "0.001", {_ENERGY: 1}),
        ("MJ", "1", {_ENERGY: 1}),
        ("GJ", "1000", {_ENERGY: 1}),
        ("TJ", "1000000", {_ENERGY: 1}),
        ("Wh", "0.0036", {_ENERGY: 1}),
        ("kWh", "3.6", {_ENERGY: 1}),
        ("MWh", "3600", {_ENERGY: 1}),
        ("GWh", "3600000", {_ENERGY: 1}),
        ("ml", "0.001", {_VOLUME: 1}),
        ("l L litre litres", "1", {_VOLUME: 1}),
        ("gal", "3.785411784", {_VOLUME: 1}),
        ("m3 m³", "1000", {_VOLUME: 1}),
        ("min", "60", {_TIME: 1}),
        ("h hour hours", "3600", {_TIME: 1}),
        ("day days", "86400", {_TIME: 1}),
        ("week weeks", "604800", {_TIME: 1}),
        ("month months", "2628000", {_TIME: 1}),
        ("yr year years", "31536000", {_TIME: 1}),
        ("m2 m²", "1", {_AREA: 1}),
        ("EUR €", "1", {_MONEY: 1}),
        ("p pax passenger passengers person persons", "1", {_PERSON: 1}),
        ("item items parcel parcels pallet pallets container containers", "1", {_ITEM: 1}),
        ("shipment shipments crate crates car cars", "1", {_ITEM: 1}),
        ("TEU teu", "1", {_TEU: 1}),
        ("tkm", "1000", {_MASS: 1, _LENGTH: 1}),
        ("kgkm", "1", {_MASS: 1, _LENGTH: 1}),
        ("pkm", "1", {_PERSON: 1, _LENGTH: 1}),
        ("TEUkm", "1", {_TEU: 1, _LENGTH: 1}),
        ("%", "0.01", {}),
        ("vehicle vehicles truck trucks bus buses trip trips round rounds unit units", "1", {}),
        ("deg °", "1", {}),
    )
    for symbol in names.split()
}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_CARBON = re.compile(r"(?<=[gt])[ ]?CO[2\u2082]([- ]?eq?)?(?![a-z])", re.IGNORECASE)
_COUNTED = re.compile(r"(\d+)(.+)")


@dataclass(frozen=True)
class Unit:
    """A unit: its name as written, its size in base units, its dimensions."""

    name: str
    size: Decimal
    dimensions: Dimensions


@dataclass(frozen=True)
class Quantity:
    """A value in base units (kg, km, MJ, l, s), its dimensions, and the unit it was given in."""

    base: Decimal
    dimensions: Dimensions = ()
    unit: Unit | None = None

    def into(self, unit: Unit) -> Decimal:
        """The number in a unit; raises Unreadable when it measures something else."""
        if unit.dimensions != self.dimensions:
            raise Unreadable(
                f"{words(self.dimensions)} cannot be given in {unit.name or 'no unit'}"
            )
        return self.base / unit.size

    def times(self, other: "Quantity", power: int = 1) -> "Quantity":
        """The product; with power -1 the quotient, raises Unreadable for a zero divisor."""
        dimensions = combine(self.dimensions, other.dimensions, power)
        if power == 1:
            return Quantity(self.base * other.base, dimensions)
        if other.base == 0:
            raise Unreadable("division by zero")
        return Quantity(self.base / other.base, dimensions)

    def plus(self, other: "Quantity", sign: int = 1) -> "Quantity":
        """The sum; raises Unreadable when the two measure different things."""
        if other.dimensions != self.dimensions:
            raise Unreadable(
                f"{words(self.dimensions)} and {words(other.dimensions)} cannot be added"
            )
        return Quantity(self.base + sign * other.base, self.dimensions, self.unit)


def words(dimensions: Dimensions) -> str:
    """Dimensions as a person reads them."""
    if not dimensions:
        return "a plain number"
    return ".".join(name if power == 1 else f"{name}^{power}" for name, power in dimensions)


def combine(left: Dimensions, right: Dimensions, power: int) -> Dimensions:
    """The dimensions of a product, or with power -1 of a quotient."""
    exponents = dict(left)
    for name, exponent in right:
        exponents[name] = exponents.get(name, 0) + power * exponent
    return tuple(sorted((name, exponent) for name, exponent in exponents.items() if exponent))


def unit_of(text: str) -> Unit:
    """A unit such as `kg/tkm`, `gCO2e/(t.km)`, `l/100km`, `%/yr`; raises Unreadable."""
    plain = _CARBON.sub("", text.strip()).replace("(", "").replace(")", "")
    size, dimensions = _ONE, Dimensions()
    if not plain:
        return Unit("", size, dimensions)
    for place, part in enumerate(plain.split("/")):
        for symbol in re.split(r"[.·* -]+", part.strip()):
            if symbol in {"", "1"} and place == 0:
                continue
            one, measured = _symbol(symbol, text)
            size = size / one if place else size * one
            dimensions = combine(dimensions, measured, -1 if place else 1)
    return Unit(text.strip(), size, dimensions)


def _symbol(symbol: str, text: str) -> tuple[Decimal, Dimensions]:
    count = _ONE
    if counted := _COUNTED.fullmatch(symbol):
        count, symbol = Decimal(counted[1]), counted[2]
    if symbol not in SYMBOLS:
        raise Unreadable(f"unknown unit {symbol!r} in {text!r}: known are {' '.join(SYMBOLS)}")
    size, dimensions = SYMBOLS[symbol]
    return count * size, tuple(sorted(dimensions.items()))


def quantity_of(text: str, default: Unit | None = None) -> Quantity:
    """A number with its unit; without one it is in `default`. Raises Unreadable."""
    number, rest = _split(text)
    if rest.startswith(","):
        raise Unreadable(f"{text!r} has a comma: write decimals with a point, thousands without")
    unit = unit_of(rest) if rest.strip() else default or unit_of("")
    try:
        value = Decimal(number)
    except InvalidOperation as error:  # pragma: no cover - the pattern admits numbers only
        raise Unreadable(f"{text!r} is not a number") from error
    if value and abs(value.adjusted()) > DIGITS_MAX:
        raise Unreadable(f"{text!r} has more than {DIGITS_MAX} digits before or after its point")
    return Quantity(value * unit.size, unit.dimensions, unit)


def last_digit(text: str) -> Decimal:
    """One in the last digit that a number is written with: 0.1 of `74.5 kg`."""
    return Decimal(1).scaleb(int(Decimal(_split(text)[0]).as_tuple().exponent))


def _split(text: str) -> tuple[str, str]:
    """The number and what follows it."""
    stripped = text.strip()
    found = _NUMBER.match(stripped)
    if found is None:
        raise Unreadable(f"{text!r} is not a number with its unit, as 143 g/tkm")
    return found[0], stripped[found.end() :]


def quantity(value: Decimal, unit: str) -> Quantity:
    """A value in a unit that is known."""
    known = unit_of(unit)
    return Quantity(value * known.size, known.dimensions, known)
