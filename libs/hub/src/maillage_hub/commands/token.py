"""`maillage token`: sign a token for the services of a hub on this machine."""

import json
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from maillage_hub.commands.choosing import ask_territory, chosen_hub
from maillage_hub.runtime.failures import BadUsage
from maillage_hub.runtime.issuer import Issuer
from maillage_hub.runtime.places import HubFolder
from maillage_serving.policy import ROLES

DEFAULT_LIFETIME = "12h"
LIFETIME_MAX = timedelta(days=30)
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--role",
        action="append",
        required=True,
        choices=sorted(ROLES),
        help="what its bearer may do; can be given several times",
    )
    parser.add_argument(
        "--organisation", type=UUID, metavar="ID", help="the actor it speaks for (role actor)"
    )
    parser.add_argument("--subject", metavar="NAME", help="who bears it (default: local ROLE)")
    parser.add_argument(
        "--ttl",
        type=_lifetime,
        metavar="TIME",
        default=DEFAULT_LIFETIME,
        help=f"how long it is valid, as 30m, 12h or 7d (default: {DEFAULT_LIFETIME})",
    )
    ask_territory(parser)
    parser.add_argument("--json", action="store_true", help="with its expiry, as JSON")
    parser.epilog = """\
example: curl -H "Authorization: Bearer $(maillage token --role advisor)" "$ADDRESS/v1/actors"
"""


def run(arguments: Namespace) -> int:
    """Sign it; raises BadUsage for an actor without an organisation, who may do nothing."""
    if arguments.role == ["actor"] and arguments.organisation is None:
        raise BadUsage("an actor speaks for an organisation: say which with --organisation ID")
    hub = chosen_hub(arguments)
    now = datetime.now(UTC)
    roles = tuple(dict.fromkeys(arguments.role))
    subject = arguments.subject or f"local-{roles[0]}"
    token = Issuer.of(hub.territory, HubFolder(hub.folder)).mint(
        subject=subject,
        roles=roles,
        now=now,
        lifetime=arguments.ttl,
        organisation=arguments.organisation,
    )
    if arguments.json:
        expires_at = (now + arguments.ttl).isoformat(timespec="seconds")
        print(json.dumps({"token": token, "subject": subject, "expires_at": expires_at}))
    else:
        print(token)
    return 0


def _lifetime(text: str) -> timedelta:
    if found := re.fullmatch(r"([1-9]\d{0,4})([mhd])", text):
        lifetime = timedelta(**{UNITS[found[2]]: int(found[1])})
        if lifetime <= LIFETIME_MAX:
            return lifetime
    raise ArgumentTypeError(
        f"{text!r} is no time a token may live: write 30m, 12h or 7d, {LIFETIME_MAX.days}d at most"
    )
