"""`python -m maillage_impact`: what every service has, and the commands of the ledger."""

import sys
from collections.abc import Sequence

from maillage_impact.adapters.base_carbone_files import read_export, write_set
from maillage_impact.entrypoints import commands, conformance, importing, rolling_up
from maillage_impact.wiring import ask_ledger, judge, service
from maillage_serving.commands import run


def main(arguments: Sequence[str]) -> int:
    """Run a command of the ledger, or else one that every service has; returns the exit code."""
    match arguments[:1]:
        case ["conformance"]:
            return conformance.conformance(conformance.parse(arguments[1:]), judge)
        case ["import-factors"]:
            return importing.import_factors(importing.parse(arguments[1:]), read_export, write_set)
        case ["roll-up"]:
            return rolling_up.sum_territories(rolling_up.parse(arguments[1:]))
        case ["verify" | "explain" | "restate" | "rebuild" | "lines"]:
            return ask_ledger(commands.parse(arguments))
        case _:
            return run(service(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
