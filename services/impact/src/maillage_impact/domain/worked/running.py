"""Run cases in order and hold each result against what the example prints."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, DecimalException

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.worked.calculation import Outputs
from maillage_impact.domain.worked.catalogue import CALCULATIONS
from maillage_impact.domain.worked.quantity import (
    Quantity,
    Unit,
    Unreadable,
    last_digit,
    quantity_of,
    unit_of,
)
from maillage_impact.domain.worked.reading import Misread, Node, read_inputs

FIELDS = (
    "id",
    "calculation",
    "inputs",
    "result",
    "expected",
    "tolerance",
    "printed",
    "source",
    "note",
)
ROUNDING = Decimal("1e-12")
"""Relative slack for units such as kWh in MJ, which decimals do not hold without end."""


@dataclass(frozen=True)
class Verdict:
    """What came of a case. `status`: passed, failed, computed (nothing expected) or unusable."""

    case_id: str
    line: int
    status: str
    calculation: str = ""
    result: str = ""
    found: Decimal | None = None
    expected: Decimal | None = None
    tolerance: Decimal | None = None
    unit: str = ""
    words: str = ""
    field: str = ""
    erratum: str = ""


@dataclass(frozen=True)
class Expectation:
    """What an example prints; `printed` is a figure that it has wrong, `expected` the right one."""

    expected: str
    tolerance: str = ""
    printed: str = ""
    note: str = ""


def run_cases(
    cases: Sequence[Node], expectations: Mapping[str, Expectation] | None = None
) -> list[Verdict]:
    """A verdict for each case, in order; `expectations` by case replace those in the cases."""
    results: dict[str, Outputs] = {}
    verdicts: list[Verdict] = []
    for node in cases:
        try:
            verdict = _run(node, results, expectations)
        except Misread as error:
            verdict = Verdict(
                _id_of(node), error.line, "unusable", words=error.words, field=error.field
            )
        verdicts.append(verdict)
    return verdicts


def _id_of(node: Node) -> str:
    given = node.value.get("id") if isinstance(node.value, dict) else None
    return given.value if given and isinstance(given.value, str) else "?"


def _run(
    node: Node, results: dict[str, Outputs], expectations: Mapping[str, Expectation] | None
) -> Verdict:
    fields = node.items("case")
    for name, value in fields.items():
        if name not in FIELDS:
            raise Misread(value.line, name, f"unknown field; known are {', '.join(FIELDS)}")
    case_id = _field(node, "id", needed=True)
    if case_id in results:
        raise Misread(node.line, "id", f"a case above is called {case_id!r} already")
    outputs = _outputs(node, fields, results)
    results[case_id] = outputs
    expectation = Expectation(
        *(_field(node, name) for name in ("expected", "tolerance", "printed", "note"))
    )
    if expectations and case_id in expectations:
        expectation = _merged(expectation, expectations[case_id])
    return _judge(node, case_id, outputs, expectation)


def _field(node: Node, name: str, *, needed: bool = False) -> str:
    found = node.items("case").get(name)
    text = found.text(name) if found else ""
    if needed and not text:
        raise Misread(node.line, name, "missing")
    return text


def _outputs(node: Node, fields: dict[str, Node], results: Mapping[str, Outputs]) -> Outputs:
    name = _field(node, "calculation", needed=True)
    if name not in CALCULATIONS:
        known = ", ".join(sorted(CALCULATIONS))
        raise Misread(
            fields["calculation"].line, "calculation", f"unknown {name!r}; known: {known}"
        )
    calculation = CALCULATIONS[name]
    inputs = fields.get("inputs", Node(node.line, {}))
    given = read_inputs(calculation, inputs, results)
    try:
        outputs = calculation.run(given)
    except Invalid as error:
        raise Misread(inputs.line, f"inputs.{error.field}", str(error)) from error
    except KeyError as error:
        raise Misread(inputs.line, f"inputs.{error.args[0]}", "missing for this case") from error
    except (Unreadable, DecimalException) as error:
        raise Misread(inputs.line, "inputs", str(error) or "not a finite number") from error
    chosen = _field(node, "result")
    if chosen and chosen not in outputs:
        raise Misread(fields["result"].line, "result", f"no such output: {', '.join(outputs)}")
    return {chosen: outputs[chosen], **outputs} if chosen else outputs


def _merged(own: Expectation, given: Expectation) -> Expectation:
    """The given figures, in the unit of the case's own."""
    unit = own.expected.strip().partition(" ")[2]
    return Expectation(
        f"{given.expected} {unit}",
        given.tolerance or own.tolerance,
        given.printed and f"{given.printed} {unit}",
        given.note,
    )


def _judge(node: Node, case_id: str, outputs: Outputs, wanted: Expectation) -> Verdict:
    result, found = next(iter(outputs.items()))
    calculation = _field(node, "calculation")
    shown = found.unit or Unit("", Decimal(1), found.dimensions)
    if not wanted.expected:
        return Verdict(
            case_id, node.line, "computed", calculation, result, found.into(shown), unit=shown.name
        )
    with _named(node, "expected"):
        expected = quantity_of(wanted.expected, shown)
        unit = expected.unit or shown
        value = found.into(unit)
    with _named(node, "tolerance"):
        tolerance = _tolerance(wanted, expected, unit)
    gap = abs(value - expected.into(unit))
    holds = gap <= tolerance + ROUNDING * abs(value)
    words = "" if holds else f"off by {gap.normalize():f}"
    if holds and wanted.printed:
        with _named(node, "printed"):
            holds, words = _is_erratum(wanted, value, tolerance, unit)
    return Verdict(
        case_id,
        node.line,
        "passed" if holds else "failed",
        calculation,
        result,
        value,
        expected.into(unit),
        tolerance,
        unit.name,
        words,
        erratum=wanted.note if wanted.printed else "",
    )


@contextmanager
def _named(node: Node, name: str) -> Generator[None]:
    """What cannot be read within is told of this field."""
    try:
        yield
    except Unreadable as error:
        field = node.items("case").get(name, node)
        raise Misread(field.line, name, str(error)) from error


def _tolerance(wanted: Expectation, expected: Quantity, unit: Unit) -> Decimal:
    """What is written, as a number in the unit or a percentage; else half the last digit."""
    written = wanted.tolerance
    if not written:
        return last_digit(wanted.expected) / 2
    if written.endswith("%"):
        tolerance = quantity_of(written).into(unit_of("")) * abs(expected.into(unit))
    else:
        tolerance = quantity_of(written, unit).into(unit)
    if tolerance < 0:
        raise Unreadable(f"{written!r} is below zero")
    return tolerance


def _is_erratum(
    wanted: Expectation, value: Decimal, tolerance: Decimal, unit: Unit
) -> tuple[bool, str]:
    printed = quantity_of(wanted.printed, unit).into(unit)
    if abs(value - printed) <= tolerance:
        return False, f"the example prints {printed}, which is right: there is no erratum"
    return True, f"erratum: the example prints {printed}"


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many of each status."""
    found: dict[str, int] = {"passed": 0, "failed": 0, "computed": 0, "unusable": 0}
    for verdict in verdicts:
        found[verdict.status] += 1
    return found
