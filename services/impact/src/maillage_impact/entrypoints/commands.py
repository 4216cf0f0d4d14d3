"""`verify`, `explain`, `restate`, `rebuild`: the ledger from a terminal, answers as JSON."""

import argparse
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from maillage_impact.entrypoints.bodies import explanation_out
from maillage_impact.usecases.explain_entry import explain_entry
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.verify_ledger import verify_ledger

FAILED = 1


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments; ends the process with 2 when they are wrong."""
    parser = argparse.ArgumentParser(prog="maillage_impact")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    verify = commands.add_parser(
        "verify", help="follow the chain of the ledger from its first line"
    )
    verify.add_argument(
        "--head", type=bytes.fromhex, metavar="HASH", help="a head noted earlier: it must be there"
    )
    explain = commands.add_parser("explain", help="open a line down to what it stands on")
    explain.add_argument("entry", type=UUID)
    restate = commands.add_parser("restate", help="hold every line against another factor set")
    restate.add_argument("--factors", required=True, metavar="VERSION", help="the factor set")
    restate.add_argument("--reason", default="factor_update", help="one of those of corrections")
    commands.add_parser("rebuild", help="write the ledger again from the bus, into an empty one")
    return parser.parse_args(arguments)


async def answer(asked: argparse.Namespace, store: Store) -> tuple[dict[str, Any], int]:
    """What a command says, and its exit code; raises NotFound."""
    if asked.command == "explain":
        return explanation_out(await explain_entry(asked.entry, store)), 0
    found = await verify_ledger(store, asked.head)
    broken = found.broken
    said = {
        "holds": broken is None,
        "lines": found.head.place,
        "head": found.head.hash.hex(),
        "place": broken.place if broken else None,
        "words": broken.words if broken else None,
    }
    return said, FAILED if broken else 0


def written(said: dict[str, Any]) -> str:
    """An answer as JSON; numbers of the ledger as text, so that no digit is lost."""
    return json.dumps(said, indent=2, default=str, ensure_ascii=False)
