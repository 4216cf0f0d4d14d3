"""Settings: what is wrong stops the start and is named."""

from decimal import Decimal

import pytest

from maillage_common.settings import BadSetting, load
from maillage_tours.settings import ToursSettings

NEEDED = {
    "MAILLAGE_TERRITORY": "jourdies",
    "MAILLAGE_DATABASE_URL": "postgresql://tours@127.0.0.1/tours",
    "MAILLAGE_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "MAILLAGE_AUTH_ISSUER": "https://issuer.test",
    "MAILLAGE_AUTH_JWKS_URL": "https://issuer.test/keys",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_terms_follow_the_settings(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MAILLAGE_TIME_ZONE", "Indian/Reunion")
    environment.setenv("MAILLAGE_DETOUR_FACTOR", "1.82")
    environment.setenv("MAILLAGE_STOP_SETUP_S", "180")
    terms = load(ToursSettings).terms
    assert (terms.time_zone, terms.detour_factor, terms.pace.setup_s) == (
        "Indian/Reunion",
        Decimal("1.82"),
        180,
    )
    assert (terms.horizon_days, terms.pace.hub_visit_s) == (14, 600)


def test_maps_follow_the_settings(environment: pytest.MonkeyPatch) -> None:
    assert load(ToursSettings).maps is None
    assert load(ToursSettings).terms.estimate_buffer == Decimal("0.25")
    environment.setenv("MAILLAGE_OSRM_URL", "")
    assert load(ToursSettings).maps is None
    environment.setenv("MAILLAGE_OSRM_URL", "http://127.0.0.1:5000")
    environment.setenv("MAILLAGE_OSRM_CLOSED", "truck:lez, van.diesel:lez,truck:toll")
    maps = load(ToursSettings).maps
    assert maps is not None
    assert (maps.url, maps.bike_url) == ("http://127.0.0.1:5000", None)
    assert maps.closed == {"truck": ("lez", "toll"), "van.diesel": ("lez",)}


def test_hours_of_work_and_goods_kept_apart_follow_the_settings(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MAILLAGE_REST_S", "2700")
    environment.setenv("MAILLAGE_OVERTIME_SURCHARGE", "0.5")
    environment.setenv("MAILLAGE_INCOMPATIBLE_GOODS", "fish:drinks, paint:flour")
    terms = load(ToursSettings).terms
    assert (terms.crew.rest_s, terms.crew.overtime_surcharge) == (2700, Decimal("0.5"))
    assert terms.crew.rest_after_s == 6 * 3600
    assert terms.incompatible == {("fish", "drinks"), ("paint", "flour")}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIME_ZONE", "Europe/Nowhere"),
        ("HORIZON_DAYS", "0"),
        ("DETOUR_FACTOR", "0.5"),
        ("REST_S", "0"),
        ("INCOMPATIBLE_GOODS", "fish:drinks:flour"),
        ("INCOMPATIBLE_GOODS", "Fish:drinks"),
    ],
)
def test_a_wrong_setting_is_named(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(f"MAILLAGE_{name}", value)
    with pytest.raises(BadSetting, match=f"MAILLAGE_{name}: "):
        load(ToursSettings)
