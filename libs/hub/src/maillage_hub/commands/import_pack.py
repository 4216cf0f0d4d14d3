"""`maillage import`: bring a territory pack into a hub."""

import asyncio
import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from maillage_hub.commands.choosing import ask_territory, chosen_hub
from maillage_hub.commands.telling import tell
from maillage_hub.packs.importing import Imported, import_pack
from maillage_hub.packs.pack import Pack
from maillage_hub.packs.reading import read_pack
from maillage_hub.runtime.failures import BadUsage, HubFailure
from maillage_hub.runtime.tokens import IMPORTER, tokens


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("pack", type=Path, help="folder of the pack, as territories/jourdies")
    parser.add_argument(
        "--dry-run", action="store_true", help="only check the pack; no hub is needed"
    )
    ask_territory(parser)
    parser.add_argument("--json", action="store_true", help="say what was done as JSON")
    parser.epilog = """\
The whole pack is checked first: every fault is told with its file, line and column, and nothing is
sent. What only a service knows, as that a flow ended long ago, is told with its line when it is
refused; what comes after it is not sent. An import can be repeated, or begun again after it was cut
off: what is there already stays.

example: maillage import territories/jourdies --dry-run
"""


def run(arguments: Namespace) -> int:
    """Check it, send it; 1 when something is faulty or was refused."""
    pack = read_pack(arguments.pack, datetime.now(UTC))
    if pack.faults:
        for fault in pack.faults:
            print(fault, file=sys.stderr)
        tell(f"nothing was sent; faults: {len(pack.faults)}")
        return 1
    if arguments.dry_run:
        return _told(pack, Imported(), as_json=arguments.json)
    hub = chosen_hub(arguments)
    if hub.territory != pack.territory:
        raise BadUsage(f"this is a pack of {pack.territory}, the hub is that of {hub.territory}")
    token = tokens(hub)(IMPORTER)
    try:
        done = asyncio.run(import_pack(pack, hub.services, token, _progress))
    except* httpx.TransportError as error:
        raise HubFailure(
            f"a service stays away: {error.exceptions[0]}; import again when it is back"
        ) from None
    for fault in sorted(done.refused):
        print(fault, file=sys.stderr)
    return _told(pack, done, as_json=arguments.json)


def _progress(done: int, total: int) -> None:
    tell(f"  {done} of {total}")


def _told(pack: Pack, done: Imported, *, as_json: bool) -> int:
    if as_json:
        told = {
            "territory": pack.territory,
            "checked": len(pack.items),
            "done": dict(done.done),
            "events": done.events,
            "refused": [str(fault) for fault in done.refused],
        }
        print(json.dumps(told))
    else:
        counts = ", ".join(f"{count} {kind}" for kind, count in done.done.items()) or "none sent"
        print(f"{len(pack.items)} items are sound; {counts}; {done.events} events")
    return 1 if done.refused else 0
