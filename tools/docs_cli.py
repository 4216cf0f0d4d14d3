"""docs/cli.md: every command of `maillage`, with its arguments, as the command explains them."""

from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Iterator
from typing import cast

from maillage_hub.__main__ import COMMANDS, EPILOGUE, command_named

FILE = "docs/cli.md"


def pages() -> dict[str, str]:
    """The page, by its path."""
    sections = "\n".join(section(name, summary) for name, summary in COMMANDS.items())
    return {
        FILE: f"""# The command `maillage`

`make setup` puts it into `.venv/bin`.

```
{EPILOGUE.partition(chr(10) * 2)[0].strip()}
```

{sections}"""
    }


def section(name: str, summary: str) -> str:
    """One command, and below it what it can be told to do."""
    parser = ArgumentParser(prog=f"maillage {name}", add_help=False)
    command_named(name).describe(parser)
    words, _, example = (parser.epilog or "").strip().partition("example: ")
    examples = "\n".join(line.strip() for line in example.strip().splitlines())
    parts = [
        f"## maillage {name}",
        f"{summary[0].upper()}{summary[1:]}.",
        " ".join(words.split()),
        table(parser),
        *(f"### maillage {name} {verb}\n\n{told}" for verb, told in verbs(parser)),
        f"```\n{examples}\n```" if examples else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def verbs(parser: ArgumentParser) -> Iterator[tuple[str, str]]:
    """The commands below a command."""
    for action in actions(parser):
        if isinstance(action.choices, dict):
            below = cast("dict[str, ArgumentParser]", action.choices)
            meanings = {each.dest: each.help or "" for each in subactions(action)}
            for verb, inner in below.items():
                said = meanings[verb]
                yield verb, f"{said[0].upper()}{said[1:]}.\n\n{table(inner)}"


def table(parser: ArgumentParser) -> str:
    """What a command is told: as it is written, and what it means."""
    rows = [
        f"| {written(action)} | {explained(action, parser.prog)} |"
        for action in actions(parser)
        if action.help != SUPPRESS
        and not isinstance(action.choices, dict)
        and "--help" not in action.option_strings
    ]
    return "\n".join(["| argument | meaning |", "|---|---|", *rows]) if rows else ""


def explained(action: Action, prog: str) -> str:
    """The help of an argument, with its default."""
    return ((action.help or "") % {**vars(action), "prog": prog}).replace("|", "\\|")


def actions(parser: ArgumentParser) -> list[Action]:
    """The arguments of a parser, which argparse tells nowhere else."""
    return parser._actions  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


def subactions(action: Action) -> list[Action]:
    """The same for the commands below a command."""
    return cast("list[Action]", vars(action)["_choices_actions"])


def written(action: Action) -> str:
    """An argument as one writes it: `--count N`, `{create,check}`, `pack`."""
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else None
    value = action.metavar or choices or action.dest
    if not action.option_strings:
        return f"`{value}`"
    last = action.option_strings[-1]
    return f"`{last}`" if action.nargs == 0 else f"`{last} {value}`"
