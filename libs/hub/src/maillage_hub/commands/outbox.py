"""`maillage outbox`: publish everything again on a new bus, and see whether all of it is there."""

import asyncio
import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import asdict
from datetime import UTC, datetime

from maillage_hub.commands.choosing import (
    ask_services,
    ask_territory,
    chosen_bus,
    chosen_services,
    settings_of,
)
from maillage_hub.commands.reaching import reaching_bus, reaching_database
from maillage_hub.runtime.asking import ask_service
from maillage_hub.runtime.checks import note_check
from maillage_hub.runtime.comparing import carried, compare


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "action",
        choices=("republish", "compare"),
        help="queue the event logs again, and accept the bus as it is now; or compare them with it",
    )
    ask_territory(parser)
    ask_services(parser)
    parser.add_argument(
        "--since",
        type=_moment,
        metavar="MOMENT",
        help="republish only what was said since, as 2026-11-23 (default: everything)",
    )
    parser.add_argument("--json", action="store_true", help="say it as JSON, one service a line")
    parser.epilog = """\
`republish` is for a bus that lost its data, or is another one: services refuse to speak to it until
this is done. Make its topics first, with `maillage topics create`. What readers know already does
them nothing.

`compare` counts the events that are missing on the bus, altered, unknown to the log, or not heard
by a service that follows them; it exits 1 when there are any. What is on its way counts: ask again.
Each service keeps what was found, as a metric: run it every hour, by a timer of the machine.

example: maillage outbox compare
"""


def run(arguments: Namespace) -> int:
    """Queue the event log of each service again, or compare it."""
    if arguments.action == "compare":
        return asyncio.run(_compare(arguments))
    since = ("--since", arguments.since) if arguments.since else ()
    for service, hub in chosen_services(arguments):
        told, _ = ask_service(service, "republish", *since, hub=hub)
        if arguments.json:
            print(json.dumps({"service": service, **told}))
        else:
            print(f"{service}: {told['queued']} events queued for the bus {told['cluster_id']}")
    return 0


async def _compare(arguments: Namespace) -> int:
    chosen = list(chosen_services(arguments))
    bus_settings = chosen_bus(arguments)
    with reaching_bus(bus_settings):
        bus = await carried(bus_settings, (service for service, _ in chosen))
    agrees = True
    for service, hub in chosen:
        settings = settings_of(service, hub)
        with reaching_database(service):
            found = await compare(service, settings, bus)
            await note_check(settings.dsn, "reconciliation", datetime.now(UTC), found.amiss)
        agrees = agrees and found.agrees
        if arguments.json:
            print(json.dumps({"service": service, **asdict(found)}))
        else:
            counts = ", ".join(f"{count} {name}" for name, count in asdict(found).items())
            print(f"{service}: {counts}")
    return 0 if agrees else 1


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no moment: write 2026-11-23 or more") from error
    return text
