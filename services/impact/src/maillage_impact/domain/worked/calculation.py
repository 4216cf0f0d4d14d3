"""A calculation by its name: which inputs it takes, in which units, and what comes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.chain.energy import ZERO, Emissions, EnergyUse
from maillage_impact.domain.worked.quantity import (
    Quantity,
    Unit,
    Unreadable,
    quantity,
    unit_of,
    words,
)

ANY = "any"
"""An input whose unit is the example's: it only has to fit the others."""
Outputs = dict[str, Quantity]
KG = unit_of("kg")


@dataclass(frozen=True)
class Input:
    """One number that a calculation takes; `unit` is what it is in when none is written."""

    name: str
    unit: str
    meaning: str
    default: str | None = None
    """What holds when it is left out, as text; None: it must be given."""
    is_text: bool = False


@dataclass(frozen=True)
class Rows:
    """A list of records that a calculation takes, each with its own inputs."""

    name: str
    meaning: str
    inputs: tuple[Input, ...]
    is_required: bool = True


LEFT_OUT = ""
"""Default of an input that may be left out without any value in its place."""


@dataclass(frozen=True)
class Given:
    """The inputs of a case, checked against the calculation they are for."""

    values: Mapping[str, Quantity | None]
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    tables: Mapping[str, Sequence["Given"]] = field(default_factory=dict[str, Sequence["Given"]])

    def has(self, name: str) -> bool:
        """Whether an input that may be left out is there."""
        return self.values.get(name) is not None

    def quantity(self, name: str) -> Quantity:
        """An input with its dimensions."""
        found = self.values[name]
        if found is None:
            raise KeyError(name)
        return found

    def number(self, name: str, unit: str) -> Decimal:
        """An input in a unit."""
        return self.quantity(name).into(unit_of(unit))

    def rows(self, name: str) -> Sequence["Given"]:
        """The records of a list."""
        return self.tables.get(name, ())


@dataclass(frozen=True)
class Calculation:
    """A named calculation. `run` gives its outputs, the main one first."""

    name: str
    meaning: str
    inputs: tuple[Input | Rows, ...]
    outputs: str
    """What comes out, in words, the main one first."""
    run: Callable[[Given], Outputs]


FACTORS = (
    Input("operation", ANY, "kgCO2e of operation by unit of the amount", LEFT_OUT),
    Input("provision", ANY, "kgCO2e of energy provision by unit of the amount", LEFT_OUT),
    Input("total", ANY, "both together; instead of one of the two", LEFT_OUT),
)
USE = (Input("amount", ANY, "energy or fuel: kWh, MJ, l, kg"), *FACTORS)


def use_of(row: Given, amount: str = "amount", *, by: str = "") -> EnergyUse:
    """An energy use, counted in the unit that its amount is written in.

    `by` is what the amount is divided by, as km for a consumption. Raises Invalid when a
    factor is not a mass by that unit.
    """
    used = row.quantity(amount)
    divisor = quantity(Decimal(1), by)
    counted = used.times(divisor)
    unit = counted.unit or Unit("", Decimal(1), counted.dimensions)
    factors = factors_in(row, unit)
    return EnergyUse(counted.into(unit), factors.operation_kg, factors.provision_kg)


def factors_in(row: Given, unit: Unit) -> Emissions:
    """kgCO2e by unit, from the two of operation, provision and total that are given.

    Raises Invalid for one that is no mass by that unit.
    """
    one = Quantity(unit.size, unit.dimensions)

    def read(name: str) -> Decimal | None:
        if not row.has(name):
            return None
        try:
            return row.quantity(name).times(one).into(KG)
        except Unreadable as error:
            by = unit.name or words(unit.dimensions)
            raise Invalid(name, f"write it as a mass by {by}, as 1 kg/tkm is by tkm") from error

    operation, provision, total = read("operation"), read("provision"), read("total")
    if total is None:
        return Emissions(operation or ZERO, provision or ZERO)
    if operation is not None:
        return Emissions(operation, total - operation)
    return Emissions(total - (provision or ZERO), provision or ZERO)


def emissions_out(emissions: Emissions) -> Outputs:
    """Emissions as outputs; the main one is well to wheel."""
    return {
        "total": quantity(emissions.total_kg, "kg"),
        "operation": quantity(emissions.operation_kg, "kg"),
        "provision": quantity(emissions.provision_kg, "kg"),
    }
