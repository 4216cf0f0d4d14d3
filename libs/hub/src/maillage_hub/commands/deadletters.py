"""`maillage deadletters`: look at events that were put aside, and try them again."""

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any
from uuid import UUID

from maillage_hub.commands.choosing import ask_services, ask_territory, chosen_services
from maillage_hub.runtime.asking import ask_service
from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.state import HubState

LIMIT_MAX = 10_000
STATES = ("parked", "replayed", "discarded")


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="the oldest first")
    listed.add_argument("--state", choices=STATES, default="parked", help="(default: parked)")
    listed.add_argument(
        "--limit", type=_limit, default=100, metavar="N", help="of each service (default: 100)"
    )
    for name, what in (
        ("show", "one of them whole, with the reason and what was received"),
        ("replay", "try it again, and then what waits behind it for its sake"),
        ("discard", "give it up; what waits behind it can be replayed then"),
    ):
        actions.add_parser(name, help=what).add_argument("id", type=UUID, metavar="ID")
    for action in actions.choices.values():
        ask_territory(action)
        ask_services(action)
        action.add_argument("--json", action="store_true", help="say it as JSON")
    parser.epilog = """\
An event that a service could not read or handle is parked, and later events about the same thing
wait behind it; all else goes on. Mend the cause, then replay. A replay that fails exits 1.

example: maillage deadletters list --service flows
         maillage deadletters replay 5b0c5a56-8f5c-5a3e-9a57-2f3c6f1f6f0e
"""


def run(arguments: Namespace) -> int:
    """Do what is asked."""
    if arguments.action == "list":
        return _list(arguments)
    service, told, done = _about_one(arguments)
    if arguments.json or arguments.action == "show":
        indent = None if arguments.json else 2
        print(json.dumps({"service": service, **told}, indent=indent, ensure_ascii=False))
    elif arguments.action == "discard":
        print(f"{service}: {arguments.id} is discarded")
    else:
        print(f"{service}: {len(told['replayed'])} replayed")
        if not done:
            print(f"stopped at {told['stopped_at']}: {told['why']}")
    return 0 if done else 1


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LIMIT_MAX:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to {LIMIT_MAX}")
    return int(text)


def _list(arguments: Namespace) -> int:
    def ask(asked: tuple[str, HubState | None]) -> list[dict[str, Any]]:
        service, hub = asked
        words = ("deadletters", "--state", arguments.state, "--limit", str(arguments.limit))
        told, _ = ask_service(service, *words, hub=hub)
        return [{"service": service, **letter} for letter in told["letters"]]

    with ThreadPoolExecutor() as pool:
        letters = list(chain.from_iterable(pool.map(ask, chosen_services(arguments))))
    if arguments.json:
        print(json.dumps({"letters": letters}, ensure_ascii=False))
        return 0
    for letter in letters:
        what = letter["type"] or f"{letter['topic']}/{letter['partition']}"
        print(f"{letter['id']}  {letter['service']:<9} {what}  {letter['reason']}")
        print(f"  {letter['detail']}")
    print(f"{len(letters)} {arguments.state}")
    return 0


def _about_one(arguments: Namespace) -> tuple[str, dict[str, Any], bool]:
    """Ask the service that has the letter; raises HubFailure when none has."""
    letter = str(arguments.id)

    def ask(asked: tuple[str, HubState | None]) -> dict[str, Any] | HubFailure:
        service, hub = asked
        try:
            return ask_service(service, "deadletter", letter, hub=hub)[0]
        except HubFailure as failure:
            return failure

    services = list(chosen_services(arguments))
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(ask, services))
    for (service, hub), answer in zip(services, answers, strict=True):
        if not isinstance(answer, HubFailure):
            if arguments.action == "show":
                return service, answer, True
            return service, *ask_service(service, arguments.action, letter, hub=hub)
    failures = (f"  {answer}" for answer in answers)
    raise HubFailure("\n".join([f"no service has the letter {letter}:", *failures]))
