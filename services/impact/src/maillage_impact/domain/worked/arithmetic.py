"""Steps between calculations, with units that must fit; and the figures of the ledger."""

from decimal import Decimal
from functools import reduce

from maillage_impact.domain.chain.allocation import weight_shares
from maillage_impact.domain.worked.calculation import (
    ANY,
    LEFT_OUT,
    Calculation,
    Given,
    Input,
    Outputs,
    Rows,
)
from maillage_impact.domain.worked.quantity import Quantity, quantity

TERMS = Rows("terms", "numbers with units", (Input("value", ANY, "a number"),))


def _values(given: Given) -> list[Quantity]:
    return [row.quantity("value") for row in given.rows("terms")]


def _sum(given: Given) -> Outputs:
    return {"sum": reduce(Quantity.plus, _values(given))}


def _difference(given: Given) -> Outputs:
    without, with_ = given.quantity("without"), given.quantity("with")
    return {"difference": without.plus(with_, -1)}


def _product(given: Given) -> Outputs:
    return {"product": reduce(Quantity.times, _values(given))}


def _quotient(given: Given) -> Outputs:
    return {"quotient": given.quantity("dividend").times(given.quantity("divisor"), -1)}


def _mean(given: Given) -> Outputs:
    rows = given.rows("terms")
    weights = {str(place): row.quantity("weight").base for place, row in enumerate(rows)}
    shares = weight_shares(weights)
    first = rows[0].quantity("value")
    mean = Decimal(0)
    for place, row in enumerate(rows):
        first.plus(row.quantity("value"))
        rows[0].quantity("weight").plus(row.quantity("weight"))
        mean += shares[str(place)] * row.quantity("value").base
    return {"mean": Quantity(mean, first.dimensions, first.unit)}


def _percentage(given: Given) -> Outputs:
    before = given.quantity("before")
    change = given.quantity("after").plus(before, -1)
    return {"change": change.times(before, -1)}


def _material(given: Given) -> Outputs:
    mass = given.quantity("mass")
    replaced = given.number("yield", "") * given.number("quality", "")
    without = given.quantity("end_of_life_before")
    for name in ("virgin", "end_of_life_displaced"):
        if given.has(name):
            share = replaced if name == "virgin" else Decimal(1)
            without = without.plus(given.quantity(name).times(quantity(share, "")))
    after = given.quantity("treatment").times(mass)
    for name in ("rejects", "transport"):
        if given.has(name):
            after = after.plus(given.quantity(name))
    before = without.times(mass)
    return {
        "avoided": before.plus(after, -1),
        "without": before,
        "with": after,
        "replaced": mass.times(quantity(replaced, "")),
    }


def _food(given: Given) -> Outputs:
    mass, displaced = given.quantity("mass"), given.quantity("displacement")
    by_mass = given.quantity("food").times(displaced).plus(given.quantity("end_of_life_before"))
    avoided = by_mass.times(mass).plus(given.quantity("logistics"), -1)
    return {"avoided": avoided}


ARITHMETIC = (
    Calculation("sum", "Numbers of one kind, added.", (TERMS,), "sum", _sum),
    Calculation(
        "difference",
        "Without minus with: signed, never floored.",
        (Input("without", ANY, "the first number"), Input("with", ANY, "what is taken away")),
        "difference",
        _difference,
    ),
    Calculation("product", "Numbers of any kinds, multiplied.", (TERMS,), "product", _product),
    Calculation(
        "quotient",
        "One number by another.",
        (Input("dividend", ANY, "above"), Input("divisor", ANY, "below")),
        "quotient",
        _quotient,
    ),
    Calculation(
        "weighted_mean",
        "Numbers of one kind by weights of one kind.",
        (
            Rows(
                "terms",
                "numbers",
                (Input("value", ANY, "a number"), Input("weight", ANY, "its weight")),
            ),
        ),
        "mean",
        _mean,
    ),
    Calculation(
        "change",
        "After against before, as a share of before.",
        (Input("before", ANY, "before"), Input("after", ANY, "after")),
        "change",
        _percentage,
    ),
    Calculation(
        "convert",
        "A number, to be read in another unit.",
        (Input("value", ANY, "a number"),),
        "value",
        lambda given: {"value": given.quantity("value")},
    ),
    Calculation(
        "avoided_material",
        "Mass x (end of life before + yield x quality x virgin + end of life displaced) - with.",
        (
            Input("mass", "t", "mass that was used"),
            Input("end_of_life_before", "kg/t", "treatment of the reference"),
            Input("virgin", "kg/t", "production of what is replaced", LEFT_OUT),
            Input("yield", "", "usable share of the mass", "1"),
            Input("quality", "", "new product replaced by usable mass", "1"),
            Input("end_of_life_displaced", "kg/t", "of what is replaced", LEFT_OUT),
            Input("treatment", "kg/t", "treatment now", "0"),
            Input("rejects", "kg", "end of life of rejects, in all", LEFT_OUT),
            Input("transport", "kg", "additional transport, in all", LEFT_OUT),
        ),
        "avoided, without, with, replaced",
        _material,
    ),
    Calculation(
        "avoided_food",
        "Mass x (displacement x food + end of life before) - logistics.",
        (
            Input("mass", "kg", "mass eaten"),
            Input("displacement", "", "share of other food that it replaces (assumption)", "0.5"),
            Input("food", "kg/kg", "production of the food"),
            Input("end_of_life_before", "kg/kg", "treatment of the reference", "0"),
            Input("logistics", "kg", "emissions of bringing it", "0"),
        ),
        "avoided",
        _food,
    ),
)
