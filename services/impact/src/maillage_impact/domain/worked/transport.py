"""Calculations of activity, distance, filling, and emissions by unit of activity."""

from decimal import Decimal

from maillage_impact.domain.chain import activity as moved
from maillage_impact.domain.chain import intensity as by
from maillage_impact.domain.chain.energy import ONE, Emissions, emissions_of_energy
from maillage_impact.domain.worked.calculation import (
    ANY,
    FACTORS,
    LEFT_OUT,
    Calculation,
    Given,
    Input,
    Outputs,
    Rows,
    emissions_out,
    factors_in,
    use_of,
)
from maillage_impact.domain.worked.energy import CONSUMPTIONS
from maillage_impact.domain.worked.quantity import Quantity, Unit, quantity, unit_of

MASS, DISTANCE = Input("mass", "t", "mass of the goods"), Input("distance", "km", "distance")
DAF = (
    Input(
        "mode",
        "",
        "road, rail, sea, waterway or air: sets factor and km added",
        LEFT_OUT,
        is_text=True,
    ),
    Input("daf", "", "distance adjustment factor", LEFT_OUT),
    Input("added", "km", "km added to the reference distance", LEFT_OUT),
)


def adjustment_of(given: Given) -> tuple[Decimal, Decimal]:
    """(factor, km added): what is given, else the mode's, else none."""
    factor, added = moved.adjustment(given.texts["mode"]) if "mode" in given.texts else (ONE, None)
    if given.has("daf"):
        factor = given.number("daf", "")
    if given.has("added"):
        added = given.number("added", "km")
    return factor, added or Decimal(0)


def _activity(given: Given) -> Outputs:
    legs = [(row.number("mass", "t"), row.number("distance", "km")) for row in given.rows("legs")]
    return {"activity": quantity(moved.transport_activity_tkm(legs), "tkm")}


def _passengers(given: Given) -> Outputs:
    rows = given.rows("legs")
    legs = [(row.number("passengers", "p"), row.number("distance", "km")) for row in rows]
    return {"activity": quantity(moved.transport_activity_tkm(legs), "pkm")}


def _driven(given: Given) -> Outputs:
    km = moved.driven_distance_km(given.number("reference", "km"), *adjustment_of(given))
    return {"distance": quantity(km, "km")}


def _reference(given: Given) -> Outputs:
    km = moved.reference_distance_km(given.number("driven", "km"), *adjustment_of(given))
    return {"distance": quantity(km, "km")}


def _great_circle(given: Given) -> Outputs:
    ends = [
        (given.number(f"{end}_latitude", ""), given.number(f"{end}_longitude", ""))
        for end in ("from", "to")
    ]
    return {"distance": quantity(moved.great_circle_km(*ends), "km")}


def _load(given: Given) -> Outputs:
    legs = [
        (row.number("mass", "t"), row.number("capacity", "t"), row.number("distance", "km"))
        for row in given.rows("legs")
    ]
    laden = sum((km for mass, _, km in legs if mass), Decimal(0))
    empty = sum((km for mass, _, km in legs if not mass), Decimal(0))
    return {
        "load_factor": quantity(moved.load_factor(legs), ""),
        "empty_share": quantity(moved.empty_share(laden, empty), ""),
    }


def _empty(given: Given) -> Outputs:
    laden, empty = given.number("laden", "km"), given.number("empty", "km")
    return {
        "empty_share": quantity(moved.empty_share(laden, empty), ""),
        "empty_per_laden": quantity(empty / moved.positive("laden", laden), ""),
    }


def _intensity(given: Given) -> Outputs:
    emitted, activity = given.quantity("emissions"), given.quantity("activity")
    unit = activity.unit or Unit("", ONE, activity.dimensions)
    value = by.intensity(emitted.into(unit_of("kg")), activity.into(unit))
    per = quantity(value, "kg").times(Quantity(unit.size, unit.dimensions), -1)
    return {"intensity": _named(per, f"kg/{unit.name}" if unit.name else "kg")}


