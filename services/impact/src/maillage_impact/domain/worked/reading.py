"""The inputs of a case, read against the calculation that it names; errors say line and field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from maillage_impact.domain.worked.calculation import (
    ANY,
    FACTORS,
    LEFT_OUT,
    Calculation,
    Given,
    Input,
    Rows,
)
from maillage_impact.domain.worked.quantity import Quantity, Unreadable, quantity_of, unit_of


@dataclass(frozen=True)
class Node:
    """A value of a file with the line it stands on: a text, a list or named values."""

    line: int
    value: "str | tuple[Node, ...] | dict[str, Node]"

    def items(self, field: str) -> "dict[str, Node]":
        """The named values; raises Misread."""
        if not isinstance(self.value, dict):
            raise Misread(self.line, field, "named values are expected here")
        return self.value

    def rows(self, field: str) -> "tuple[Node, ...]":
        """The list; a single record counts as a list of one. Raises Misread."""
        if isinstance(self.value, str):
            raise Misread(self.line, field, "a list is expected here")
        return self.value if isinstance(self.value, tuple) else (self,)

    def text(self, field: str) -> str:
        """The text; raises Misread."""
        if not isinstance(self.value, str):
            raise Misread(self.line, field, "one value is expected here, not several")
        return self.value.strip()


class Misread(ValueError):
    """A file says something that cannot be run."""

    def __init__(self, line: int, field: str, words: str) -> None:
        super().__init__(f"line {line}, {field}: {words}")
        self.line, self.field, self.words = line, field, words


SIGNED = frozenset({"deg", ANY})
"""Units of inputs that may be below zero."""
Results = Mapping[str, Mapping[str, Quantity]]
"""Case -> output -> value, of the cases above."""


def read_inputs(calculation: Calculation, node: Node, results: Results) -> Given:
    """The inputs of a case; raises Misread."""
    return _record(calculation.inputs, node, "inputs", results)


def _record(wanted: tuple[Input | Rows, ...], node: Node, field: str, results: Results) -> Given:
    given = dict(node.items(field))
    known = {one.name for one in wanted}
    for name, value in given.items():
        if name not in known:
            raise Misread(
                value.line, f"{field}.{name}", f"unknown input; known are {', '.join(known)}"
            )
    values: dict[str, Quantity | None] = {}
    texts: dict[str, str] = {}
    tables: dict[str, tuple[Given, ...]] = {}
    for one in wanted:
        place = f"{field}.{one.name}"
        found = given.get(one.name)
        if isinstance(one, Rows):
            tables[one.name] = tuple(_rows(one, found, node.line, place, results))
        elif one.is_text:
            if text := _text(one, found, node.line, place):
                texts[one.name] = text
        else:
            values[one.name] = _value(one, found, node.line, place, results)
    if _lacks_factor(wanted, given):
        raise Misread(node.line, f"{field}.total", "missing: give operation, provision or total")
    return Given(values, texts, tables)


def _lacks_factor(wanted: tuple[Input | Rows, ...], given: Mapping[str, Node]) -> bool:
    """Whether energy is given without any factor: it would count as none emitted."""
    asked = {one.name for one in wanted}
    is_use = asked & {"amount", "consumption"} and asked.issuperset(one.name for one in FACTORS)
    return bool(is_use) and not any(one.name in given for one in FACTORS)


def _rows(
    wanted: Rows, found: Node | None, line: int, field: str, results: Results
) -> Iterator[Given]:
    rows = found.rows(field) if found else ()
    if not rows and wanted.is_required:
        raise Misread(line, field, f"missing: {wanted.meaning}")
    for place, row in enumerate(rows, 1):
        yield _record(wanted.inputs, row, f"{field}.{place}", results)


def _text(wanted: Input, found: Node | None, line: int, field: str) -> str:
    if found is not None:
        return found.text(field)
    if wanted.default is None:
        raise Misread(line, field, f"missing: {wanted.meaning}")
    return wanted.default


def _value(
    wanted: Input, found: Node | None, line: int, field: str, results: Results
) -> Quantity | None:
    if found is None and wanted.default is None:
        raise Misread(line, field, f"missing: {wanted.meaning}")
    text = found.text(field) if found else wanted.default or LEFT_OUT
    if text == LEFT_OUT:
        return None
    line = found.line if found else line
    try:
        default = unit_of("" if wanted.unit == ANY else wanted.unit)
        read = refer(text, results) if text.startswith("@") else quantity_of(text, default)
        if wanted.unit != ANY:
            read.into(default)
    except Unreadable as error:
        raise Misread(line, field, str(error)) from error
    if read.base < 0 and wanted.unit not in SIGNED:
        raise Misread(line, field, f"{text!r} is below zero")
    return read


def refer(text: str, results: Results) -> Quantity:
    """The result of a case above: `@case`, or `@case:output`; raises Unreadable."""
    case_id, _, output = text[1:].strip().partition(":")
    if case_id not in results:
        raise Unreadable(f"no case above is called {case_id!r} and has a result")
    found = results[case_id]
    if output and output not in found:
        raise Unreadable(f"{case_id} has no output {output!r}: {', '.join(found)}")
    return found[output] if output else next(iter(found.values()))
