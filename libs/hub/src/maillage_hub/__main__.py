"""The `maillage` command."""

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from maillage_hub.runtime.failures import BadUsage, HubFailure

COMMANDS = {
    "up": "start a hub on this machine: Kafka, PostgreSQL and the services",
    "down": "stop it; its data stays",
    "status": "say what runs, and where",
    "token": "sign a token for the services of a hub on this machine",
    "topics": "make the topics of a territory, or check them",
    "demo": "play three stories on two hubs, from a note to a line in the ledger",
    "import": "bring a territory pack into a hub",
    "events": "show the events on the bus as they come",
    "deadletters": "look at events that were put aside, and try them again",
    "outbox": "see whether the bus has all that was said, or publish it again",
    "backup": "write down that backups were restored and found good",
    "impact": "check the ledger of impacts, open one of its lines, or write it again",
}
"""A command is a line here, and a module of that name in `commands`, imported when asked for."""

EPILOGUE = """\
exit codes:
  0    done
  1    failed, or something is not as it should be
  2    wrong usage, or a wrong setting
  3    no hub runs
  4    the hub runs already
  130  interrupted by Ctrl-C

Each command explains itself: maillage up --help
"""


class Command(Protocol):
    """What a module of `commands` offers."""

    def describe(self, parser: ArgumentParser) -> None:
        """Add its arguments and an example."""
        ...

    def run(self, arguments: Namespace) -> int:
        """Do it; returns the exit code."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = ArgumentParser(
        prog="maillage",
        description="A hub of territorial synergies: its bus, its databases, its services.",
        epilog=EPILOGUE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    choices = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in words if word in COMMANDS), None)
    for name, summary in COMMANDS.items():
        chosen = choices.add_parser(
            name, help=summary, description=summary, formatter_class=RawDescriptionHelpFormatter
        )
        if name == asked:
            command_named(name).describe(chosen)
    if not words:
        parser.print_help(sys.stderr)
        return BadUsage.exit_code
    arguments = parser.parse_args(words)
    try:
        return command_named(arguments.command).run(arguments)
    except HubFailure as failure:
        print(f"maillage: {failure}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads us has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def command_named(name: str) -> Command:
    """The module of a command."""
    module = "import_pack" if name == "import" else name  # a keyword is no name of a module
    return cast("Command", import_module(f"maillage_hub.commands.{module}"))


if __name__ == "__main__":
    sys.exit(main())
