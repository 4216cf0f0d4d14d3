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


class BadFile(Refused):
    """A file that cannot be read as exchanges; says where and what to mend."""


def read_exchanges(path: Path) -> tuple[list[Exchange], list[str]]:
    """The exchanges of a file, and what was left out of it and why, by line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    rows = _rows(path, _text(content))
    found: list[Exchange] = []
    left_out: list[str] = []
    for line, row in rows:
        if missing := _missing(row):
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


def _rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    csv.field_size_limit(FIELD_CHARS_MAX)
    header = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=header.count)
    reader = csv.DictReader(StringIO(text.replace("\0", ""), newline=""), delimiter=separator)
    _check_columns(path, [name.strip().casefold() for name in reader.fieldnames or ()])
    line = 1
    try:
        for row in reader:
            line = reader.line_num
            if None in row:
                wide, cells = len(reader.fieldnames or ()), len(row) - 1 + len(row[None])
                raise BadFile(f"{path}, line {line}: {cells} cells, the header has {wide}")
            yield line, {name.strip().casefold(): _clean(cell) for name, cell in row.items()}
    except csv.Error as error:
        raise BadFile(f"{path}, line {line + 1}: {error}") from error


def _check_columns(path: Path, names: list[str]) -> None:
    for name in NEEDED:
        if name not in names:
            raise BadFile(f"{path}, line 1, column {name}: missing")
    for side in SIDES:
        if not set(side).intersection(names):
            raise BadFile(f"{path}, line 1, column {side[1]}: missing, nothing tells who it is")


def _clean(cell: str | None) -> str:
    text = " ".join((cell or "").split())
    return "" if text.casefold() in ABSENT else text


def _missing(row: Mapping[str, str]) -> str | None:
    if not row.get("case"):
        return "case"
    told = (*NEEDED[1:], "ewc", "ewc6", "cpa", "cpa6")
    if not any(row.get(name) for name in told):
        return "waste"
    return next((side[1] for side in SIDES if not any(row.get(name) for name in side)), None)


def _exchange(row: Mapping[str, str]) -> Exchange:
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


def _party(row: Mapping[str, str], company: str, business: str, sector: str) -> Party:
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
