"""The Base Carbone export as a file: Latin-1 or UTF-8, semicolons; and a set as CSV."""

import csv
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.base_carbone import NEEDED, Row, plain
from maillage_impact.domain.factors import Factor

BYTES_MAX = 200_000_000
COLUMNS = (
    "factor_id",
    "version",
    "value",
    "unit",
    "uncertainty_pct",
    "uncertainty_basis",
    "boundary",
    "source",
    "source_id",
    "year",
    "geo",
    "label",
)


def read_export(path: Path) -> tuple[str, list[Row]]:
    """(SHA-256 of the file, its rows); raises Invalid naming what is missing, OSError."""
    if path.stat().st_size > BYTES_MAX:
        raise Invalid("file", f"larger than {BYTES_MAX} bytes")
    raw = path.read_bytes()
    return sha256(raw).hexdigest(), list(_rows(_text(raw)))


def _text(raw: bytes) -> str:
    """Exports are Latin-1; what is valid UTF-8 was converted, since accents seldom are both."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _rows(text: str) -> Iterator[Row]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=";")
    first: list[str] = next(reader, list[str]())
    header = [plain(name) for name in first]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise Invalid("columns", f"this is no Base Carbone export: {', '.join(missing)} missing")
    for cells in reader:
        padded = [*cells, *("" for _ in range(len(header) - len(cells)))]
        is_whole = len(cells) == len(header)
        yield Row(reader.line_num, dict(zip(header, padded, strict=False)), is_whole)


def write_set(path: Path, factors: Iterable[Factor]) -> None:
    """A factor set in the form that ships; never over a set that is there: raises OSError."""
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for factor in factors:
            writer.writerow(["" if v is None else v for v in (getattr(factor, c) for c in COLUMNS)])
