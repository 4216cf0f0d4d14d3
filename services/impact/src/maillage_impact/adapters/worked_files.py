"""Worked examples as files: YAML or JSON, CSV, and the CSV of published reference vectors."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from maillage_impact.domain.worked.reading import Misread, Node
from maillage_impact.domain.worked.running import Expectation

BYTES_MAX = 10_000_000
REFERENCE_COLUMNS = {"id", "recomputed", "published", "tolerance"}
CASE_COLUMNS = {"id", "calculation", "inputs"}


@dataclass(frozen=True)
class Worked:
    """What a file holds: cases; or expectations by id and line, for the cases that we ship."""

    cases: Sequence[Node] = ()
    expectations: dict[str, tuple[int, Expectation]] | None = None


def read_worked(path: Path) -> Worked:
    """Read a file by its ending; raises Misread, OSError, UnicodeDecodeError."""
    if path.stat().st_size > BYTES_MAX:
        raise Misread(1, "file", f"larger than {BYTES_MAX} bytes")
    text = path.read_text("utf-8-sig")
    if path.suffix.lower() in {".yaml", ".yml", ".json"}:
        return Worked(cases=_cases(text))
    return _table(text)


@cache
def shipped_cases() -> Sequence[Node]:
    """The published examples of ISO 14083 and iLEAP, as cases."""
    return _cases((files("maillage_impact") / "data" / "iso14083.yaml").read_text("utf-8"))


def _cases(text: str) -> Sequence[Node]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise Misread(line, "file", f"not YAML or JSON: {error.problem}") from error
    if root is None:
        raise Misread(1, "cases", "the file is empty")
    top = _node(root)
    named = top.value
    if isinstance(named, dict):
        if "cases" not in named:
            raise Misread(top.line, "cases", "missing: a list of cases")
        top = named["cases"]
    return top.rows("cases")


def _node(node: yaml.Node) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        named: dict[str, Node] = {}
        for key, value in node.value:
            if key.value in named:
                raise Misread(key.start_mark.line + 1, str(key.value), "given twice")
            named[str(key.value)] = _node(value)
        return Node(line, named)
    if isinstance(node, yaml.SequenceNode):
        return Node(line, tuple(_node(value) for value in node.value))
    is_empty = node.tag == "tag:yaml.org,2002:null"
    return Node(line, "" if is_empty else str(node.value))


def _table(text: str) -> Worked:
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    columns = set(reader.fieldnames or ())
    if columns >= REFERENCE_COLUMNS and "inputs" not in columns:
        return Worked(expectations=dict(_published(reader)))
    if not columns >= CASE_COLUMNS:
        raise Misread(1, "columns", f"{', '.join(sorted(CASE_COLUMNS))} are needed at least")
    return Worked(cases=tuple(_case_of(row, reader.line_num) for row in _rows(reader)))


def _rows(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    try:
        for row in reader:
            if None in row or None in row.values():
                raise Misread(reader.line_num, "columns", "not as many cells as the header has")
            yield row
    except csv.Error as error:
        raise Misread(reader.line_num, "file", str(error)) from error


def _published(reader: "csv.DictReader[str]") -> Iterator[tuple[str, tuple[int, Expectation]]]:
    for row in _rows(reader):
        note = row.get("note", "")
        is_erratum = note.startswith("ERRATUM")
        yield (
            row["id"],
            (
                reader.line_num,
                Expectation(
                    expected=row["recomputed"] if is_erratum else row["published"],
                    tolerance=row["tolerance"],
                    printed=row["published"] if is_erratum else "",
                    note=note,
                ),
            ),
        )


def _case_of(row: dict[str, str], line: int) -> Node:
    fields = {name: Node(line, text) for name, text in row.items() if name != "inputs" and text}
    return Node(line, {**fields, "inputs": inputs_of(row["inputs"], line)})


def inputs_of(text: str, line: int) -> Node:
    """`a=1 t; stops.1.mass=4 kg` as named values and lists; raises Misread."""
    assigned: dict[tuple[str, ...], str] = {}
    for one in filter(str.strip, text.split(";")):
        name, equals, value = one.partition("=")
        if not equals:
            raise Misread(line, "inputs", f"write {one.strip()!r} as name=value")
        path = tuple(name.strip().split("."))
        if path in assigned:
            raise Misread(line, f"inputs.{name.strip()}", "given twice")
        assigned[path] = value.strip()
    return _nested(assigned, line, "inputs")


def _nested(assigned: dict[tuple[str, ...], str], line: int, field: str) -> Node:
    """Values by path as values by name, by place where all names are numbers."""
    named: dict[str, Node] = {}
    for name in dict.fromkeys(path[0] for path in assigned):
        below = {path[1:]: value for path, value in assigned.items() if path[0] == name}
        if () not in below:
            named[name] = _nested(below, line, f"{field}.{name}")
        elif len(below) > 1:
            raise Misread(line, f"{field}.{name}", "both a value and a list")
        else:
            named[name] = Node(line, below[()])
    if named and all(name.isdigit() for name in named):
        return Node(line, tuple(named[name] for name in sorted(named, key=int)))
    return Node(line, named)
