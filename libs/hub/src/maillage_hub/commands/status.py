"""`maillage status`: what runs, and whether it works."""

import asyncio
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from maillage_hub.commands.choosing import ask_territory, chosen_hub
from maillage_hub.commands.telling import describe_hub
from maillage_hub.runtime.probes import troubles
from maillage_hub.runtime.state import HubState, running_hubs

Troubles = Mapping[str, str | None]


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    ask_territory(parser)
    parser.add_argument("--json", action="store_true", help="say it as JSON, one hub a line")
    parser.epilog = """\
Without --territory, tells of every hub of this project. Each part is asked whether it works. Exits
0 when all do, 1 when one does not, 3 when no hub runs.

example: maillage status --json
"""


def run(arguments: Namespace) -> int:
    """Ask every part of the hub, or of all hubs."""
    hubs = [] if arguments.territory else running_hubs()
    works = True
    for hub in hubs or [chosen_hub(arguments)]:
        found = asyncio.run(troubles(hub))
        print(_as_json(hub, found) if arguments.json else _as_text(hub, found))
        works = works and hub.phase == "running" and not any(found.values())
    return 0 if works else 1


def _as_json(hub: HubState, found: Troubles) -> str:
    told = hub.model_dump(mode="json")
    told["children"] = [
        child | {"ready": not found[child["name"]], "trouble": found[child["name"]]}
        for child in told["children"]
    ]
    return json.dumps(told)


def _as_text(hub: HubState, found: Troubles) -> str:
    lines = [describe_hub(hub), ""]
    for child in hub.children:
        pid = f"process {child.pid}" if child.pid else "down"
        again = f", started again {child.restarts} times" if child.restarts else ""
        lines.append(f"  {child.name:<12}{found[child.name] or 'works'} ({pid}{again})")
    return "\n".join(lines)
