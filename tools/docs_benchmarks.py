"""The tables of measured figures in README.md and docs, from benchmarks/results.json."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RESULTS = "benchmarks/results.json"
SHORT, WHOLE = "README.md", "docs/operating/performance.md"
"""The figures that must hold, and all of them."""
TOPICS = {"docs/tours.md": "planning: gap"}
"""Figures whose names begin so stand beside what is said of them, once they were measured."""
BEGIN, END = "<!-- figures: written by tools/generate.py -->", "<!-- end of figures -->"

Record = dict[str, Any]


def pages(root: Path) -> dict[str, str]:
    """Each file with its table as it must be; none where nothing was measured yet."""
    if not (root / RESULTS).exists():
        return {}
    records: list[Record] = json.loads((root / RESULTS).read_text())
    promised = [record for record in records if record["must"] is not None]
    wanted = {SHORT: promised, WHOLE: records}
    for name, begins in TOPICS.items():
        wanted[name] = [record for record in records if record["name"].startswith(begins)]
    measured = (name for name in wanted if wanted[name] and (root / name).exists())
    there = {name: (root / name).read_text() for name in measured}
    return {name: filled(text, wanted[name]) for name, text in there.items() if BEGIN in text}


def filled(text: str, records: Iterable[Record]) -> str:
    """The text with the table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(records)}\n{END}{after}"


def table(records: Iterable[Record]) -> str:
    """One row for each figure, then on what they were taken."""
    known = list(records)
    rows = "\n".join(map(_row, known))
    places = sorted({_place(record) for record in known})
    return (
        "| what | figure | compared in the same run with | must | goal | holds | command |\n"
        "|---|---|---|---|---|---|---|\n"
        f"{rows}\n\n" + "\n".join(f"Taken on {_told(place, known)}." for place in places)
    )


def _row(record: Record) -> str:
    peer = "" if record["peer"] is None else f"{record['peer']}: {record['peer_value']:g}"
    if record["ratio"] is not None:
        peer += f" (ratio {record['ratio']:g})"
    holds = {True: "yes", False: "**no**", None: ""}[record["holds"]]
    figure = f"{record['value']:,g} {record['unit']}"
    bounds = f"{record['must'] or ''} | {record['goal'] or ''}"
    return f"| {record['name']} | {figure} | {peer} | {bounds} | {holds} | `{record['command']}` |"


def _place(record: Record) -> str:
    return f"{record['date'][:10]}: {record['machine'].rpartition(', load ')[0]}"


def _told(place: str, records: Iterable[Record]) -> str:
    """The machine, what ran on it, and how busy it was with other work."""
    here = [record for record in records if _place(record) == place]
    brokers = sorted({record["broker"] for record in here if record["broker"]})
    loads = sorted(float(record["machine"].rpartition(" ")[2]) for record in here)
    return ", ".join([place, *brokers, f"load average {loads[0]:g} to {loads[-1]:g}"])
