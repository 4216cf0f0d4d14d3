"""`python -m maillage_matching evaluate`: how well the engine ranks what is documented."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from maillage_contracts.refusals import Refused
from maillage_matching.domain.evaluation import Marks, Report, evaluate
from maillage_matching.domain.exchanges import Exchange, queries_of
from maillage_matching.domain.knowledge import Knowledge

Read = Callable[[Path], tuple[Sequence[Exchange], Sequence[str]]]
AT_FAULT = 2
COLUMNS = (
    ("MRR", "mrr"),
    ("P@1", "p1"),
    ("P@5", "p5"),
    ("R@5", "r5"),
    ("R@10", "r10"),
    ("pair AP", "pair_ap"),
    ("ECE", "ece"),
)


def main(arguments: Sequence[str], knowledge: Knowledge, read: Read) -> int:
    """Print the tables, write the JSON. Returns 0, or 2 when a file or an argument is at fault."""
    asked = _parser().parse_args(arguments)
    try:
        files = [read(path) for path in (asked.exchanges, asked.train) if path]
        for line in (line for _, left_out in files for line in left_out):
            _say(line, sys.stderr)
        tested, *train = (queries_of(exchanges) for exchanges, _ in files)
        if train and not any(query.is_rankable for query in train[0]):
            _say(f"{asked.train}: nothing to learn from, no offer has several needs", sys.stderr)
        report = evaluate(
            tested, knowledge, train=train[0] if train else None, proposals=asked.proposals
        )
        if asked.json:
            asked.json.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    except (OSError, Refused) as error:
        _say(str(error), sys.stderr)
        return AT_FAULT
    _say("\n".join(_table(report, trained_on=asked.train)), sys.stdout)
    return 0


def _say(line: str, stream: TextIO) -> None:
    stream.write(f"{line}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m maillage_matching evaluate",
        description="Rank the needs of each case for each of its offers, beside simpler ways.",
    )
    parser.add_argument(
        "--exchanges",
        type=Path,
        required=True,
        metavar="FILE.csv",
        help="documented exchanges to rank: columns case, waste, d_business, r_business, and more",
    )
    parser.add_argument(
        "--train",
        type=Path,
        metavar="FILE.csv",
        help="learn from this file; without it, from all cases of the first but the one ranked",
    )
    parser.add_argument(
        "--proposals",
        type=_positive,
        metavar="N",
        help="also count what is documented among the N best pairs of each case",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 on")
    return int(text)


def _table(report: Report, trained_on: Path | None) -> list[str]:
    learned = f"learned on {trained_on}" if trained_on else "leave one case out"
    lines = [f"{report.queries} offers of {report.cases} cases, {learned}", ""]
    heads = "".join(f"{head:>9}" for head, _ in COLUMNS)
    lines.append(f"{'':21}{heads}   MRR, 95 % of draws of cases")
    lines += [_row(name, marks) for name, marks in report.methods.items()]
    lines += ["", "maillage above, in MRR (95 % of draws of cases):"]
    lines += [
        f"  {name:19}{gain:+9.3f}   [{low:+.3f}, {high:+.3f}]"
        for name, (gain, low, high) in report.gains.items()
    ]
    return [*lines, *_volumes(report)]


def _row(name: str, marks: Marks) -> str:
    figures = "".join(f"{getattr(marks, field):>9.3f}" for _, field in COLUMNS)
    return f"{name:21}{figures}   [{marks.mrr_low:.3f}, {marks.mrr_high:.3f}]"


def _volumes(report: Report) -> list[str]:
    if not report.proposals:
        return []
    names = list(report.methods)
    heads = "".join(f"{name:>21}" for name in names)
    lines = ["", f"{'case':12}{'pairs':>7}{'documented':>12}{heads}"]
    for case, volume in report.proposals.items():
        counts = "".join(f"{volume.hits[name]:>21}" for name in names)
        lines.append(f"{case:12}{volume.n:>7}{volume.documented:>12}{counts}")
    return lines
