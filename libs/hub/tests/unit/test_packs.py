"""Packs: the two that ship are sound, and every fault is told with its place."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from maillage_hub.packs.documents import day
from maillage_hub.packs.reading import read_pack
from maillage_hub.packs.requests import requests

TODAY = date(2026, 11, 22)
TERRITORIES = Path(__file__).parents[4] / "territories"
ACTORS = "key,name,siret,roles,site,lat,lon,zone,origin\n"
VILLAVERDE = "villaverde,Villaverde,,producer,Jardinerie,46.06,6.35,jourdies,stated\n"
TERRITORY = "territory: jourdies\nname: Les Jourdies\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "territory.yaml").write_text(TERRITORY)
    (tmp_path / "actors.csv").write_text(ACTORS + VILLAVERDE)
    return tmp_path


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in read_pack(folder, TODAY).faults]


@pytest.mark.parametrize("name", ["jourdies", "marseille", "marseille/full_day"])
def test_the_packs_that_ship_are_sound(name: str) -> None:
    pack = read_pack(TERRITORIES / name, TODAY)
    assert pack.faults == []
    assert pack.territory == name.split("/", maxsplit=1)[0]
    assert {item.origin for item in pack.items} <= {"stated", "illustrative"}


def test_the_genevois_pack_has_its_twenty_firms_and_the_stated_flows() -> None:
    pack = read_pack(TERRITORIES / "jourdies", TODAY)
    assert len(pack.of("actor")) == 20
    stated = {item.key for item in pack.of("flow") if item.origin == "stated"}
    assert stated == {"villaverde_pallets", "strh_pallets", "free_glisse_cushioning"}
    cushioning = pack.get("flow", "free_glisse_cushioning")
    assert cushioning
    assert cushioning.document["cost_today"] == {"amount": "2000.00"}


def test_a_full_day_has_350_deliveries_and_40_returns_for_who_is_in_the_small_pack_too() -> None:
    small = read_pack(TERRITORIES / "marseille", TODAY)
    full = read_pack(TERRITORIES / "marseille" / "full_day", TODAY)
    assert full.items[: len(small.items)] == [
        replace(item, spot=replace(item.spot, file=f"../{item.spot.file}")) for item in small.items
    ]
    orders = [item.document for item in full.of("order")[len(small.of("order")) :]]
    assert {order["on"] for order in orders} == {"2026-11-24"}
    assert Counter(order["is_return"] for order in orders) == {"no": 350, "yes": 40}
    assert (len(full.of("round")), len(full.of("vehicle"))) == (3, 16)


def test_what_a_pack_adds_may_not_be_in_the_pack_that_it_extends(folder: Path) -> None:
    more = folder / "more"
    more.mkdir()
    (more / "territory.yaml").write_text("extends: ..\n")
    (more / "actors.csv").write_text(ACTORS + VILLAVERDE)
    assert faults(more) == [
        "actors.csv:2:1: key 'villaverde' is already on line 2 of ../actors.csv"
    ]


def test_a_pack_extends_only_one_that_stands_alone(folder: Path) -> None:
    (folder / "territory.yaml").write_text("extends: .\n")
    assert faults(folder) == [
        "./territory.yaml:1:10: what another pack extends cannot extend a third"
    ]


def test_identifiers_stay_between_imports() -> None:
    first = read_pack(TERRITORIES / "marseille", TODAY)
    again = read_pack(TERRITORIES / "marseille", TODAY)
    assert [item.id for item in first.items] == [item.id for item in again.items]


def test_orders_of_another_day_are_other_orders() -> None:
    today = read_pack(TERRITORIES / "marseille", TODAY).of("order")[0].document
    later = read_pack(TERRITORIES / "marseille", date(2027, 6, 1)).of("order")[0].document
    assert today["order_id"] != later["order_id"]
    assert (today["on"], later["on"]) == ("2026-11-23", "2027-06-02")
    assert today["dropoff_window"]["start"] == "2026-11-23T07:00:00+01:00"
    assert later["dropoff_window"]["start"] == "2027-06-02T07:00:00+02:00"


def test_today_is_that_of_the_territory() -> None:
    just_past_midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # 00:30 on the 24th in Paris
    orders = read_pack(TERRITORIES / "marseille", just_past_midnight).of("order")
    assert {order.document["on"] for order in orders} == {"2026-11-25"}


def test_what_others_depend_on_is_sent_first() -> None:
    pack = read_pack(TERRITORIES / "marseille", TODAY)
    kinds = list(dict.fromkeys(item.kind for item, _ in requests(pack)))
    assert kinds == ["actor", "hub", "vehicle", "zone", "flow", "round", "order"]


def test_credentials_travel_with_their_actor() -> None:
    pack = read_pack(TERRITORIES / "jourdies", TODAY)
    calls = {item.key: call for item, (call, *_) in requests(pack) if item.kind == "actor"}
    scopes = {c["scope"] for c in calls["huiles_savoie"].body["credentials"]}
    assert scopes == {"waste_transport", "waste_treatment"}
    assert calls["villaverde"].body["credentials"] == []


@pytest.mark.parametrize(
    ("today", "text", "expected"),
    [
        (date(2026, 11, 22), "J+1", "2026-11-23"),
        (date(2026, 11, 23), "j+1", "2026-11-24"),
        (date(2026, 11, 27), "J+1", "2026-11-30"),
        (date(2026, 11, 28), "J+2", "2026-12-01"),
        (date(2026, 11, 23), "2026-12-24", "2026-12-24"),
        (date(2026, 11, 23), "J+soon", "J+soon"),
    ],
)
def test_days_are_working_days(today: date, text: str, expected: str) -> None:
    assert day(text, today) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "a,A,12345678901234,producer,S,46,6,z,stated",
            "actors.csv:3:3: siret: the check digit of this SIRET is wrong",
        ),
        ("a,A,,wizard,S,46,6,z,stated", "actors.csv:3:4: roles 'wizard' is not known: use"),
        ("a,A,,producer,S,146,6,z,stated", "actors.csv:3:6: lat: Input should be less than"),
        ("a,A,,producer,S,46,6,Bad Zone,stated", "actors.csv:3:8: zone: String should match"),
        ("a,,,producer,S,46,6,z,stated", "actors.csv:3:2: name is missing"),
        ("a,A,,producer,S,46,6,z,rumour", "actors.csv:3:9: origin must be stated or illustrative"),
        ("a,A,,producer,S,46", "actors.csv:3:1: 6 cells where the header has 9"),
        (
            "villaverde,A,,producer,S,46,6,z,stated",
            "actors.csv:3:1: key 'villaverde' is already on line 2",
        ),
    ],
)
def test_a_faulty_line_is_told_with_its_place(folder: Path, line: str, expected: str) -> None:
    (folder / "actors.csv").write_text(f"{ACTORS}{VILLAVERDE}{line}\n")
    (found,) = faults(folder)
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("file", "was", "becomes", "expected"),
    [
        ("credentials.csv", "2029-12-31", "2020-12-31", "2:5: valid_to: it must not come before"),
        ("credentials.csv", "2025-01-01", "0", "2:4: valid_from: write the day as in 2026-11-23"),
        ("credentials.csv", "2029-12-31", "31/12/2029", "2:5: valid_to: write the day as in"),
        ("flows.csv", "1,,,stated", "1,2027-01-02,2027-01-01,stated", "2:27: available_until: it"),
        ("flows.csv", "40,unit", "-40,unit", "2:19: quantity: Input should be greater than"),
        ("flows.csv", "40,unit", "forty,unit", "2:19: quantity: write a number as in 40.5"),
        ("flows.csv", "product,no,no,40", "product,nein,no,40", "2:17: hazardous: write yes or no"),
        ("flows.csv", "15 01 03", "15 01 10*", "2:17: hazardous: 15 01 10* is hazardous by law"),
        ("vehicles.csv", "180,35,", "180,0,", "2:14: speed_kmh: it must be more than 0"),
        ("vehicles.csv", "180,35,", "0,35,", "2:13: range_km: it must be more than 0"),
        ("vehicles.csv", "electric,900,", "electric,800,", "2:6: payload_kg: it must not be less"),
        ("orders.csv", "J+1", "demain", "2:2: day: write the day as in 2026-11-23"),
        ("orders.csv", "05:00", "5 h", "2:9: pickup_from: write the time as in 07:30"),
        ("rounds.yaml", "empty_km: 12", "empty_km: 30", "12:15: empty_km: it cannot be more than"),
        (
            "zones.yaml",
            "valid_from: 2026-01-01",
            "valid_from: soon",
            "15:21: rules.0.valid_from: w",
        ),
    ],
)
def test_what_no_door_would_take_is_told_before_anything_is_sent(
    tmp_path: Path, file: str, was: str, becomes: str, expected: str
) -> None:
    name = "jourdies" if (TERRITORIES / "jourdies" / file).exists() else "marseille"
    folder = tmp_path / name
    shutil.copytree(TERRITORIES / name, folder)
    text = (folder / file).read_text()
    assert was in text
    (folder / file).write_text(text.replace(was, becomes, 1))
    (found,) = faults(folder)
    assert found.startswith(f"{file}:{expected}")


def test_a_rule_of_a_zone_ends_after_it_begins(tmp_path: Path) -> None:
    folder = tmp_path / "marseille"
    shutil.copytree(TERRITORIES / "marseille", folder)
    day = "valid_from: 2026-01-01"
    text = (folder / "zones.yaml").read_text()
    (folder / "zones.yaml").write_text(text.replace(day, f"{day}\n        valid_to: 2025-01-01", 1))
    (found,) = faults(folder)
    assert found.startswith("zones.yaml:16:19: rules.0.valid_to: it must not come before")


def test_a_faulty_line_or_file_is_told_once_and_not_again_by_what_refers_to_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "marseille"
    shutil.copytree(TERRITORIES / "marseille", folder)
    text = (folder / "actors.csv").read_text()
    (folder / "actors.csv").write_text(text.replace(",producer", ",wizard"))
    assert {fault.split(":")[2] for fault in faults(folder)} == {"8"}  # the column of roles
    (folder / "actors.csv").write_bytes(text.encode("utf-16"))
    (found,) = faults(folder)
    assert "not UTF-8" in found


def test_a_zone_is_one_of_the_territory_where_it_names_its_own(folder: Path) -> None:
    (folder / "territory.yaml").write_text(f"{TERRITORY}activity_zones: [{{code: faucigny}}]\n")
    (found,) = faults(folder)
    assert found.startswith("actors.csv:2:8: zone 'jourdies' is none of this territory: use fauci")


@pytest.mark.parametrize("name", ["flow.csv", "Flows.csv", "flows.xlsx", "round.yaml"])
def test_a_file_that_would_be_left_out_is_a_fault(folder: Path, name: str) -> None:
    (folder / name).write_text("")
    (folder / "~$flows.xlsx").write_text("")
    (folder / "README.md").write_text("")
    (found,) = faults(folder)
    assert found.startswith(f"{name}:1:1: a pack has no such file: save it as one of territory")


def test_a_field_of_the_territory_that_nobody_reads_is_a_fault(folder: Path) -> None:
    (folder / "territory.yaml").write_text(f"{TERRITORY}timezone: Europe/Paris\n")
    (found,) = faults(folder)
    assert found.startswith("territory.yaml:3:11: unknown field 'timezone': allowed are")


def test_a_decimal_comma_of_a_french_spreadsheet_is_a_point(folder: Path) -> None:
    text = (ACTORS + VILLAVERDE).replace(",", ";").replace("46.06", "46,06")
    (folder / "actors.csv").write_text(text)
    pack = read_pack(folder, TODAY)
    assert pack.faults == []
    assert pack.of("actor")[0].document["sites"][0]["position"]["lat"] == "46.06"


def test_all_faults_are_told_at_once_and_in_order(folder: Path) -> None:
    (folder / "actors.csv").write_text(
        ACTORS + "a,,,wizard,S,46,6,z,stated\nb,B,,producer,S,46,6,z,rumour\n"
    )
    (folder / "flows.csv").write_text("key,actor\nf,nobody\n")
    (folder / "rounds.yaml").write_text("rounds:\n  - key: r\n    colour: red\n")
    found = faults(folder)
    assert [fault.split(":")[0] for fault in found] == sorted(
        fault.split(":")[0] for fault in found
    )
    assert any(fault.startswith("flows.csv:2:2: no actor 'nobody'") for fault in found)
    assert any(fault.startswith("rounds.yaml:3:13: unknown field 'colour'") for fault in found)
    assert len([fault for fault in found if fault.startswith("actors.csv")]) == 3


def test_one_siret_is_one_actor(folder: Path) -> None:
    twice = (
        "a,A,73282932000074,producer,S,46,6,z,stated\nb,B,73282932000074,buyer,S,46,6,z,stated\n"
    )
    (folder / "actors.csv").write_text(ACTORS + twice)
    assert faults(folder) == ["actors.csv:3:1: siret 73282932000074 is already that of 'a'"]


def test_an_unknown_column_names_those_allowed(folder: Path) -> None:
    (folder / "actors.csv").write_text("key,colour\n")
    assert faults(folder)[0].startswith("actors.csv:1:2: unknown column 'colour': allowed are")


def test_semicolons_and_a_byte_order_mark_are_welcome(folder: Path) -> None:
    text = (ACTORS + VILLAVERDE).replace(",", ";")
    (folder / "actors.csv").write_text(text, encoding="utf-8-sig")
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("actors.csv", "", "actors.csv:1:1: the file is empty"),
        ("territory.yaml", "territory: [", "territory.yaml:1:13:"),
        ("territory.yaml", "- a", "territory.yaml:1:1: the file must be a mapping"),
        ("territory.yaml", "name: x\n", "territory.yaml:1:1: territory is missing"),
        (
            "territory.yaml",
            "territory: t\nname: x\ntime_zone: Mars/Base\n",
            "territory.yaml:3:12: 'Mars/Base' is not a time zone",
        ),
        ("zones.yaml", "zones: 3\n", "zones.yaml:1:1: the file needs a list named zones"),
        ("zones.yaml", "zones:\n  - 3\n", "zones.yaml:2:5: an entry is a mapping"),
    ],
)
def test_a_file_that_cannot_be_used(folder: Path, name: str, content: str, expected: str) -> None:
    (folder / name).write_text(content)
    assert any(fault.startswith(expected) for fault in faults(folder)), faults(folder)


def test_a_file_that_is_not_utf8(folder: Path) -> None:
    (folder / "actors.csv").write_bytes(b"key,name\na,Caf\xe9\n")
    assert faults(folder) == [
        "actors.csv:2:1: the file is not UTF-8: save it again with that encoding"
    ]


def test_a_folder_without_a_territory_is_no_pack(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path)
    assert fault.startswith("territory.yaml:1:1: there is no territory.yaml in")
