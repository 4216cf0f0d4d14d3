"""`verify`, `explain`, `restate`, `rebuild`, `lines`: the ledger from a terminal, in JSON."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from maillage_impact.domain.rolling_up import told_of
from maillage_impact.entrypoints.bodies import explanation_out
from maillage_impact.usecases.explain_entry import explain_entry
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.verify_ledger import verify_ledger

FAILED = 1
PAGE_LINES = 10_000


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
    lines = commands.add_parser("lines", help="write what a roll-up of territories needs")
    lines.add_argument("--out", type=Path, required=True, help="never over a file")
    return parser.parse_args(arguments)


async def answer(asked: argparse.Namespace, store: Store) -> tuple[dict[str, Any], int]:
    """What a command says, and its exit code; raises NotFound."""
    if asked.command == "explain":
        return explanation_out(await explain_entry(asked.entry, store)), 0
    if asked.command == "lines":
        return await _written(asked.out, store), 0
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


async def _written(out: Path, store: Store) -> dict[str, Any]:
    """Every line, reversals included, as a JSON object a row; raises OSError over a file."""
    place = 0
    with out.open("x", encoding="utf-8") as file:
        while page := await store.chain(place, PAGE_LINES):
            place = page[-1].place
            for line in page:
                if line.entry.subject.kind != "restatement":
                    file.write(json.dumps(vars(told_of(line.entry)), default=str) + "\n")
    return {"lines": place, "out": str(out)}


def written(said: dict[str, Any]) -> str:
    """An answer as JSON; numbers of the ledger as text, so that no digit is lost."""
    return json.dumps(said, indent=2, default=str, ensure_ascii=False)
