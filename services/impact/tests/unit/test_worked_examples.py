"""Published examples through our own calculations, and what a file of them can say wrong."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from maillage_impact.adapters.worked_files import read_worked
from maillage_impact.domain.worked.catalogue import CALCULATIONS
from maillage_impact.domain.worked.quantity import Unreadable, quantity_of, unit_of
from maillage_impact.domain.worked.reading import Misread
from maillage_impact.domain.worked.running import Verdict
from maillage_impact.entrypoints.conformance import conformance, parse
from maillage_impact.wiring import judge

REFERENCE = Path(__file__).parents[5] / "shared" / "data" / "factors" / "iso14083_vectors.csv"
UNUSUAL = Path(__file__).with_name("worked_unusual.yaml")
BY_HAND = Path(__file__).with_name("worked_by_hand.csv")
HEAD = "id,calculation,inputs,result,expected,tolerance\n"


def verdicts_of(tmp_path: Path, text: str, name: str = "cases.csv") -> list[Verdict]:
    file = tmp_path / name
    file.write_text(text)
    return list(judge(file))


@pytest.mark.parametrize("verdict", judge(None), ids=lambda v: v.case_id)
def test_each_published_example_holds(verdict: Verdict) -> None:
    assert verdict.status in {"passed", "computed"}, verdict.words


@pytest.mark.parametrize("verdict", judge(UNUSUAL), ids=lambda v: v.case_id)
def test_an_unusual_example_holds_in_the_units_it_was_written_in(verdict: Verdict) -> None:
    assert (verdict.status, verdict.words) == ("passed", "")


@pytest.mark.parametrize(
    ("calculation", "inputs", "field"),
    [
        ("energy_emissions", "uses: [{amount: 10 l}]", "inputs.uses.1.total"),
        ("reference_intensity", "intensity: 500 g/tkm, mode: air", "inputs.reference"),
        ("driven_distance", "reference: 10 km, mode: balloon", "inputs.mode"),
        ("transport_activity", "legs: [{mass: -1 t, distance: 1 km}]", "inputs.legs.1.mass"),
        ("refrigerant_emissions", "gwp: 1430, duration: 2 moons", "inputs.duration"),
        ("element_emissions", "distance: 5 km, total: 1 g/tkm", "inputs.mass"),
        ("element_emissions", "mass: 1 t, distance: 5 km", "inputs.total"),
        ("element_emissions", "mass: 1e99 t, distance: 5 km, total: 1 g/tkm", "inputs.mass"),
    ],
)
def test_what_an_unusual_example_lacks_is_named_with_its_line(
    tmp_path: Path, calculation: str, inputs: str, field: str
) -> None:
    text = f"cases:\n- id: a\n  calculation: {calculation}\n  inputs: {{{inputs}}}\n"
    (verdict,) = verdicts_of(tmp_path, text, "cases.yaml")
    assert (verdict.status, verdict.line, verdict.field) == ("unusable", 4, field)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("expected: 75 moons", "expected"),
        ("expected: 75 km", "expected"),
        ("expected: 75 kg, tolerance: some", "tolerance"),
        ("expected: 75 kg, tolerance: 5 km", "tolerance"),
        ("expected: 75 kg, tolerance: -5", "tolerance"),
        ("expected: 75 kg, printed: 57 apples", "printed"),
    ],
)
def test_what_is_expected_is_named_when_it_cannot_be_read(
    tmp_path: Path, said: str, field: str
) -> None:
    case = f"id: a, calculation: sum, inputs: {{terms: [{{value: 75 kg}}]}}, {said}"
    (verdict,) = verdicts_of(tmp_path, f"cases: [{{{case}}}]", "cases.yaml")
    assert (verdict.status, verdict.field) == ("unusable", field), verdict


@pytest.mark.parametrize("expected", ["75kg", "75 kg", "7.5e1 kg", "75"])
def test_half_the_last_digit_is_tolerated_however_it_is_written(
    tmp_path: Path, expected: str
) -> None:
    terms = "{terms: [{value: 75.4 kg}]}"
    case = f"id: a, calculation: sum, inputs: {terms}, expected: {expected}"
    (verdict,) = verdicts_of(tmp_path, f"cases: [{{{case}}}]", "cases.yaml")
    assert (verdict.status, verdict.tolerance) == ("passed", Decimal("0.5")), verdict


def test_every_reference_vector_holds_through_our_own_functions() -> None:
    if not REFERENCE.exists():
        pytest.skip("the reference data is not beside the checkout")
    verdicts = judge(REFERENCE)
    assert len(verdicts) == len(REFERENCE.read_text().splitlines()) - 1
    assert {v.case_id: v.words for v in verdicts if v.status != "passed"} == {}
    assert {v.case_id for v in verdicts if v.erratum} == {"A.TCE3.kg", "E3.stop3.key"}


def test_a_row_of_reference_that_no_case_covers_is_said(tmp_path: Path) -> None:
    text = "id,expression,recomputed,published,tolerance\nZ.new,1+1,2,2,0\n"
    (verdict,) = verdicts_of(tmp_path, text)
    assert (verdict.status, verdict.line, verdict.field) == ("unusable", 2, "id")


def test_an_expression_is_never_evaluated(tmp_path: Path) -> None:
    text = "id,expression,recomputed,published,tolerance\nA.TCE1.kg,1/0,75,75.0,0.05\n"
    assert verdicts_of(tmp_path, text)[0].status == "passed"


def test_an_erratum_that_is_none_fails(tmp_path: Path) -> None:
    text = (
        "cases:\n- {id: a, calculation: sum, inputs: {terms: [{value: 1 kg}]},"
        " expected: 1 kg, printed: 1.0 kg}\n"
    )
    (verdict,) = verdicts_of(tmp_path, text, "cases.yaml")
    assert (verdict.status, verdict.words) == (
        "failed",
        "the example prints 1.0, which is right: there is no erratum",
    )


@pytest.mark.parametrize("verdict", judge(BY_HAND), ids=lambda v: v.case_id)
def test_each_calculation_gives_what_is_worked_out_by_hand(verdict: Verdict) -> None:
    assert verdict.status == "passed", verdict.words


def test_every_calculation_is_run_by_some_example() -> None:
    run = {verdict.calculation for verdict in (*judge(None), *judge(BY_HAND))}
    assert run == set(CALCULATIONS)


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ("x,nothing,a=1,,,", "calculation", "unknown 'nothing'"),
        ("x,transport_activity,,,,", "inputs.legs", "missing: consignments"),
        ("x,transport_activity,legs.1.mass=1 t,,,", "inputs.legs.1.distance", "missing"),
        ("x,convert,value=1 kg; other=2,,,", "inputs.other", "unknown input"),
        ('x,convert,"value=8,42769 kg",,,', "inputs.value", "comma"),
        ("x,convert,value=1 stone,,,", "inputs.value", "unknown unit 'stone'"),
        ("x,empty_running,laden=1 kg; empty=1 km,,,", "inputs.laden", "mass cannot be given in"),
        ("x,convert,value=1 kg,,3 km,", "expected", "mass cannot be given in km"),
        ("x,convert,value=1 kg,gone,,", "result", "no such output"),
        ("x,convert,value=@y,,,", "inputs.value", "no case above is called 'y'"),
        ("x,intensity,emissions=1 kg; activity=0 tkm,,,", "inputs.activity", "above zero"),
        ("x,fuel_energy,heating_value=42,,,", "inputs.volume", "missing for this case"),
        (
            "x,energy_emissions,uses.1.amount=1 l; uses.1.total=2 kg/kWh,,,",
            "inputs.total",
            "by volume",
        ),
        ("x,driven_distance,reference=1; mode=camel,,,", "inputs.mode", "say one of road"),
        ("x,quotient,dividend=1; divisor=0,,,", "inputs", "division by zero"),
        ("x,convert,value,,,", "inputs", "as name=value"),
    ],
)
def test_what_cannot_be_run_is_named_by_line_and_field(
    tmp_path: Path, row: str, field: str, words: str
) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(HEAD + row + "\n")
    try:
        (verdict,) = judge(file)
    except Misread as error:
        verdict = Verdict("x", error.line, "unusable", words=error.words, field=error.field)
    assert (verdict.status, verdict.line, verdict.field) == ("unusable", 2, field)
    assert words in verdict.words


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.yaml", "cases:\n- {id: a\n", 3),
        ("a.json", "{}", 1),
        ("a.yaml", "", 1),
        ("a.yaml", "cases:\n- {id: a, id: b}\n", 2),
        ("a.csv", "id,name\n", 1),
        ("a.csv", HEAD + "x,sum\n", 2),
    ],
)
def test_a_file_that_is_not_one_of_cases_says_so(
    tmp_path: Path, name: str, text: str, line: int
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(Misread) as caught:
        read_worked(file)
    assert caught.value.line == line


def test_json_is_read_like_yaml(tmp_path: Path) -> None:
    case = {"id": "a", "calculation": "convert", "inputs": {"value": "2 t"}, "expected": "2000 kg"}
    (verdict,) = verdicts_of(tmp_path, json.dumps({"cases": [case]}), "cases.json")
    assert (verdict.status, verdict.found) == ("passed", 2000)


@pytest.mark.parametrize(
    ("expected", "tolerance", "status"),
    [
        ("10.4 kg", "", "passed"),
        ("10.3 kg", "", "failed"),
        ("10 kg", "5 %", "passed"),
        ("10 kg", "300 g", "failed"),
    ],
)
def test_a_result_holds_within_the_tolerance_or_half_the_last_digit(
    tmp_path: Path, expected: str, tolerance: str, status: str
) -> None:
    row = f"x,convert,value=10.404 kg,,{expected},{tolerance}\n"
    assert verdicts_of(tmp_path, HEAD + row)[0].status == status


def test_units_are_read_in_all_their_spellings() -> None:
    assert quantity_of("143 gCO2e/(t.km)").into(unit_of("kg/tkm")) == Decimal("0.143")
    for spelling in ("g CO2e/t-km", "gCO2eq/tkm", "g CO\u2082/t.km"):
        assert quantity_of(f"143 {spelling}").into(unit_of("kg/tkm")) == Decimal("0.143")
    assert quantity_of("30 l/100km").into(unit_of("l/km")) == Decimal("0.3")
    assert quantity_of("32.5 %/yr").into(unit_of("1/yr")).quantize(Decimal("0.001")) == Decimal(
        "0.325"
    )
    assert quantity_of("1 MWh").into(unit_of("MJ")) == 3600
    with pytest.raises(Unreadable, match="cannot be added"):
        quantity_of("1 kg").plus(quantity_of("1 l"))


@pytest.mark.parametrize(("expected", "code"), [("1 kg", 0), ("2 kg", 1), ("1 hour", 2)])
def test_the_command_ends_with_what_it_found(tmp_path: Path, expected: str, code: int) -> None:
    file, kept = tmp_path / "cases.csv", tmp_path / "verdicts.json"
    file.write_text(HEAD + f"x,convert,value=1 kg,,{expected},\n")
    said: list[str] = []
    asked = parse(["--vectors", str(file), "--json", str(kept)])
    assert conformance(asked, judge, said.append) == code
    (case,) = json.loads(kept.read_text())["cases"]
    assert case["status"] == ["passed", "failed", "unusable"][code]
    if code == 2:
        assert f"{file}, line 2, x, expected" in said[0]


def test_the_command_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    asked = parse(["--vectors", str(tmp_path / "none.csv")])
    assert conformance(asked, judge, str) == 2


def test_the_service_has_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "maillage_impact", "conformance", "--quiet"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, "0 failed" in done.stdout) == (0, True)
