"""Reading CSV and YAML so that every value still knows its file, line and column."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

DECIMAL_COMMA = re.compile(r"\A([+-]?[0-9]+),([0-9]+)\Z")
FILE_BYTES_MAX = 25 * 1024 * 1024


@dataclass(frozen=True, order=True)
class Fault:
    """Something to mend in a pack: where it is, and what to do."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True)
class Spot:
    """A place in a file."""

    file: str
    line: int
    column: int

    def fault(self, message: str) -> Fault:
        """A fault at this place."""
        return Fault(self.file, self.line, self.column, message)


@dataclass(frozen=True)
class Row:
    """One line of a table or one entry of a list: values by name, and where each stands."""

    spot: Spot
    values: Mapping[str, object]
    spots: Mapping[str, Spot] = field(default_factory=dict[str, Spot])

    def at(self, name: str) -> Spot:
        """Where a value stands; the row itself when it was left out."""
        return self.spots.get(name, self.spot)


class Unusable(Exception):
    """A file cannot be read at all."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def read_text(path: Path, name: str) -> str:
    """The text of a pack file, UTF-8 with or without mark."""
    if path.stat().st_size > FILE_BYTES_MAX:
        raise Unusable(Fault(name, 1, 1, f"the file is larger than {FILE_BYTES_MAX} bytes"))
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "the file is not UTF-8: save it again with that encoding"
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Unusable(Fault(name, line, 1, message)) from error


def read_csv(path: Path, name: str, columns: frozenset[str]) -> tuple[list[Row], list[Fault]]:
    """The rows of a CSV file (comma or semicolon) and the faults of its shape."""
    lines = read_text(path, name).splitlines()
    if not lines:
        raise Unusable(Fault(name, 1, 1, "the file is empty: it needs a line of column names"))
    delimiter = ";" if ";" in lines[0] else ","
    reader = csv.reader(lines, delimiter=delimiter)
    header = [title.strip() for title in next(reader)]
    faults = [
        Fault(name, 1, place, f"unknown column {title!r}: allowed are {', '.join(sorted(columns))}")
        for place, title in enumerate(header, 1)
        if title not in columns
    ]
    rows: list[Row] = []
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = f"{len(cells)} cells where the header has {len(header)}"
            faults.append(Fault(name, line, 1, message))
            continue
        spots = {title: Spot(name, line, place) for place, title in enumerate(header, 1)}
        filled = {title: cell.strip() for title, cell in zip(header, cells, strict=True)}
        if delimiter == ";":  # as a French spreadsheet saves it, with 40,5 for 40.5
            filled = {title: DECIMAL_COMMA.sub(r"\1.\2", cell) for title, cell in filled.items()}
        values = {title: cell for title, cell in filled.items() if cell}
        rows.append(Row(Spot(name, line, 1), values, spots))
    return rows, faults


def read_yaml(path: Path, name: str) -> Row:
    """A YAML mapping as a row; `spots` know every nested value as `rounds.0.label`."""
    try:
        document = yaml.compose(read_text(path, name), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unusable(Fault(name, line, column, error.problem or "not YAML")) from error
    if not isinstance(document, yaml.MappingNode):
        raise Unusable(Fault(name, 1, 1, "the file must be a mapping"))
    spots = {path_: _spot(name, node) for path_, node in _walk(document, "")}
    return Row(Spot(name, 1, 1), _mapping(document), spots)


def _mapping(node: yaml.MappingNode) -> dict[str, object]:
    return {str(key.value): _plain(value) for key, value in node.value}


def _plain(node: yaml.Node) -> object:
    """Values as written; numbers and dates stay text, because the models read them exactly."""
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    text = str(node.value)
    if node.tag.endswith(":bool"):
        return text.lower() in {"true", "yes", "on"}
    return None if node.tag.endswith(":null") else text


def _walk(node: yaml.Node, path: str) -> Iterator[tuple[str, yaml.Node]]:
    yield path, node
    children: list[tuple[str, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(str(key.value), value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = [(str(place), value) for place, value in enumerate(node.value)]
    for key, child in children:
        yield from _walk(child, f"{path}.{key}" if path else key)


def _spot(name: str, node: yaml.Node) -> Spot:
    mark = node.start_mark
    return Spot(name, mark.line + 1, mark.column + 1)
