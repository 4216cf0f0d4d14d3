"""`roll-up`: the sums of several territories, from the lines that each of them wrote down."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from maillage_contracts.refusals import Refused
from maillage_impact.domain.rolling_up import Together, Told, roll_up

FAILED, USAGE = 1, 2
TOLD = TypeAdapter(Told)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of the command."""
    parser = argparse.ArgumentParser(prog="maillage_impact roll-up")
    parser.add_argument(
        "ledgers", type=Path, nargs="+", metavar="FILE", help="what `lines` wrote, by territory"
    )
    return parser.parse_args(arguments)


def sum_territories(asked: argparse.Namespace, tell: Callable[[str], object] = print) -> int:
    """Run the command; 1 when two ledgers say otherwise of a line, 2 when a file is none."""
    try:
        together = roll_up({str(path): _lines(path) for path in asked.ledgers})
    except Refused as error:
        print(error, file=sys.stderr)  # noqa: T201 a command line speaks
        return FAILED
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201 same
        return USAGE
    tell(json.dumps(_out(together), indent=2, default=str))
    return 0


def _lines(path: Path) -> Iterator[Told]:
    """Raises ValueError naming file, line and field."""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            try:
                yield TOLD.validate_json(text)
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(map(str, first["loc"])) or "line"
                raise ValueError(f"{path}, line {number}, {field}: {first['msg']}") from error


def _out(together: Together) -> dict[str, object]:
    return {
        "lines": together.lines,
        "in_several": together.shared,
        "totals": [vars(total) for total in together.totals],
    }
