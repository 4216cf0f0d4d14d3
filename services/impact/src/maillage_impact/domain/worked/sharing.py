"""Calculations of hubs and of shares: who bears how much of what was done together."""

from collections.abc import Sequence

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.chain.allocation import (
    Shipment,
    activity_shares,
    equivalents,
    weight_shares,
)
from maillage_impact.domain.chain.energy import (
    ZERO,
    Emissions,
    emissions_of_energy,
    sum_emissions,
)
from maillage_impact.domain.chain.hubs import GroupResult, TemperatureGroup, hub_by_temperature
from maillage_impact.domain.chain.intensity import intensity
from maillage_impact.domain.worked.calculation import (
    ANY,
    LEFT_OUT,
    USE,
    Calculation,
    Given,
    Input,
    Outputs,
    Rows,
    emissions_out,
    use_of,
)
from maillage_impact.domain.worked.energy import LOST, lost_kgco2e
from maillage_impact.domain.worked.quantity import Quantity, quantity

NAME = Input("name", "", "its name in the results", is_text=True)
GROUP = Input(
    "group", "", "the group it belongs to; left out: shared by all", LEFT_OUT, is_text=True
)


def _hub_emissions(uses: Sequence[Given], refrigerants: Sequence[Given]) -> Emissions:
    energy = emissions_of_energy(use_of(row) for row in uses)
    escaped = sum((lost_kgco2e(row)[1] for row in refrigerants), ZERO)
    return energy + Emissions(escaped, ZERO)


def _hub(given: Given) -> Outputs:
    emitted = _hub_emissions(given.rows("uses"), given.rows("refrigerants"))
    by_t = intensity(emitted.total_kg, given.number("outgoing", "t"))
    return {"intensity": quantity(by_t, "kg/t"), **emissions_out(emitted)}


def _of_group(rows: Sequence[Given], name: str) -> list[Given]:
    return [row for row in rows if row.texts.get("group", "") == name]


def _named(rows: Sequence[Given]) -> dict[str, Given]:
    named: dict[str, Given] = {}
    for row in rows:
        name = row.texts["name"]
        if name in named:
            raise Invalid("name", f"two are called {name!r}")
        named[name] = row
    return named


def _hub_groups(given: Given) -> Outputs:
    uses, refrigerants = given.rows("uses"), given.rows("refrigerants")
    rows = _named(given.rows("groups"))
    for row in (*uses, *refrigerants):
        named = row.texts.get("group", "")
        if named and named not in rows:
            raise Invalid("group", f"no group is called {named!r}: {', '.join(rows)}")
    groups = {
        name: TemperatureGroup(
            row.number("outgoing", "t"),
            _hub_emissions(_of_group(uses, name), _of_group(refrigerants, name)),
            row.quantity("key").base if row.has("key") else row.number("outgoing", "t"),
        )
        for name, row in rows.items()
    }
    shared = _hub_emissions(_of_group(uses, ""), _of_group(refrigerants, ""))
    return _hub_outputs(shared, groups, hub_by_temperature(shared, groups))


def _hub_outputs(
    shared: Emissions, groups: dict[str, TemperatureGroup], found: dict[str, GroupResult]
) -> Outputs:
    outputs = emissions_out(sum_emissions(result.emissions for result in found.values()))
    outputs |= {f"{part}.shared": value for part, value in emissions_out(shared).items()}
    for name, result in found.items():
        own = emissions_out(groups[name].own)
        outputs |= {f"{part}_own.{name}": value for part, value in own.items()}
        borne = emissions_out(result.emissions)
        outputs |= {f"{part}.{name}": value for part, value in borne.items()}
        outputs[f"intensity.{name}"] = quantity(result.kg_per_t, "kg/t")
    return outputs


def _round(given: Given) -> Outputs:
    shipments = {
        name: Shipment(row.number("mass", "t"), row.number("distance", "km"))
        for name, row in _named(given.rows("stops")).items()
    }
    others = given.number("others", "tkm")
    if given.has("total_activity"):
        known = sum((one.activity_tkm for one in shipments.values()), ZERO)
        others = given.number("total_activity", "tkm") - known
        if others < ZERO:
            raise Invalid("total_activity", f"the stops alone make {known} t.km")
    shares = activity_shares(shipments, others)
    total = sum((one.activity_tkm for one in shipments.values()), others)
    outputs = {"activity": quantity(total, "tkm")}
    for name, share in shares.items():
        outputs[f"share.{name}"] = quantity(share, "")
        outputs[f"activity.{name}"] = quantity(shipments[name].activity_tkm, "tkm")
        if given.has("emissions"):
            outputs[f"emissions.{name}"] = quantity(given.number("emissions", "kg") * share, "kg")
    return outputs


