"""What a territory lacks: who would bring how much, and what is told to whom."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from maillage_contracts.samples import a_credential
from maillage_matching.adapters.hexagons import Hexagons
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.link_tables import COLUMNS, features_of, rows_of, safe_cell
from maillage_matching.domain.missing_links import (
    LINK_RESOLUTION,
    Link,
    LinkReport,
    for_everybody,
    links_of,
    quarter_before,
    quarter_of,
)
from maillage_matching.domain.pair import Carriers, Ground, Side

MakeSide = Callable[..., Side]
GRID = Hexagons(LINK_RESOLUTION)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
JARS: dict[str, Any] = {
    "kind": "material",
    "waste_status": "product",
    "intent": "offer",
    "spec": "glass_jars",
    "waste_code": None,
    "functions": (),
}
Canteen = Callable[..., Side]


@pytest.fixture
def there(ground: Ground) -> Ground:
    """A territory with a carrier, so that only machines are missing."""
    return replace(ground, carriers=Carriers(valid=("Boucle",)))


@pytest.fixture
def canteen(an_offer: MakeSide) -> Canteen:
    """A canteen with jars to wash: so many tonnes a year."""

    def make(number: int, tonnes: float = 10, **changes: Any) -> Side:  # noqa: ANN401 fields
        usual = {
            **JARS,
            "position": {"lat": 46.07, "lon": 6.4 + number * 0.01},
            "quantity": {"value": str(tonnes), "unit": "t", "per": "P1Y"},
            "cost_today": {"amount": "500.00"},
        }
        return an_offer(who={"name": f"Canteen {number}"}, **{**usual, **changes})

    return make


def of(equipment: str, links: tuple[Link, ...]) -> Link:
    (found,) = [link for link in links if link.equipment == equipment]
    return found


def test_a_wash_house_would_find_so_much(canteen: Canteen, there: Ground) -> None:
    sides = [canteen(1, 20), canteen(2, 11), canteen(3, 6, confidence="observed"), canteen(4, 4)]
    link = of("jar_washing", links_of(sides, GRID, there))
    assert (link.kind, link.role, link.firms) == ("machine", "washer", 4)
    assert (link.amount, link.unit, link.guessed_amount) == (41_000, "kg", 6_000)
    assert (link.largest_share, link.top3_share) == (0.488, 0.902)
    assert link.paid_eur_a_year == 2000
    assert link.nearest_km is None
    assert "41 t a year" in link.words.en
    assert "from 4 firms within 30 km; the three largest bring 90 %; none is known" in link.words.en
    assert "41 t par an" in link.words.fr
    assert "de 4 entreprises à moins de 30 km" in link.words.fr


def test_what_is_not_there_all_year_is_told(canteen: Canteen, there: Ground) -> None:
    sides = [canteen(1, 20), canteen(2, 11), canteen(3, 9, available_until="2027-02-01")]
    link = of("jar_washing", links_of(sides, GRID, there))
    assert link.seasonal_share == 0.225
    assert "bring 100 %; 22 % of it not all year; none is known" in link.words.en
    assert "22 % pas toute l'année" in link.words.fr
    always = of("jar_washing", links_of([canteen(n, 10) for n in range(3)], GRID, there))
    assert (always.seasonal_share, "all year" in always.words.en) == (0, False)


def test_what_somebody_near_has_is_not_missing(
    canteen: Canteen, an_offer: MakeSide, there: Ground
) -> None:
    sides = [canteen(n) for n in range(3)]
    washer = {"kind": "service", "spec": "jar_washing", "functions": (), "waste_code": None}
    near = an_offer(who={"name": "Washer"}, position={"lat": 46.1, "lon": 6.4}, **washer)
    far = an_offer(who={"name": "Washer"}, position={"lat": 47.0, "lon": 6.4}, **washer)
    somewhere = an_offer(who={"name": "Washer"}, position=None, **washer)
    for one in (near, somewhere):
        links = links_of([*sides, one], GRID, there)
        assert [link for link in links if link.equipment == "jar_washing"] == []
    link = of("jar_washing", links_of([*sides, far], GRID, there))
    assert link.nearest_km == pytest.approx(145, abs=6)
    assert link.nearest_km is not None
    assert link.weight == round(30 * (link.nearest_km - 30), 1)


def test_an_approved_plant_that_takes_the_stream_is_there(
    canteen: Canteen, a_need: MakeSide, there: Ground
) -> None:
    liquid = {"kind": "waste", "waste_status": "waste", "spec": "biowaste_liquid",
              "waste_code": "20 01 08", "physical": "liquid"}  # fmt: skip
    sides = [canteen(n, **liquid) for n in range(3)]
    link = of("methaniser_capacity", links_of(sides, GRID, there))
    assert (link.kind, link.role) == ("treatment", "methaniser")
    who = {
        "name": "Plant",
        "roles": ("methaniser",),
        "credentials": (a_credential(scope="waste_treatment"),),
    }
    plant = a_need(who=who, position={"lat": 46.1, "lon": 6.4}, **{**liquid, "intent": "request"})
    links = links_of([*sides, plant], GRID, there)
    assert [one for one in links if one.equipment == "methaniser_capacity"] == []


def test_without_an_approved_carrier_waste_stays_where_it_is(
    canteen: Canteen, ground: Ground
) -> None:
    waste = {
        "kind": "waste",
        "waste_status": "waste",
        "spec": "cardboard",
        "waste_code": "15 01 01",
    }
    sides = [canteen(n, **waste) for n in range(3)] + [canteen(9)]
    link = of("waste_transport", links_of(sides, GRID, ground))
    assert (link.kind, link.firms, link.amount) == ("carrier", 3, 30_000)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "withdrawn"},
        {"willingness": "none"},
        {"position": None},
        {"direction": "in"},
        {"who": {"status": "closed"}},
    ],
)
def test_who_is_not_to_be_counted_is_not(
    changes: dict[str, Any], canteen: Canteen, an_offer: MakeSide, there: Ground
) -> None:
    sides = [canteen(n) for n in range(2)]
    who = {"name": "Third", **changes.get("who", {})}
    usual = {**JARS, "position": {"lat": 46.07, "lon": 6.4}}
    third = an_offer(who=who, **{**usual, **{k: v for k, v in changes.items() if k != "who"}})
    links = links_of([*sides, third], GRID, there)
    assert [link for link in links if link.equipment == "jar_washing"] == []


def test_who_withdrew_its_consent_is_in_no_sum(canteen: Canteen, there: Ground) -> None:
    sides = [canteen(n) for n in range(4)]
    actor = sides[0].actor
    assert actor is not None
    silent = replace(sides[0], actor=actor.model_copy(update={"refuses": frozenset({"matching"})}))
    assert of("jar_washing", links_of([silent, *sides[1:]], GRID, there)).firms == 3


def test_what_has_no_mass_is_counted_in_its_own_unit(canteen: Canteen, there: Ground) -> None:
    heat = {"kind": "energy", "spec": "heat_waste", "quantity": None}
    specs = {rule.from_spec for rule in there.knowledge.rules.values() if rule.equipment}
    spec = next(s for s in sorted(specs) if there.knowledge.resources[s].kind == "energy")
    some = {"value": "5", "unit": "mwh", "per": "P1M"}
    sides = [canteen(n, **{**heat, "spec": spec, "quantity": some}) for n in range(3)]
    sides.append(canteen(4, **{**heat, "spec": spec}))
    links = [link for link in links_of(sides, GRID, there) if spec in link.resources]
    assert links
    assert {(link.unit, link.amount, link.firms, link.silent_flows) for link in links} == {
        ("kwh", Decimal(180_000), 4, 1)
    }


def report_of(*links: Link) -> LinkReport:
    return LinkReport(quarter="2026-Q3", made_at=NOW, links=links)


def test_others_read_nothing_that_tells_of_one_firm(
    canteen: Canteen, there: Ground, knowledge: Knowledge
) -> None:
    sides = [canteen(1, 12.345), canteen(2, 11), canteen(3, 6)]
    whole = of("jar_washing", links_of(sides, GRID, there))
    (told,) = for_everybody(report_of(whole), knowledge).links
    assert (told.amount, told.firms) == (29_000, 3)
    assert "29 t a year" in told.words.en
    assert "largest" not in told.words.en
    withheld = (
        *("largest_share", "top3_share", "seasonal_share"),
        *("paid_eur_a_year", "guessed_amount", "silent_flows"),
    )
    assert all(getattr(told, name) is None for name in withheld)
    assert all(getattr(whole, name) is not None for name in withheld)


@pytest.mark.parametrize(
    "changes",
    [{"firms": 2}, {"largest_share": 0.85}, {"largest_share": 0.99}, {"largest_share": None}],
)
def test_a_figure_that_is_nearly_all_one_firm_s_is_withheld(
    changes: dict[str, Any], canteen: Canteen, there: Ground, knowledge: Knowledge
) -> None:
    whole = of("jar_washing", links_of([canteen(n) for n in range(3)], GRID, there))
    assert for_everybody(report_of(whole), knowledge).links
    secret = report_of(whole.model_copy(update=changes))
    assert for_everybody(secret, knowledge).links == ()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(start: str, canteen: Canteen, there: Ground) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    link = of("jar_washing", links_of([canteen(n) for n in range(3)], GRID, there))
    named = link.model_copy(update={"resources": (f"{start}cmd",)})
    rows = list(rows_of(report_of(named)))
    assert rows[0] == list(COLUMNS)
    assert not [cell for cell in rows[1] if cell.startswith(("=", "+", "@", "\t", "\r", "\n"))]
    assert rows[1][4] == f"'{start}cmd"


def test_a_map_shows_a_point_for_each(canteen: Canteen, there: Ground) -> None:
    link = of("jar_washing", links_of([canteen(n) for n in range(3)], GRID, there))
    layer: Any = features_of(report_of(link))
    assert layer["type"] == "FeatureCollection"
    (feature,) = layer["features"]
    assert feature["geometry"]["coordinates"] == [link.centre.lon, link.centre.lat]
    assert feature["properties"]["firms"] == 3
    assert feature["id"] == str(link.link_id)


def test_a_centre_is_of_the_grid_and_not_where_a_firm_is(canteen: Canteen, there: Ground) -> None:
    link = of("jar_washing", links_of([canteen(n) for n in range(3)], GRID, there))
    assert link.centre == GRID.centre(GRID.cell(link.centre))


def test_the_same_flows_in_any_order_make_the_same_report(canteen: Canteen, there: Ground) -> None:
    sides = [canteen(n, n + 1) for n in range(6)]
    assert links_of(sides, GRID, there) == links_of(sides[::-1], GRID, there)


@pytest.mark.parametrize(
    ("day", "runs", "ended", "over"),
    [
        ("2026-01-01", "2026-Q1", "2025-Q4", "2026-01-01"),
        ("2026-03-31", "2026-Q1", "2025-Q4", "2026-01-01"),
        ("2026-04-01", "2026-Q2", "2026-Q1", "2026-04-01"),
        ("2026-12-31", "2026-Q4", "2026-Q3", "2026-10-01"),
    ],
)
def test_quarters(day: str, runs: str, ended: str, over: str) -> None:
    assert quarter_of(date.fromisoformat(day)) == runs
    assert quarter_before(date.fromisoformat(day)) == (ended, date.fromisoformat(over))
