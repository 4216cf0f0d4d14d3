"""Calculations from energy to emissions, refrigerants included."""

from decimal import Decimal

from maillage_impact.domain.chain.activity import transport_activity_tkm
from maillage_impact.domain.chain.energy import (
    ONE,
    blended,
    carbon_equivalent_kg,
    consumption_at_load,
    emissions_of_energy,
    energy_with_losses,
    fuel_energy_mj,
    fuel_mass_kg,
)
from maillage_impact.domain.chain.intensity import driving_emissions
from maillage_impact.domain.chain.refrigerants import (
    leaked_kg,
    mixture_gwp,
    refrigerant_kgco2e,
)
from maillage_impact.domain.worked.calculation import (
    ANY,
    FACTORS,
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
from maillage_impact.domain.worked.quantity import Quantity, quantity

LOST = (
    Input("mass", "kg", "refrigerant that escaped or was refilled", LEFT_OUT),
    Input("charge", "kg", "refrigerant in a unit, when the loss is not weighed", "5.5"),
    Input("loss_rate", "%/yr", "share of the charge lost in a year", "32.5"),
    Input("duration", "yr", "how long", "1"),
    Input("units", "", "how many cold units", "1"),
    Input("gwp", "", "warming potential over 100 years"),
)


def lost_kgco2e(row: Given) -> tuple[Decimal, Decimal]:
    """(mass lost in kg, kgCO2e) of one refrigerant."""
    lost = (
        row.number("mass", "kg")
        if row.has("mass")
        else leaked_kg(
            row.number("charge", "kg"),
            row.number("loss_rate", "1/yr"),
            row.number("duration", "yr"),
            row.number("units", ""),
        )
    )
    return lost, refrigerant_kgco2e(lost, row.number("gwp", ""))


def _fuel_energy(given: Given) -> Outputs:
    mass_kg = (
        given.number("mass", "kg")
        if given.has("mass")
        else fuel_mass_kg(given.number("volume", "l"), given.number("density", "kg/l"))
    )
    energy_mj = fuel_energy_mj(mass_kg, given.number("heating_value", "MJ/kg"))
    return {"energy": quantity(energy_mj, "MJ"), "mass": quantity(mass_kg, "kg")}


def _factor_by_volume(given: Given) -> Outputs:
    by_kg = given.number("heating_value", "MJ/kg") * given.number("factor", "kg/MJ")
    by_l = by_kg * given.number("density", "kg/l")
    return {"by_volume": quantity(by_l, "kg/l"), "by_mass": quantity(by_kg, "")}


def _energy_emissions(given: Given) -> Outputs:
    return emissions_out(emissions_of_energy(use_of(row) for row in given.rows("uses")))


def _driving(given: Given) -> Outputs:
    driven_km = transport_activity_tkm(
        [(given.number("vehicles", "") * given.number("trips", ""), given.number("distance", "km"))]
    )
    uses = [use_of(row, "consumption", by="km") for row in given.rows("uses")]
    emitted = driving_emissions(driven_km, uses)
    return {**emissions_out(emitted), "distance": quantity(driven_km, "km")}


def _round_trip(given: Given) -> Outputs:
    rows = given.rows("legs")
    zero = Quantity(
        Decimal(0), rows[0].quantity("consumption").times(quantity(ONE, "km")).dimensions
    )
    used, driven_km, empty_km = zero, Decimal(0), Decimal(0)
    for row in rows:
        load = row.number("load_factor", "") if row.has("load_factor") else ONE
        empty = row.quantity("empty_consumption" if row.has("empty_consumption") else "consumption")
        full = row.quantity("consumption")
        if empty.dimensions != full.dimensions:
            empty.plus(full)
        by_km = Quantity(consumption_at_load(empty.base, full.base, load), full.dimensions)
        km = row.number("distance", "km")
        driven_km += km
        empty_km += km if load == 0 else Decimal(0)
        used = used.plus(by_km.times(quantity(km, "km")))
    total = Given({**given.values, "amount": used})
    return {
        **emissions_out(emissions_of_energy([use_of(total)])),
        "consumption": used,
        "distance": quantity(driven_km, "km"),
        "empty_distance": quantity(empty_km, "km"),
    }


def _consumption_at_load(given: Given) -> Outputs:
    empty, full = given.quantity("empty"), given.quantity("full")
    full.plus(empty)
    by_km = consumption_at_load(empty.base, full.base, given.number("load_factor", ""))
    return {"consumption": Quantity(by_km, full.dimensions, full.unit)}


def _losses(given: Given) -> Outputs:
    delivered = given.quantity("delivered")
    fed_in = energy_with_losses(delivered.base, given.number("losses", ""))
    return {"energy": Quantity(fed_in, delivered.dimensions, delivered.unit)}


def _blend(given: Given) -> Outputs:
    rows = given.rows("parts")
    first = rows[0].quantity("factor")
    for row in rows:
        first.plus(row.quantity("factor"))
    mixed = blended((row.number("share", ""), row.quantity("factor").base) for row in rows)
    return {"factor": Quantity(mixed, first.dimensions, first.unit)}


def _gases(given: Given) -> Outputs:
    pairs = [(row.number("mass", "kg"), row.number("gwp", "")) for row in given.rows("gases")]
    return {"emissions": quantity(carbon_equivalent_kg(pairs), "kg")}


def _refrigerant(given: Given) -> Outputs:
    lost, emitted = lost_kgco2e(given)
    return {"emissions": quantity(emitted, "kg"), "lost": quantity(lost, "kg")}


def _mixture(given: Given) -> Outputs:
    parts = [(row.number("share", ""), row.number("gwp", "")) for row in given.rows("parts")]
    return {"gwp": quantity(mixture_gwp(parts), "")}


HEATING = Input("heating_value", "MJ/kg", "lower heating value")
DENSITY = Input("density", "kg/l", "density of the fuel", LEFT_OUT)
CONSUMPTIONS = (Input("consumption", ANY, "energy or fuel by distance: l/100km, MJ/km"), *FACTORS)
ENERGY = (
    Calculation(
        "fuel_energy",
        "The energy in a mass or a volume of fuel.",
        (
            Input("mass", "kg", "mass of fuel", LEFT_OUT),
            Input("volume", "l", "volume of fuel, when no mass is given", LEFT_OUT),
            DENSITY,
            HEATING,
        ),
        "energy, mass",
        _fuel_energy,
    ),
    Calculation(
        "fuel_factor",
        "A factor by litre and by kilogram of fuel, from one by energy.",
        (Input("density", "kg/l", "density"), HEATING, Input("factor", "g/MJ", "kgCO2e by energy")),
        "by_volume, by_mass",
        _factor_by_volume,
    ),
    Calculation(
        "energy_emissions",
        "Amounts of energy carriers times their factors, summed.",
        (Rows("uses", "one for each energy carrier", USE),),
        "total, operation, provision",
        _energy_emissions,
    ),
    Calculation(
        "driving_emissions",
        "Vehicle-kilometres of whole round trips x consumption x factor.",
        (
            Input("distance", "km", "by vehicle and trip, empty running included"),
            Input("vehicles", "", "how many vehicles", "1"),
            Input("trips", "", "how many trips each", "1"),
            Rows("uses", "one for each energy carrier: traction, refrigeration", CONSUMPTIONS),
        ),
        "total, operation, provision, distance",
        _driving,
    ),
    Calculation(
        "round_trip_emissions",
        "Legs of a round trip, each with its load: an empty leg has load_factor 0.",
        (
            Rows(
                "legs",
                "in any order",
                (
                    Input("distance", "km", "as driven"),
                    Input("consumption", ANY, "by distance, full (or as measured)"),
                    Input("empty_consumption", ANY, "by distance, empty", LEFT_OUT),
                    Input("load_factor", "", "mass over payload; 1 when left out", LEFT_OUT),
                ),
            ),
            *FACTORS,
        ),
        "total, operation, provision, consumption, distance, empty_distance",
        _round_trip,
    ),
    Calculation(
        "consumption_at_load",
        "Consumption between that of the empty and of the full vehicle.",
        (
            Input("empty", ANY, "consumption empty"),
            Input("full", ANY, "consumption full"),
            Input("load_factor", "", "mass over payload"),
        ),
        "consumption",
        _consumption_at_load,
    ),
    Calculation(
        "energy_with_losses",
        "What is fed in for an amount to arrive: grid or charging losses.",
        (
            Input("delivered", ANY, "amount that arrives"),
            Input("losses", "", "share of what is fed in"),
        ),
        "energy",
        _losses,
    ),
    Calculation(
        "blended_factor",
        "The factor of a blend, such as diesel with biodiesel; shares must make 1.",
        (
            Rows(
                "parts",
                "components",
                (Input("share", "", "share"), Input("factor", ANY, "factor")),
            ),
        ),
        "factor",
        _blend,
    ),
    Calculation(
        "greenhouse_gases",
        "Masses of gases times their warming potential.",
        (
            Rows(
                "gases",
                "CO2, CH4, N2O",
                (Input("mass", "kg", "mass"), Input("gwp", "", "warming potential")),
            ),
        ),
        "emissions",
        _gases,
    ),
    Calculation(
        "refrigerant_emissions",
        "What escaped: weighed, or charge x yearly loss x time x units.",
        LOST,
        "emissions, lost",
        _refrigerant,
    ),
    Calculation(
        "refrigerant_blend",
        "Warming potential of a blend by mass shares, which must make 1.",
        (
            Rows(
                "parts",
                "components",
                (Input("share", "", "share"), Input("gwp", "", "warming potential")),
            ),
        ),
        "gwp",
        _mixture,
    ),
)
