"""`maillage topics`: make the topics of a territory, or check them."""

import asyncio
import json
from argparse import ArgumentParser, Namespace

from maillage_common.kafka import administration
from maillage_common.settings import Settings
from maillage_common.topics import look, misconfigured, misshapen
from maillage_contracts.catalogue import topic_specs
from maillage_hub.commands.choosing import ask_territory, chosen_bus
from maillage_hub.commands.reaching import reaching_bus
from maillage_hub.runtime.topics import provide_topics


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "action",
        choices=("create", "check"),
        help="create what is missing, or say what differs from the catalogue of events",
    )
    ask_territory(parser)
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    parser.epilog = """\
The bus is that of MAILLAGE_KAFKA_BOOTSTRAP, with the other settings of a service, where it is set;
else that of the hub on this machine. `check` exits 1 when something differs.

example: maillage topics check --territory marseille
"""


def run(arguments: Namespace) -> int:
    """Create or check."""
    settings = chosen_bus(arguments)
    work = _create if arguments.action == "create" else _check
    with reaching_bus(settings):
        return asyncio.run(work(settings, as_json=arguments.json))


async def _create(settings: Settings, *, as_json: bool) -> int:
    created = await provide_topics(settings)
    if as_json:
        print(json.dumps({"created": created}))
    else:
        print(*created, f"{len(created)} topics created", sep="\n")
    return 0


async def _check(settings: Settings, *, as_json: bool) -> int:
    specs = list(topic_specs(settings.territory))
    async with administration(settings) as admin:
        complaints = misshapen(await look(admin), specs)
        if not complaints:  # a topic that is not there has no configuration to ask for
            complaints = await misconfigured(admin, specs)
    if as_json:
        print(json.dumps({"checked": len(specs), "complaints": complaints}))
    else:
        print(*complaints, f"{len(specs)} topics checked, {len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0
