"""Rows of the Base Carbone export judged: which become factors, and why the others do not."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from maillage_impact.domain.factors import Factor

ASSUMED_UNCERTAINTY_PCT = Decimal(50)
"""Where the export states none (design decision: half, as its own generic factors have)."""
PARTS_TOLERANCE = Decimal("0.02")
"""Parts are printed with three digits: their sum may differ by this share of the total."""
UNCERTAINTY_PCT_MAX = 500
PLAUSIBLE_MAX: dict[str, Decimal] = {
    "kWh": Decimal(5),
    "litre": Decimal(20),
    "km": Decimal(50),
    "t.km": Decimal(10),
    "passager.km": Decimal(5),
    "peq.km": Decimal(5),
    "kg": Decimal(50_000),
    "tonne": Decimal(1_000_000),
    "tonne de dechets": Decimal(10_000),
    "m2": Decimal(10_000),
    "m3": Decimal(100_000),
    "keuro": Decimal(20_000),
    "unite": Decimal(1_000_000),
    "appareil": Decimal(1_000_000),
}
"""kgCO2e by unit above which a figure is a slip of unit (design decision, per order of size)."""
UNITS = {"tonne de dechets": "t", "tonne": "t", "litre": "l", "passager.km": "p.km"}

ROW_TYPE, ELEMENT_ID, STATUS = "Type Ligne", "Identifiant de l'element", "Statut de l'element"
TOTAL, UNIT, UNCERTAINTY = "Total poste non decompose", "Unite francais", "Incertitude"
MODIFIED, PLACE = "Date de modification", "Localisation geographique"
NAMES = ("Nom base francais", "Nom attribut francais", "Nom frontiere francais")
NEEDED = (ROW_TYPE, ELEMENT_ID, STATUS, TOTAL, UNIT, UNCERTAINTY, MODIFIED, PLACE, *NAMES)
_YEAR = re.compile(r"\b(19|20)\d\d\b")


@dataclass(frozen=True)
class Row:
    """One row of the export: its line in the file, its cells by name without accents."""

    line: int
    cells: Mapping[str, str]
    is_whole: bool = True
    """Whether it has as many cells as there are columns."""

    @property
    def element_id(self) -> str:
        """Not unique: an element and its parts share it, and two elements may."""
        return self.cells[ELEMENT_ID].strip()

    @property
    def is_element(self) -> bool:
        """Whether it is a factor, not one of its parts."""
        return plain(self.cells[ROW_TYPE]).lower() == "element"


@dataclass(frozen=True)
class Unusable:
    """A row that gave no factor, and why."""

    line: int
    element_id: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Judged:
    """What came of an export."""

    factors: Sequence[Factor]
    refused: Sequence[Unusable]
    parts: int
    """Rows that only break down an element."""


def plain(text: str) -> str:
    """Without accents, which exports spell in several ways."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).strip()


def number(text: str) -> Decimal | None:
    """A decimal comma, maybe an exponent; None when empty or no number."""
    try:
        value = Decimal(text.strip().replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def judge(rows: Iterable[Row], version: str) -> Judged:
    """Factors of a new version from the rows of an export, and every row that gave none.

    Of two elements with one identifier the first counts; the other is refused.
    """
    given = list(rows)
    parts: dict[str, list[Decimal]] = {}
    for row in given:
        if not row.is_element and (value := number(row.cells[TOTAL])) is not None:
            parts.setdefault(row.element_id, []).append(value)
    factors: dict[str, Factor] = {}
    refused: list[Unusable] = []
    for row in given:
        if not row.is_element:
            continue
        reason = _fault(row, parts.get(row.element_id, []), is_taken=row.element_id in factors)
        if reason:
            refused.append(Unusable(row.line, row.element_id, *reason))
        else:
            factors[row.element_id] = _factor(row, version)
    return Judged(list(factors.values()), refused, sum(1 for row in given if not row.is_element))


def _fault(row: Row, parts: Sequence[Decimal], *, is_taken: bool) -> tuple[str, str] | None:
    if not row.is_whole:
        return "cut", "it has not as many cells as there are columns"
    status = plain(row.cells[STATUS]).lower()
    if not status.startswith("valide"):
        return "archived", row.cells[STATUS]
    if is_taken:
        return "repeated", "another element has this identifier"
    total = number(row.cells[TOTAL])
    if total is None:
        return "no_value", f"{row.cells[TOTAL]!r} is no number"
    return _doubt(row, total, sum(parts, Decimal(0)) if parts else total)


def _doubt(row: Row, total: Decimal, parts: Decimal) -> tuple[str, str] | None:
    by = _by(row.cells[UNIT])
    if by not in PLAUSIBLE_MAX:
        return "unit", f"{row.cells[UNIT]!r} is not a unit that is computed with"
    if not 0 < total <= PLAUSIBLE_MAX[by]:
        return "implausible", f"{total} kgCO2e by {by}: not above 0 and up to {PLAUSIBLE_MAX[by]}"
    uncertainty = number(row.cells[UNCERTAINTY])
    if uncertainty is not None and not 0 <= uncertainty <= UNCERTAINTY_PCT_MAX:
        return "implausible", f"an uncertainty of {uncertainty} %"
    if abs(parts - total) > PARTS_TOLERANCE * total:
        return "parts", f"its parts make {parts}, the total is {total}"
    return None


def _by(unit: str) -> str:
    """What a unit is by: `kgCO2e/tonne de déchets` is by tonne de dechets."""
    measured, slash, by = plain(unit).partition("/")
    if not slash or measured.lower() != "kgco2e":
        return ""
    by = by.strip().replace("m\u00b2", "m2")
    lowered = by.lower()
    return {"kwh": "kWh", "kg": "kg"}.get(lowered, lowered)


def _factor(row: Row, version: str) -> Factor:
    by = _by(row.cells[UNIT])
    total, uncertainty = number(row.cells[TOTAL]), number(row.cells[UNCERTAINTY])
    year = _YEAR.search(row.cells[MODIFIED])
    return Factor(
        factor_id=f"bc_{row.element_id}",
        version=version,
        value=total or Decimal(0),
        unit=f"kgCO2e/{UNITS.get(by, by)}",
        uncertainty_pct=uncertainty or ASSUMED_UNCERTAINTY_PCT,
        boundary="as-published",
        source="ADEME Base Carbone",
        source_id=row.element_id,
        year=int(year[0]) if year else 0,
        geo=row.cells[PLACE].strip(),
        label=" ".join(row.cells[name].strip() for name in NAMES if row.cells[name].strip()),
        uncertainty_basis="stated" if uncertainty else "assumed",
    )
