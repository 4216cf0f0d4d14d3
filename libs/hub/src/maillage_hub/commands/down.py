"""`maillage down`: stop a hub."""

import json
from argparse import ArgumentParser, Namespace

from maillage_hub.commands.choosing import ask_territory, chosen_hub
from maillage_hub.runtime.control import stop


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    ask_territory(parser)
    parser.add_argument("--json", action="store_true", help="say what was stopped as JSON")
    parser.epilog = "example: maillage down --territory marseille"


def run(arguments: Namespace) -> int:
    """Stop it, and wait until nothing of it runs."""
    hub = chosen_hub(arguments)
    stop(hub)
    if arguments.json:
        print(json.dumps({"stopped": hub.territory}))
    else:
        print(f"The hub of {hub.territory} is stopped. Its data stays in {hub.folder}")
    return 0
