"""Runs benchmarks, prints what they found, and keeps it as JSON.

`run.py [--only NAME]... [--json FILE] [--duration S]`; each file runs in a process of its own.
Exits 1 when a figure does not hold. With --only, the other figures of FILE stay.
"""

import argparse
import ast
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from record import Asked, Figure, Record

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Every file of this folder that measures something."""
    return sorted(file.stem for file in FOLDER.glob("*.py") if _measures(file))


def _measures(file: Path) -> bool:
    body = ast.parse(file.read_text()).body
    return any(isinstance(node, ast.FunctionDef) and node.name == "measure" for node in body)


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark here, or several in processes of their own."""
    told = _parser().parse_args(arguments)
    chosen: list[str] = told.only or names()
    if unknown := set(chosen) - set(names()):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names())}")
        return 2
    if told.here:
        return _measure_here(chosen[0], Asked(told.duration), told.json)
    records: list[Record] = []
    failed = False
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "found.json"
            code = _measure_apart(name, told.duration, found)
            failed |= code != 0
            records += json.loads(found.read_text()) if found.exists() else []
    if told.json:
        keep(told.json, records, others_stay=bool(told.only))
    return 1 if failed or any(record["holds"] is False for record in records) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help="this one; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to keep the figures")
    parser.add_argument("--duration", type=float, metavar="S", help="instead of the usual seconds")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser


def _measure_apart(name: str, duration_s: float | None, found: Path) -> int:
    asked = ["--duration", str(duration_s)] if duration_s else []
    command = [sys.executable, __file__, "--here", "--only", name, "--json", str(found), *asked]
    return subprocess.run(command, check=False).returncode  # noqa: S603 ourselves


def _measure_here(name: str, asked: Asked, found: Path | None) -> int:
    print(f"{name}:", flush=True)
    measure = importlib.import_module(name).measure
    records: list[Record] = []
    shorter = f" ARGS='--duration {asked.duration_s:g}'" if asked.duration_s else ""
    figures: Iterable[Figure] = measure(asked)
    for figure in figures:
        records.append(figure.record(f"make bench ONLY={name}{shorter}"))
        print(f"  {line(records[-1])}", flush=True)
    if found:
        keep(found, records, others_stay=False)
    return 0


def line(record: Record) -> str:
    """One figure in words."""
    said = f"{record['name']}: {record['value']:g} {record['unit']}"
    if record["peer"] is not None:
        said += f"; {record['peer']}: {record['peer_value']:g}"
    if record["ratio"] is not None:
        said += f"; ratio {record['ratio']:g}"
    if record["must"] is not None:
        said += f"; {'holds' if record['holds'] else 'DOES NOT HOLD'}: {record['must']}"
    return said


def keep(file: Path, records: Sequence[Record], *, others_stay: bool) -> None:
    """Write the figures, sorted by name."""
    known: list[Record] = json.loads(file.read_text()) if others_stay and file.exists() else []
    by_name = {record["name"]: record for record in [*known, *records]}
    ordered = [by_name[name] for name in sorted(by_name)]
    file.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
