"""`import-factors`: a Base Carbone export becomes a factor set, with a report of what did not."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.base_carbone import Row, judge
from maillage_impact.domain.factors import Factor

FAILED, USAGE = 1, 2


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of the command."""
    parser = argparse.ArgumentParser(prog="maillage_impact import-factors")
    parser.add_argument(
        "--file", type=Path, required=True, help="the export: semicolons, Latin-1 or UTF-8"
    )
    parser.add_argument("--version", required=True, help="the name of the new set, as 2027.1")
    parser.add_argument("--out", type=Path, help="where the set is written; never over a file")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
    return parser.parse_args(arguments)


def import_factors(
    asked: argparse.Namespace,
    read: Callable[[Path], tuple[str, Sequence[Row]]],
    write: Callable[[Path, Iterable[Factor]], None],
    tell: Callable[[str], object] = print,
) -> int:
    """Run the command; 1 when no factor could be taken, 2 when the file is none."""
    try:
        digest, rows = read(asked.file)
        judged = judge(rows, asked.version)
        if asked.out:
            write(asked.out, judged.factors)
    except (Invalid, OSError) as error:
        print(f"{asked.file}: {error}", file=sys.stderr)  # noqa: T201 a command line speaks
        return USAGE
    for one in judged.refused:
        tell(f"{asked.file}, line {one.line}, {one.element_id}: {one.reason}, {one.detail}")
    by_reason = Counter(one.reason for one in judged.refused)
    tell(
        f"{len(judged.factors)} factors, {len(judged.refused)} rows refused "
        f"({', '.join(f'{count} {reason}' for reason, count in sorted(by_reason.items()))}), "
        f"{judged.parts} rows are parts of a factor"
    )
    if asked.json:
        report = {
            "file": asked.file.name,
            "sha256": digest,
            "version": asked.version,
            "factors": len(judged.factors),
            "parts": judged.parts,
            "refused": [vars(one) for one in judged.refused],
        }
        asked.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0 if judged.factors else FAILED
