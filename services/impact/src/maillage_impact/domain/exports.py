"""A statement for others to use: tables safe against formulas, the S4 sheet, iLEAP's words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from maillage_impact.domain.entry import shares
from maillage_impact.domain.statement import Figure, Statement, bills_of
from maillage_impact.domain.transport import DrivenTour

COLUMNS = (
    "no",
    "indicator",
    "account",
    "value",
    "low",
    "high",
    "unit",
    "p_positive",
    "demonstrated",
    "lines",
    "meaning",
    "weak_value",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
SHEET: Mapping[str, tuple[str, ...]] = {
    "costs_upstream": ("virgin_mass_replaced", "local_value"),
    "costs_downstream": ("bill_before", "bill_after", "saving"),
    "treatment_avoided": ("mass_redirected", "mass_diverted"),
    "revenue_and_contracts": ("revenue_new", "contracts_new"),
    "climate_induced": (
        "ghg_induced_transport",
        "ghg_induced_treatment",
        "ghg_induced_hub",
        "ghg_induced_refrigerant",
    ),
    "climate_avoided": ("ghg_avoided_logistics", "ghg_avoided_material", "ghg_avoided_food"),
    "logistics": ("distance_avoided", "distance_driven", "empty_share", "load_factor"),
    "jobs": ("insertion_hours", "insertion_fte", "jobs", "training_hours"),
    "food_access": ("food_redistributed", "meals", "households_reached"),
    "means": ("advisor_hours", "advisor_hours_by_synergy", "synergies_realised"),
}
"""Families of figures of the experience sheet: costs on both sides, treatment, revenue, means."""


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def table(statement: Statement) -> list[list[str]]:
    """The figures as rows, numbers with a decimal point; texts cannot be formulas."""
    return [list(COLUMNS), *(_row(figure) for figure in statement.figures)]


def _row(figure: Figure) -> list[str]:
    return [
        figure.ref,
        figure.code,
        figure.account,
        "withheld" if figure.value is None else format(figure.value, "f"),
        _number(figure.low),
        _number(figure.high),
        figure.unit,
        "" if figure.p_positive is None else f"{figure.p_positive:.3f}",
        "" if figure.is_demonstrated is None else "yes" if figure.is_demonstrated else "no",
        str(figure.lines),
        safe_cell(figure.meaning),
        _number(figure.weak_value),
    ]


def _number(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def figure_out(figure: Figure) -> dict[str, object]:
    """A figure as JSON; numbers as text, so that no digit is lost."""
    return {
        "no": figure.ref,
        "indicator": figure.code,
        "account": figure.account,
        "value": None if figure.value is None else format(figure.value, "f"),
        "is_withheld": figure.value is None,
        "low": _number(figure.low) or None,
        "high": _number(figure.high) or None,
        "unit": figure.unit,
        "p_positive": figure.p_positive,
        "is_demonstrated": figure.is_demonstrated,
        "weak_value": _number(figure.weak_value) or None,
        "lines": figure.lines,
        "meaning": figure.meaning,
    }


def statement_out(statement: Statement) -> dict[str, object]:
    """A statement as JSON: with the factors, the view and the head of the ledger that it is of."""
    scope = statement.scope
    bills = bills_of(statement)
    return {
        "about": scope.about,
        "about_id": scope.about_id and str(scope.about_id),
        "zone": scope.zone,
        "name": statement.name,
        "first": scope.first.isoformat(),
        "last": scope.last.isoformat(),
        "view": scope.view,
        "factors": statement.factor_version,
        "known_at": scope.known_at and scope.known_at.isoformat(),
        "ledger": {"lines": statement.ledger_place, "head": statement.ledger_head},
        "figures": [figure_out(figure) for figure in statement.figures],
        "bills": bills
        and {
            "before_eur": format(bills.before_eur, "f"),
            "after_eur": format(bills.after_eur, "f"),
            "saved_eur": format(bills.saved_eur, "f"),
            "saved_pct": format((100 * bills.saved_share).quantize(Decimal("0.1")), "f"),
            "reinvested_eur": format(bills.reinvested_eur, "f"),
            "reinvested_pct": _percent(bills.reinvested_share),
        },
        "notes": list(statement.notes),
    }


def _percent(share: Decimal | None) -> str | None:
    return None if share is None else format((100 * share).quantize(Decimal("0.1")), "f")


def sheet_out(statement: Statement) -> dict[str, object]:
    """The figures of an experience sheet, by its families; what is not known stays empty."""
    by_code = {figure.code: figure for figure in statement.figures}
    return {
        "name": statement.name,
        "first": statement.scope.first.isoformat(),
        "last": statement.scope.last.isoformat(),
        "results": {
            family: {code: figure_out(by_code[code]) for code in codes if code in by_code}
            for family, codes in SHEET.items()
        },
        "bills": statement_out(statement)["bills"],
    }


def footprints(tour: DrivenTour, emitted_kg: Decimal) -> Sequence[dict[str, object]]:
    """One shipment footprint for each order of a tour, in the words of iLEAP.

    Activity is mass x shortest feasible distance; emissions are well to wheel, shared by activity
    to the gram. Tank to wheel is not stated: the tour's factors do not split it.
    """
    keys = {order.order_id: order.mass_kg * order.direct_km / 1000 for order in tour.carried}
    borne = shares(emitted_kg, keys)
    return [
        {
            "shipmentId": str(order.order_id),
            "mass": format(order.mass_kg, "f"),
            "tces": [
                {
                    "tceId": f"{tour.tour_id}/{order.order_id}",
                    "tocId": f"{tour.vehicle_class}/{tour.energy}",
                    "shipmentId": str(order.order_id),
                    "mass": format(order.mass_kg, "f"),
                    "distance": {"sfd": format(order.direct_km, "f")},
                    "transportActivity": format(keys[order.order_id], "f"),
                    "co2eWTW": format(borne.get(order.order_id, Decimal(0)), "f"),
                }
            ],
        }
        for order in tour.carried
    ]
