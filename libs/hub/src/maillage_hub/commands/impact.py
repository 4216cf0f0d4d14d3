"""`maillage impact`: check the ledger of impacts, or open one of its lines."""

import json
import os
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import Any
from uuid import UUID

from maillage_hub.commands.choosing import DATABASE_SETTING, ask_territory, chosen_hub
from maillage_hub.runtime.asking import ask_service
from maillage_hub.runtime.failures import BadUsage


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "action",
        choices=("verify", "explain", "restate", "rebuild"),
        help="follow the chain of the ledger; open a line; hold all lines against other factors; "
        "write an empty ledger again from the bus",
    )
    parser.add_argument("entry", nargs="?", type=UUID, help="which line to explain")
    parser.add_argument(
        "--head", type=_head, metavar="HASH", help="a head noted earlier, which must be there"
    )
    parser.add_argument("--factors", metavar="VERSION", help="the factor set to restate with")
    ask_territory(parser)
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    parser.epilog = """\
Each line of the ledger carries the hash of the one before it: verify finds the first that was
changed, taken out or put in. Note the head that it prints: with --head, the last lines cannot go
unnoticed either.

example: maillage impact explain 6f1d1c2e-0000-5000-8000-000000000000
"""


def run(arguments: Namespace) -> int:
    """Ask the service; 1 when the ledger does not hold."""
    if arguments.action == "explain" and arguments.entry is None:
        raise BadUsage("say which line: maillage impact explain ENTRY")
    if arguments.action == "restate" and arguments.factors is None:
        raise BadUsage("say which factors: maillage impact restate --factors VERSION")
    hub = None if DATABASE_SETTING in os.environ else chosen_hub(arguments)
    told, holds = ask_service("impact", arguments.action, *_words(arguments), hub=hub)
    if arguments.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(SAID[arguments.action](told))
    return 0 if holds else 1


def _words(arguments: Namespace) -> tuple[str, ...]:
    """What the action is about."""
    given = {
        "explain": (str(arguments.entry),),
        "restate": ("--factors", arguments.factors),
        "verify": ("--head", arguments.head) if arguments.head else (),
    }
    return given.get(arguments.action, ())


def _head(text: str) -> str:
    if re.fullmatch("[0-9a-f]{64}", text):
        return text
    raise ArgumentTypeError(f"{text!r} is no head: copy the 64 digits that verify printed")


def _verified(told: dict[str, Any]) -> str:
    if told["holds"]:
        return f"{told['lines']} lines, each as it was written; head {told['head']}"
    return f"the ledger does not hold at place {told['place']}: {told['words']}"


def _explained(told: dict[str, Any]) -> str:
    lines = [
        f"{told['indicator']}: {told['value']} {told['unit']}, account {told['account']}",
        f"  about      {told['about']} {told['about_id']}",
        f"  period     {told['period_start']} to {told['period_end']}",
        f"  quality    {told['quality']}, {told['state']}",
        f"  method     {told['method']}",
        f"  recorded   {told['recorded_at']}",
    ]
    if sure := told["uncertainty"]:
        lines.append(f"  95 %       {sure['low']} to {sure['high']}{_demonstrated(told, sure)}")
    if told["corrects"]:
        lines.append(f"  corrects   {told['corrects']}: {told['delta']}, {told['reason']}")
    if told["corrected_by"]:
        lines.append(f"  corrected  by {told['corrected_by']}")
    if told["current_value"] != told["value"]:
        lines.append(f"  today      {told['current_value']} {told['unit']}, with newer factors")
    lines += [
        f"  term       {' x '.join([one['amount'], *one['factors']])}" for one in told["terms"]
    ]
    lines += [f"  factor     {_factor(one)}" for one in told["factors"]]
    if told["baseline"]:
        held = told["baseline"]
        lines.append(
            f"  baseline   {held['baseline_id']}: {held['kind']}, {held['description']}"
            f" ({held['evidence']})"
        )
    lines += [f"  event      {cause}" for cause in told["causes"]]
    lines += [
        f"  share      {one['value']} {told['unit']} of {one['about']} {one['about_id']}"
        for one in told["shares"]
    ]
    return "\n".join(lines)


def _demonstrated(told: dict[str, Any], sure: dict[str, Any]) -> str:
    """How likely it is that anything was avoided; of other accounts there is no such question."""
    if told["account"] != "avoided":
        return ""
    unsure = "" if sure["is_demonstrated"] else ", not demonstrated"
    return f", above zero with a probability of {sure['p_positive']}{unsure}"


def _factor(one: dict[str, Any]) -> str:
    range_ = f" +- {one['uncertainty_pct']} %" if one["uncertainty_pct"] else ""
    return (
        f"{one['factor_id']} {one['version']} = {one['value']} {one['unit']}{range_}"
        f" ({one['label']}; {one['boundary']};"
        f" {one['source']}, {one['source_id']}, {one['year']})"
    )


def _restated(told: dict[str, Any]) -> str:
    if not told["written"]:
        return "every line says the same with these factors"
    last = told["restatements"][-1]
    return f"{last['lines']} lines restated with {last['version']}, sha256 {last['digest']}"


def _rebuilt(told: dict[str, Any]) -> str:
    return f"{told['lines']} lines from {told['events']} events; head {told['head']}"


SAID = {"rebuild": _rebuilt, "verify": _verified, "explain": _explained, "restate": _restated}
