"""Missing links for others' tools: a table safe against formulas, and a layer for maps."""

from collections.abc import Iterable
from decimal import Decimal

from maillage_matching.domain.missing_links import Link, LinkReport

COLUMNS = (
    "quarter",
    "kind",
    "equipment",
    "role",
    "resources",
    "lat",
    "lon",
    "reach_km",
    "firms",
    "amount_a_year",
    "unit",
    "guessed_amount",
    "seasonal_share",
    "paid_eur_a_year",
    "largest_share",
    "top3_share",
    "nearest_km",
    "weight",
    "words_en",
    "words_fr",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def rows_of(report: LinkReport) -> Iterable[list[str]]:
    """A line of names, then one for each link; no text begins as a formula does."""
    yield list(COLUMNS)
    for link in report.links:
        yield _row(report.quarter, link)


def _row(quarter: str, link: Link) -> list[str]:
    return [
        quarter,
        link.kind,
        safe_cell(link.equipment),
        safe_cell(link.role),
        safe_cell("|".join(link.resources)),
        f"{link.centre.lat:.5f}",
        f"{link.centre.lon:.5f}",
        _number(link.reach_km),
        str(link.firms),
        _number(link.amount),
        safe_cell(link.unit),
        _number(link.guessed_amount),
        _number(link.seasonal_share),
        _number(link.paid_eur_a_year),
        _number(link.largest_share),
        _number(link.top3_share),
        _number(link.nearest_km),
        _number(link.weight),
        safe_cell(link.words.en),
        safe_cell(link.words.fr),
    ]


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _number(value: Decimal | float | None) -> str:
    return "" if value is None else format(Decimal(str(value)), "f")


def features_of(report: LinkReport) -> dict[str, object]:
    """A GeoJSON FeatureCollection (RFC 7946): a point for each link, with what is told of it."""
    return {
        "type": "FeatureCollection",
        "quarter": report.quarter,
        "made_at": report.made_at.isoformat(),
        "features": [_feature(link) for link in report.links],
    }


def _feature(link: Link) -> dict[str, object]:
    told = link.model_dump(mode="json", exclude={"centre"})
    return {
        "type": "Feature",
        "id": str(link.link_id),
        "geometry": {"type": "Point", "coordinates": [link.centre.lon, link.centre.lat]},
        "properties": told,
    }