def _named(found: Quantity, unit: str) -> Quantity:
    """The quantity with a unit to be shown in, where that can be written."""
    return Quantity(found.base, found.dimensions, unit_of(unit.replace("..", ".")))


def _reference_intensity(given: Given) -> Outputs:
    found, (factor, added_km) = given.quantity("intensity"), adjustment_of(given)
    if added_km:
        reference_km = given.number("reference", "km")
        factor = moved.driven_distance_km(reference_km, factor, added_km) / reference_km
    value = by.on_reference_distance(found.base, factor)
    return {"intensity": Quantity(value, found.dimensions, found.unit)}


def _vehicle_intensity(given: Given) -> Outputs:
    uses = emissions_of_energy(use_of(row, "consumption", by="km") for row in given.rows("uses"))
    payload, load = given.number("payload", "t"), given.number("load_factor", "")
    if given.has("load"):
        payload, load = given.number("load", "t"), ONE
    empty = given.number("empty_per_laden", "")
    value = by.vehicle_intensity(uses.total_kg, payload, load, empty)
    operation = by.vehicle_intensity(uses.operation_kg, payload, load, empty)
    return {
        "intensity": quantity(value, "kg/tkm"),
        "operation": quantity(operation, "kg/tkm"),
        "by_distance": quantity(uses.total_kg, "kg/km"),
    }


def _combined(given: Given) -> Outputs:
    rows = given.rows("categories")
    unit = rows[0].quantity("activity").unit or unit_of("")
    pairs: list[tuple[Decimal, Decimal]] = []
    for row in rows:
        activity = row.quantity("activity").into(unit)
        one = Quantity(unit.size, unit.dimensions)
        if row.has("intensity"):
            value = row.quantity("intensity").times(one).into(unit_of("kg")) * activity
        else:
            value = row.number("emissions", "kg")
        pairs.append((value, activity))
    emitted = sum((value for value, _ in pairs), Decimal(0))
    activity = sum((amount for _, amount in pairs), Decimal(0))
    per = quantity(by.combined_intensity(pairs), "kg").times(
        Quantity(unit.size, unit.dimensions), -1
    )
    return {
        "intensity": _named(per, f"kg/{unit.name}" if unit.name else "kg"),
        "emissions": quantity(emitted, "kg"),
        "activity": Quantity(activity * unit.size, unit.dimensions, unit),
    }


ELEMENT = (
    Input("mass", "t", "mass of the consignment, or outgoing tonnes", LEFT_OUT),
    Input("distance", "km", "reference distance; left out for a hub", LEFT_OUT),
    Input("activity", "tkm", "instead of mass and distance", LEFT_OUT),
    Input("daf", "", "when the intensity is by t.km as driven", "1"),
    *(Input(f.name, f.unit, f"{f.meaning}: by t.km, by t for a hub", LEFT_OUT) for f in FACTORS),
    Input("emissions", "kg", "instead of an intensity", LEFT_OUT),
)


def _element_of(row: Given) -> by.Element:
    if row.has("activity"):
        mass, distance = row.number("activity", "tkm"), ONE
    else:
        told = row.has("emissions") and not row.has("mass")
        mass = Decimal(0) if told else row.number("mass", "t")
        distance = row.number("distance", "km") if row.has("distance") else None
    if row.has("emissions"):
        total = row.number("emissions", "kg")
        operation = row.number("operation", "kg") if row.has("operation") else total
        return by.Element(Emissions(operation, total - operation), mass, distance)
    if not any(row.has(one.name) for one in FACTORS):
        raise KeyError("total")
    unit = unit_of("t" if distance is None else "tkm")
    return by.element(mass, distance, factors_in(row, unit), row.number("daf", ""))


def _element(given: Given) -> Outputs:
    step = _element_of(given)
    return {**emissions_out(step.emissions), "activity": quantity(step.activity_tkm, "tkm")}


def _chain(given: Given) -> Outputs:
    steps = [_element_of(row) for row in given.rows("elements")]
    activity = by.chain_activity_tkm(steps)
    found = {
        **emissions_out(by.chain_emissions(steps)),
        "activity": quantity(activity, "tkm"),
    }
    if activity:
        found["intensity"] = quantity(by.chain_intensity(steps), "kg/tkm")
    return found


