"""docs/cli.md: every command of `maillage`, with its arguments, as the command explains them."""

from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Iterator

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
    """One command."""
    parser = ArgumentParser(prog=f"maillage {name}", add_help=False)
    command_named(name).describe(parser)
    words, _, example = (parser.epilog or "").strip().partition("example: ")
    rows = "\n".join(f"| {said} | {meaning} |" for said, meaning in arguments(parser))
    table = f"\n| argument | meaning |\n|---|---|\n{rows}\n" if rows else ""
    parts = [f"## maillage {name}\n\n{summary[0].upper()}{summary[1:]}.", table]
    parts += [f"\n{' '.join(words.split())}\n"] if words else []
    parts += [f"\n```\n{example.strip()}\n```\n"] if example else []
    return "\n".join(parts).replace("\n\n\n", "\n\n")


def arguments(parser: ArgumentParser) -> Iterator[tuple[str, str]]:
    """What a command is told: as it is written, and what it means."""
    for action in parser._actions:  # noqa: SLF001 -- argparse tells them nowhere else  # pyright: ignore[reportPrivateUsage]
        if action.help != SUPPRESS:
            meaning = (action.help or "") % {**vars(action), "prog": parser.prog}
            yield written(action), meaning.replace("|", "\\|")


def written(action: Action) -> str:
    """An argument as one writes it: `--count N`, `{create,check}`."""
    value = action.metavar or ",".join(map(str, action.choices or [])) or action.dest.upper()
    if action.choices and not action.metavar:
        value = "{" + str(value) + "}"
    if not action.option_strings:
        return f"`{action.metavar or value if action.choices else action.metavar or action.dest}`"
    last = action.option_strings[-1]
    return f"`{last}`" if action.nargs == 0 else f"`{last} {value}`"
