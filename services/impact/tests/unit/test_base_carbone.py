"""The Base Carbone export as it is: repeated identifiers, commas, archives, slips of unit."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from maillage_contracts.refusals import Invalid
from maillage_impact.__main__ import main
from maillage_impact.adapters.base_carbone_files import read_export
from maillage_impact.domain.base_carbone import Judged, judge, number

REAL = Path(__file__).parents[5] / "shared/data/factors/base_carbone_test_abc_latin1_semicolon.csv"
HEAD = (
    "Type Ligne;Identifiant de l'élément;Statut de l'élément;Nom base français;"
    "Nom attribut français;Nom frontière français;Unité français;Incertitude;"
    "Date de modification;Localisation géographique;Total poste non décomposé"
)


def judged(tmp_path: Path, *rows: str) -> Judged:
    file = tmp_path / "export.csv"
    file.write_bytes("\r\n".join((HEAD, *rows)).encode("cp1252"))
    return judge(read_export(file)[1], "t")


def a_row(
    *, kind: str = "Elément", id_: str = "7", status: str = "Valide générique",
    unit: str = "kgCO2e/kg", uncertainty: str = "20", total: str = "1,5",
) -> str:  # fmt: skip
    return f"{kind};{id_};{status};Béton;frais;;{unit};{uncertainty};23/08/2023;France;{total}"


def test_a_row_becomes_a_factor_with_its_source(tmp_path: Path) -> None:
    (factor,) = judged(tmp_path, a_row()).factors
    assert (factor.factor_id, factor.value, factor.unit) == ("bc_7", Decimal("1.5"), "kgCO2e/kg")
    assert (factor.source_id, factor.year, factor.label) == ("7", 2023, "Béton frais")
    assert (factor.uncertainty_pct, factor.uncertainty_basis) == (20, "stated")


def test_an_uncertainty_that_is_not_stated_is_assumed_and_said(tmp_path: Path) -> None:
    (factor,) = judged(tmp_path, a_row(uncertainty="")).factors
    assert (factor.uncertainty_pct, factor.uncertainty_basis) == (50, "assumed")


@pytest.mark.parametrize(
    ("text", "value"), [("5,92E-3", "0.00592"), ("1 234,5", "1234.5"), ("", None), ("NaN", None)]
)
def test_numbers_have_a_decimal_comma(text: str, value: str | None) -> None:
    assert number(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (a_row(status="Archivé"), "archived"),
        (a_row(total=""), "no_value"),
        (a_row(total="beaucoup"), "no_value"),
        (a_row(unit="kgCO2e/vache"), "unit"),
        (a_row(unit="t"), "unit"),
        (a_row(total="-3"), "implausible"),
        (a_row(unit="kgCO2e/kWh", total="52"), "implausible"),
        (a_row(uncertainty="900"), "implausible"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_reason(
    tmp_path: Path, row: str, reason: str
) -> None:
    found = judged(tmp_path, row)
    assert found.factors == []
    assert [(one.line, one.element_id, one.reason) for one in found.refused] == [(2, "7", reason)]


@pytest.mark.parametrize("end", [-2, None])
def test_a_row_that_was_cut_or_has_too_much_is_refused(tmp_path: Path, end: int | None) -> None:
    row = ";".join(a_row().split(";")[:end]) if end else f"{a_row()};9"
    found = judged(tmp_path, row)
    assert ([one.reason for one in found.refused], found.factors) == (["cut"], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_an_export_that_was_converted_says_the_same(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "export.csv"
    file.write_text(f"{HEAD}\n{a_row()}\n", encoding)
    assert judge(read_export(file)[1], "t") == judged(tmp_path, a_row())


def test_parts_share_the_identifier_and_must_make_the_total(tmp_path: Path) -> None:
    part = a_row(kind="Poste", total="0,75")
    whole = judged(tmp_path, a_row(), part, part)
    assert (len(whole.factors), whole.parts, whole.refused) == (1, 2, [])
    short = judged(tmp_path, a_row(), part)
    assert [one.reason for one in short.refused] == ["parts"]


def test_of_two_elements_with_one_identifier_the_first_counts(tmp_path: Path) -> None:
    found = judged(tmp_path, a_row(), a_row(total="9"))
    assert [factor.value for factor in found.factors] == [Decimal("1.5")]
    assert [one.reason for one in found.refused] == ["repeated"]


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b\n1;2\n")
    with pytest.raises(Invalid, match="no Base Carbone export"):
        read_export(file)
    assert main(["import-factors", "--file", str(file), "--version", "x"]) == 2


def test_the_real_export_is_read_whole(tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip("the reference data is not beside the checkout")
    report, out = tmp_path / "report.json", tmp_path / "set.csv"
    asked = ["import-factors", "--file", str(REAL), "--version", "2027.1"]
    assert main([*asked, "--out", str(out), "--json", str(report)]) == 0
    told = json.loads(report.read_text())
    assert told["factors"] + len(told["refused"]) + told["parts"] == 117
    assert told["parts"] == 64
    assert "archived" in {one["reason"] for one in told["refused"]}
    rows = out.read_text().splitlines()
    assert len(rows) == told["factors"] + 1
    assert any(row.startswith("bc_42513,2027.1,0.052,kgCO2e/kWh,10,stated") for row in rows)
    assert main([*asked, "--out", str(out)]) == 2  # a set is never overwritten
