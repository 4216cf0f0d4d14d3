"""Documented exchanges as they come in files: CSV with the columns of the MAESTRI database."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

from maillage_contracts.refusals import Refused
from maillage_matching.domain.affinity import Told
from maillage_matching.domain.exchanges import Exchange, Party

NEEDED = ("case", "waste")
SIDES = (("d_company", "d_business", "d_nace"), ("r_company", "r_business", "r_nace"))
"""At least one column of each side must be there."""
ABSENT = frozenset({"", "nd", "n/a", "na", "none", "null", "-"})
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252", "latin-1")
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = ",;\t|"
WASTE_DIGITS = 6
FIELD_CHARS_MAX = 1_000_000
BEFORE_HEADER = re.compile(r"\A(?:[ \t,;]*\r?\n|sep=.\r?\n)*", re.IGNORECASE)
"""Empty lines, and the line in which a spreadsheet names its separator."""
Row = Mapping[str, str]
"""What a line tells, by the name of its column."""


class BadFile(Refused):
    """A file that cannot be read as exchanges; says where and what to mend."""


def read_exchanges(path: Path) -> tuple[list[Exchange], list[str]]:
    """The exchanges of a file, and what was left out of it and why, by line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    found: list[Exchange] = []
    left_out: list[str] = []
    for line, row in _rows(path, _text(content)):
        if isinstance(row, str):
            left_out.append(f"{path}, line {line}: {row}, the line is left out")
        elif missing := _missing(row):
            left_out.append(f"{path}, line {line}, column {missing}: empty, the line is left out")
        else:
            found.append(_exchange(row))
    if not found:
        raise BadFile(f"{path}: no line tells an exchange")
    return found, left_out


def _text(content: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 by its mark, else what spreadsheets of the west write."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not content.startswith(BYTE_ORDER_MARKS):
            continue
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 reads any byte")


def _rows(path: Path, text: str) -> Iterator[tuple[int, Row | str]]:
    """Each line with its number: its cells by column, or what is wrong with it."""
    csv.field_size_limit(FIELD_CHARS_MAX)
    lines = BEFORE_HEADER.sub("", text.replace("\0", ""), count=1)
    line = skipped = text.count("\n") - lines.count("\n")
    separator = max(SEPARATORS, key=lines.split("\n", 1)[0].count)
    reader = csv.reader(StringIO(lines, newline=""), delimiter=separator)
    try:
        names = [name.strip().casefold() for name in next(reader, ())]
        _check_columns(f"{path}, line {line + 1}", names)
        for cells in reader:
            line = skipped + reader.line_num
            told = [_clean(cell) for cell in cells]
            if any(told[len(names) :]):
                yield line, f"{len(cells)} cells, the header has {len(names)}"
            elif any(told):
                yield line, dict(zip(names, told, strict=False))
    except csv.Error as error:
        raise BadFile(f"{path}, line {line + 1}: {error}") from error


def _check_columns(where: str, names: list[str]) -> None:
    for name in NEEDED:
        if name not in names:
            raise BadFile(f"{where}, column {name}: missing")
    for side in SIDES:
        if not set(side).intersection(names):
            raise BadFile(f"{where}, column {side[1]}: missing, nothing tells who it is")


def _clean(cell: str) -> str:
    text = " ".join(cell.split())
    return "" if text.casefold() in ABSENT else text


def _missing(row: Row) -> str | None:
    if not row.get("case"):
        return "case"
    told = (*NEEDED[1:], "ewc", "ewc6", "cpa", "cpa6")
    if not any(row.get(name) for name in told):
        return "waste"
    return next((side[1] for side in SIDES if not any(row.get(name) for name in side)), None)


def _exchange(row: Row) -> Exchange:
    donor, receiver = (_party(row, *side) for side in SIDES)
    return Exchange(
        case=row["case"],
        donor=donor,
        receiver=receiver,
        offer=Told(
            text=row.get("waste", ""),
            who=row.get("d_business", ""),
            sector=_sector(row.get("d_nace", "")),
            waste_codes=_waste_codes(row.get("ewc6") or row.get("ewc", "")),
            cpa_codes=tuple(_codes(row.get("cpa6") or row.get("cpa", ""))),
        ),
        need=Told(
            text=row.get("final_use", ""),
            who=row.get("r_business", ""),
            sector=_sector(row.get("r_nace", "")),
        ),
        described=f"{row.get('ewc_desc', '')} {row.get('cpa_desc', '')}",
    )


def _party(row: Row, company: str, business: str, sector: str) -> Party:
    return Party(
        company=row.get(company, "").casefold(),
        business=row.get(business, "").casefold(),
        sector=row.get(sector, "").casefold(),
    )


def _codes(cell: str) -> list[str]:
    digits = (re.sub(r"\D", "", one) for one in re.split(r"[;/,|]", cell))
    return list(dict.fromkeys(code for code in digits if code))


def _sector(cell: str) -> str:
    return next(iter(_codes(cell)), "")


def _waste_codes(cell: str) -> tuple[str, ...]:
    whole = (code.zfill(WASTE_DIGITS) for code in _codes(cell))
    return tuple(f"{c[:2]} {c[2:4]} {c[4:]}" for c in whole if len(c) == WASTE_DIGITS)
