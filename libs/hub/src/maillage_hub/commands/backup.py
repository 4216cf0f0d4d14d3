"""`maillage backup`: write down that backups were restored on a spare machine and found good."""

import asyncio
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime

from maillage_hub.commands.choosing import ask_services, ask_territory, chosen_services, settings_of
from maillage_hub.commands.reaching import reaching_database
from maillage_hub.runtime.checks import note_check


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("action", choices=("tested",), help="a restore was tried, and it agreed")
    ask_territory(parser)
    ask_services(parser)
    parser.add_argument(
        "--on",
        type=_past,
        metavar="MOMENT",
        help="when, as 2026-11-23 or 2026-11-23T14:00 (UTC; default: now)",
    )
    parser.epilog = """\
A backup counts once it was restored. Nobody but you knows that it was: say so here, to the hub that
the backups are of. Its services tell when that was, and an alert calls when it is long ago.

example: maillage backup tested --on 2026-11-23
"""


def run(arguments: Namespace) -> int:
    """Write it down in the database of each service."""
    at: datetime = arguments.on or datetime.now(UTC)
    for service, hub in chosen_services(arguments):
        settings = settings_of(service, hub)
        with reaching_database(service):
            asyncio.run(note_check(settings.dsn, "restore", at, {}))
        print(f"{service}: restored from a backup on {at:%Y-%m-%d %H:%M} UTC")
    return 0


def _past(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no moment: write 2026-11-23 or more") from error
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if at > datetime.now(UTC):
        raise ArgumentTypeError(f"{text!r} is still to come")
    return at
