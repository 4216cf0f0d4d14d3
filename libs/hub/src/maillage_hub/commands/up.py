"""`maillage up`: start a hub on this machine."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace

from maillage_hub.commands.choosing import ask_territory
from maillage_hub.commands.telling import describe_hub, tell
from maillage_hub.runtime.control import start_detached
from maillage_hub.runtime.failures import AlreadyRunning
from maillage_hub.runtime.hub import Wanted, run_hub
from maillage_hub.runtime.state import HubState, running_hub

DEFAULT_TERRITORY = "jourdies"


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    ask_territory(parser, default=DEFAULT_TERRITORY)
    parser.add_argument(
        "--brokers",
        type=int,
        choices=(1, 3),
        help="how many Kafka brokers; 3 keep each event three times (default: as its data, or 1)",
    )
    parser.add_argument(
        "--detach", action="store_true", help="return when it is ready, and leave it running"
    )
    parser.add_argument(
        "--no-services", action="store_true", help="only Kafka, its topics, and PostgreSQL"
    )
    parser.add_argument("--json", action="store_true", help="say where it is as JSON, when ready")
    parser.epilog = """\
Runs until Ctrl-C, or `maillage down`. The first start fetches Apache Kafka (45 MB). Data is kept
in .maillage at the top of the checkout, or in MAILLAGE_HOME; a second territory runs beside it.

example: maillage up --territory marseille --detach
"""


def run(arguments: Namespace) -> int:
    """Start it, and stay with it unless told otherwise."""
    wanted = Wanted(
        territory=arguments.territory,
        brokers=arguments.brokers,
        with_services=not arguments.no_services,
    )

    def ready(hub: HubState) -> None:
        print(hub.model_dump_json() if arguments.json else describe_hub(hub), flush=True)

    try:
        if arguments.detach:
            ready(start_detached(wanted, tell))
        else:
            asyncio.run(run_hub(wanted, tell=tell, ready=ready))
    except AlreadyRunning:
        if hub := running_hub(wanted.territory):
            print(describe_hub(hub), file=sys.stderr)
        raise
    return 0