def _split(given: Given) -> Outputs:
    rows = given.rows("parts")
    first = rows[0].quantity("weight")
    for row in rows:
        first.plus(row.quantity("weight"))
    counted = {
        name: (row.number("count", ""), row.quantity("weight").base)
        for name, row in _named(rows).items()
    }
    weights = equivalents(counted)
    total = given.quantity("amount") if given.has("amount") else None
    outputs = {"weight": Quantity(sum(weights.values(), ZERO), first.dimensions, first.unit)}
    for name, share in weight_shares(weights).items():
        outputs[f"share.{name}"] = quantity(share, "")
        if total is not None:
            outputs[f"amount.{name}"] = Quantity(total.base * share, total.dimensions, total.unit)
    return outputs


def _share(given: Given) -> Outputs:
    part, whole = given.quantity("part"), given.quantity("whole")
    rest = whole.plus(part, -1)
    share = weight_shares({"part": part.base}, rest.base)["part"]
    outputs = {"share": quantity(share, "")}
    if given.has("amount"):
        amount = given.quantity("amount")
        outputs["amount"] = Quantity(amount.base * share, amount.dimensions, amount.unit)
    return outputs


GROUP_OF_HUB = (
    NAME,
    Input("outgoing", "t", "tonnes that leave"),
    Input("key", ANY, "what shares the common part: area, metered energy", LEFT_OUT),
)
SHARING = (
    Calculation(
        "hub",
        "A hub with one temperature: energy and refrigerants over outgoing tonnes.",
        (
            Input("outgoing", "t", "tonnes that leave"),
            Rows("uses", "energy carriers", USE, is_required=False),
            Rows("refrigerants", "cold units", LOST, is_required=False),
        ),
        "intensity, total, operation, provision",
        _hub,
    ),
    Calculation(
        "hub_groups",
        "A hub with several temperatures: own parts, and what is shared by outgoing tonnes.",
        (
            Rows("groups", "temperatures", GROUP_OF_HUB),
            Rows("uses", "energy carriers", (GROUP, *USE), is_required=False),
            Rows("refrigerants", "cold units", (GROUP, *LOST), is_required=False),
        ),
        "total, operation, provision, each .shared and .NAME, *_own.NAME, intensity.NAME",
        _hub_groups,
    ),
    Calculation(
        "round_shares",
        "A collection or delivery round shared by mass x hub-stop reference distance.",
        (
            Rows(
                "stops",
                "what is served",
                (
                    NAME,
                    Input("mass", "kg", "mass at the stop"),
                    Input("distance", "km", "hub-stop reference distance"),
                ),
            ),
            Input("others", "tkm", "activity of stops that are not listed", "0"),
            Input("total_activity", "tkm", "of the whole round, instead of others", LEFT_OUT),
            Input("emissions", "kg", "of the whole round", LEFT_OUT),
        ),
        "activity, share.NAME, activity.NAME, emissions.NAME",
        _round,
    ),
    Calculation(
        "split",
        "Anything shared by count x weight: equivalents, mass, volume, area, parcels.",
        (
            Rows(
                "parts",
                "who shares",
                (
                    NAME,
                    Input("count", "", "how many", "1"),
                    Input("weight", ANY, "weight or equivalent of each", "1"),
                ),
            ),
            Input("amount", ANY, "what is split: emissions, energy, money", LEFT_OUT),
        ),
        "weight, share.NAME, amount.NAME",
        _split,
    ),
    Calculation(
        "share",
        "One part over the whole, and its part of an amount.",
        (
            Input("part", ANY, "the part"),
            Input("whole", ANY, "the whole"),
            Input("amount", ANY, "what is split", LEFT_OUT),
        ),
        "share, amount",
        _share,
    ),
    Calculation(
        "mass_of_items",
        "Items by their mass each, with the shipper's packaging: containers, TEU, parcels.",
        (
            Input("count", ANY, "how many"),
            Input("each", ANY, "mass of each"),
            Input("packaging", "kg", "all packaging of the shipper", "0"),
        ),
        "mass",
        lambda given: {
            "mass": given.quantity("count")
            .times(given.quantity("each"))
            .plus(given.quantity("packaging"))
        },
    ),
)
