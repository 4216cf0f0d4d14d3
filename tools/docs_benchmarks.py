"""The tables of measured figures in README.md and docs/operating, from benchmarks/results.json."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RESULTS = "benchmarks/results.json"
FILES = ("README.md", "docs/operating/performance.md")
BEGIN, END = "<!-- figures: written by tools/generate.py -->", "<!-- end of figures -->"

Record = dict[str, Any]


def pages(root: Path) -> dict[str, str]:
    """Each file with its table as it must be; none where nothing was measured yet."""
    if not (root / RESULTS).exists():
        return {}
    records: list[Record] = json.loads((root / RESULTS).read_text())
    there = {name: (root / name).read_text() for name in FILES if (root / name).exists()}
    return {name: filled(text, records) for name, text in there.items() if BEGIN in text}


def filled(text: str, records: Iterable[Record]) -> str:
    """The text with the table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(records)}\n{END}{after}"


def table(records: Iterable[Record]) -> str:
    """One row for each figure, then on what they were taken."""
    known = list(records)
    rows = "\n".join(_row(record) for record in known)
    places = sorted({_place(record) for record in known})
    return (
        "| what | figure | compared in the same run with | must | goal | holds |\n"
        "|---|---|---|---|---|---|\n"
        f"{rows}\n\n" + "\n".join(f"Taken on {place}." for place in places)
    )


def _row(record: Record) -> str:
    peer = "" if record["peer"] is None else f"{record['peer']}: {record['peer_value']:g}"
    if record["ratio"] is not None:
        peer += f" (ratio {record['ratio']:g})"
    holds = {True: "yes", False: "**no**", None: ""}[record["holds"]]
    figure = f"{record['value']:,g} {record['unit']}"
    bounds = f"{record['must'] or ''} | {record['goal'] or ''}"
    return f"| {record['name']} | {figure} | {peer} | {bounds} | {holds} |"


def _place(record: Record) -> str:
    machine = record["machine"].rpartition(", load ")[0]
    broker = "" if record["broker"] is None else f", {record['broker']}"
    return f"{record['date'][:10]}: {machine}{broker}"
