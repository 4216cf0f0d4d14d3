"""`maillage outbox`: publish everything again on a new bus."""

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import datetime

from maillage_hub.commands.choosing import ask_services, ask_territory, chosen_services
from maillage_hub.runtime.asking import ask_service


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "action",
        choices=("republish",),
        help="queue the event logs again, and accept the bus as it is now",
    )
    ask_territory(parser)
    ask_services(parser)
    parser.add_argument(
        "--since",
        type=_moment,
        metavar="MOMENT",
        help="only what was said since, as 2026-11-23 (default: everything)",
    )
    parser.add_argument("--json", action="store_true", help="say it as JSON, one service a line")
    parser.epilog = """\
For a bus that lost its data, or is another one: services refuse to speak to it until this is done.
Make its topics first, with `maillage topics create`. What readers know already does them nothing.

example: maillage outbox republish --since 2026-11-23
"""


def run(arguments: Namespace) -> int:
    """Queue the event log of each service again."""
    since = ("--since", arguments.since) if arguments.since else ()
    for service, hub in chosen_services(arguments):
        told, _ = ask_service(service, "republish", *since, hub=hub)
        if arguments.json:
            print(json.dumps({"service": service, **told}))
        else:
            print(f"{service}: {told['queued']} events queued for the bus {told['cluster_id']}")
    return 0


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no moment: write 2026-11-23 or more") from error
    return text
