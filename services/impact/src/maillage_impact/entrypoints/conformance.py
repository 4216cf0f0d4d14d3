"""`conformance`: run worked examples through the calculations, and say which hold."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from maillage_impact.domain.worked.calculation import Input, Rows
from maillage_impact.domain.worked.catalogue import CALCULATIONS
from maillage_impact.domain.worked.reading import Misread
from maillage_impact.domain.worked.running import Verdict, counts

FAILED, USAGE = 1, 2


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of the command."""
    parser = argparse.ArgumentParser(
        prog="maillage_impact conformance",
        description="Run worked examples: docs/impact-conformance.md says how to write one.",
        epilog="exit codes: 0 all hold, 1 a case fails, 2 the file cannot be understood",
    )
    parser.add_argument("--vectors", type=Path, metavar="FILE", help="YAML, JSON or CSV")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the verdicts there")
    parser.add_argument("--list", action="store_true", help="list the calculations and stop")
    parser.add_argument("--quiet", action="store_true", help="print only what does not hold")
    return parser.parse_args(arguments)


def conformance(
    asked: argparse.Namespace,
    judge: Callable[[Path | None], Sequence[Verdict]],
    tell: Callable[[str], object] = print,
) -> int:
    """Run the command; `judge` reads a file (or what is shipped) and gives the verdicts."""
    if asked.list:
        tell(listing())
        return 0
    name = str(asked.vectors or "iso14083.yaml (shipped)")
    try:
        verdicts = judge(asked.vectors)
    except Misread as error:
        print(f"{name}, {error}", file=sys.stderr)  # noqa: T201 a command line speaks
        return USAGE
    except (OSError, UnicodeDecodeError) as error:
        print(f"{name}: {error}", file=sys.stderr)  # noqa: T201 a command line speaks
        return USAGE
    found = counts(verdicts)
    for verdict in verdicts:
        if not asked.quiet or verdict.status in {"failed", "unusable"}:
            tell(line_of(name, verdict))
    tell(", ".join(f"{count} {status}" for status, count in found.items()))
    if asked.json:
        asked.json.write_text(json.dumps(report(name, verdicts), indent=2) + "\n", "utf-8")
    if found["unusable"] or not verdicts:
        return USAGE
    return FAILED if found["failed"] else 0


def plain(value: Decimal) -> str:
    """Ten digits that count, without an exponent."""
    return f"{Decimal(f'{value:.10g}'):f}"


def line_of(name: str, verdict: Verdict) -> str:
    """A verdict as a line for the terminal."""
    if verdict.status == "unusable":
        place = f"{name}, line {verdict.line}, {verdict.case_id}, {verdict.field}"
        return f"unusable {place}: {verdict.words}"
    unit = f" {verdict.unit}" if verdict.unit else ""
    text = f"{verdict.status:8} {verdict.case_id}: {verdict.calculation} {verdict.result}"
    text += f" = {plain(verdict.found or Decimal(0))}{unit}"
    if verdict.expected is not None:
        text += f", expected {verdict.expected:f} +- {verdict.tolerance:f}"
    if verdict.status == "failed":
        text += f", {name}, line {verdict.line}"
    return text + (f" ({verdict.words})" if verdict.words else "")


def report(name: str, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The verdicts as JSON; numbers as text, so that no digit is lost."""
    plain = ("found", "expected", "tolerance")
    return {
        "file": name,
        **counts(verdicts),
        "cases": [
            {
                key: format(value, "f") if key in plain and value is not None else value
                for key, value in vars(verdict).items()
            }
            for verdict in verdicts
        ],
    }


def listing() -> str:
    """Every calculation with its inputs, as Markdown."""
    parts: list[str] = []
    for one in CALCULATIONS.values():
        parts += [
            f"### {one.name}",
            "",
            one.meaning,
            "",
            "| input | unit | meaning |",
            "|---|---|---|",
        ]
        parts += [row for wanted in one.inputs for row in _listed(wanted, "")]
        parts += ["", f"Results: {one.outputs}.", ""]
    return "\n".join(parts).rstrip()


def _listed(wanted: Input | Rows, prefix: str) -> list[str]:
    name = f"{prefix}{wanted.name}"
    if isinstance(wanted, Rows):
        needed = "" if wanted.is_required else " (may be left out)"
        rows = [f"| `{name}` | list | {wanted.meaning}{needed} |"]
        return rows + [row for one in wanted.inputs for row in _listed(one, f"{name}.N.")]
    unit = "text" if wanted.is_text else wanted.unit or "-"
    if wanted.default is None:
        needed = ""
    else:
        needed = f" (default {wanted.default})" if wanted.default else " (may be left out)"
    return [f"| `{name}` | {unit} | {wanted.meaning}{needed} |"]