TRANSPORT = (
    Calculation(
        "transport_activity",
        "Tonne-kilometres: mass x reference distance, summed over legs.",
        (Rows("legs", "consignments or legs", (MASS, DISTANCE)),),
        "activity",
        _activity,
    ),
    Calculation(
        "passenger_activity",
        "Passenger-kilometres, summed over legs.",
        (Rows("legs", "legs", (Input("passengers", "p", "persons carried"), DISTANCE)),),
        "activity",
        _passengers,
    ),
    Calculation(
        "driven_distance",
        "From a reference distance to the one driven: x factor + km added.",
        (Input("reference", "km", "shortest feasible or great-circle distance"), *DAF),
        "distance",
        _driven,
    ),
    Calculation(
        "reference_distance",
        "From a distance driven to the reference distance.",
        (Input("driven", "km", "actual distance"), *DAF),
        "distance",
        _reference,
    ),
    Calculation(
        "great_circle_distance",
        "Between two places, on the mean sphere.",
        tuple(
            Input(f"{end}_{axis}", "deg", "degrees, decimal; south and west are negative")
            for end in ("from", "to")
            for axis in ("latitude", "longitude")
        ),
        "distance",
        _great_circle,
    ),
    Calculation(
        "load_factor",
        "Capacity used over whole round trips: t.km over capacity x km; empty legs have mass 0.",
        (Rows("legs", "all legs", (MASS, Input("capacity", "t", "payload"), DISTANCE)),),
        "load_factor, empty_share",
        _load,
    ),
    Calculation(
        "empty_running",
        "Empty kilometres over all, and for each laden one.",
        (Input("laden", "km", "laden distance"), Input("empty", "km", "empty distance")),
        "empty_share, empty_per_laden",
        _empty,
    ),
    Calculation(
        "intensity",
        "Emissions by unit of activity: t.km, outgoing t, p.km, TEU.km, items.",
        (Input("emissions", "kg", "emissions"), Input("activity", ANY, "activity")),
        "intensity",
        _intensity,
    ),
    Calculation(
        "reference_intensity",
        "An intensity by t.km driven, as one by t.km of the reference distance: x factor.",
        (
            Input("intensity", ANY, "by activity on driven distance"),
            *DAF,
            Input("reference", "km", "needed where km are added: by air", LEFT_OUT),
        ),
        "intensity",
        _reference_intensity,
    ),
    Calculation(
        "vehicle_intensity",
        "Intensity of a vehicle from its consumption, its load and its empty running.",
        (
            Rows("uses", "one for each energy carrier", CONSUMPTIONS),
            Input("load", "t", "mean load of laden trips, when known", LEFT_OUT),
            Input("payload", "t", "what it can carry", "1"),
            Input("load_factor", "", "mass over payload on laden trips", "1"),
            Input("empty_per_laden", "", "empty km for each laden km", "0"),
        ),
        "intensity, operation, by_distance",
        _vehicle_intensity,
    ),
    Calculation(
        "combined_intensity",
        "One intensity for several operation categories: all emissions over all activity.",
        (
            Rows(
                "categories",
                "operation categories",
                (
                    Input("emissions", "kg", "emissions", LEFT_OUT),
                    Input("intensity", ANY, "instead of emissions", LEFT_OUT),
                    Input("activity", ANY, "activity"),
                ),
            ),
        ),
        "intensity, emissions, activity",
        _combined,
    ),
    Calculation(
        "element_emissions",
        "One chain element: mass x distance x intensity, or outgoing mass x intensity at a hub.",
        ELEMENT,
        "total, operation, provision, activity",
        _element,
    ),
    Calculation(
        "chain",
        "A transport chain: all elements emit, only transport moves.",
        (Rows("elements", "transport and hub operations, in order", ELEMENT),),
        "total, operation, provision, activity, intensity",
        _chain,
    ),
)
