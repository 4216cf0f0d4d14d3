"""docs/lifecycles.md: every life cycle, drawn from the table that the code obeys."""

from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, NamedTuple

from maillage_contracts.catalogue import SERVICES

FILE = "docs/lifecycles.md"


class LifeCycle(NamedTuple):
    """A table of what may follow what, and of which thing."""

    service: str
    thing: str
    moves: Mapping[str, tuple[str, ...]]


def pages() -> dict[str, str]:
    """The page, by its path."""
    found = list(life_cycles())
    sections = "\n".join(
        f"## {service}\n\n" + "\n".join(drawn(each) for each in found if each.service == service)
        for service in SERVICES
        if any(each.service == service for each in found)
    )
    return {
        FILE: f"""# Life cycles

Drawn from the tables in the code (`NEXT`): a move that is not here is refused, and each such move
has a test.

{sections}"""
    }


def life_cycles() -> Iterator[LifeCycle]:
    """Every table called NEXT, or NEXT_ something, in the rules of a service."""
    for service in SERVICES:
        rules = find_spec(f"maillage_{service}.domain")
        for module in sorted(iter_modules(rules.submodule_search_locations if rules else [])):
            held: dict[str, Any] = vars(import_module(f"maillage_{service}.domain.{module.name}"))
            for name in sorted(held):
                if name == "NEXT" or name.startswith("NEXT_"):
                    yield LifeCycle(service, module.name.replace("_", " "), _moves(held[name]))


def drawn(cycle: LifeCycle) -> str:
    """A diagram, and the same as a table: some have too many arrows to follow."""
    reached = {to for ways in cycle.moves.values() for to in ways}
    lines = [f"    [*] --> {state}" for state in cycle.moves if state not in reached]
    lines += [f"    [*] --> {next(iter(cycle.moves))}"] if not lines else []
    for state, ways in cycle.moves.items():
        lines += [f"    {state} --> {to}" for to in ways] or [f"    {state} --> [*]"]
    diagram = "\n".join(lines)
    rows = "\n".join(
        f"| {state} | {', '.join(ways) or 'nothing: this is its end'} |"
        for state, ways in cycle.moves.items()
    )
    return f"""### {cycle.thing.capitalize()}

```mermaid
stateDiagram-v2
{diagram}
```

| from | to |
|---|---|
{rows}
"""


def _moves(table: Mapping[Any, frozenset[Any]]) -> dict[str, tuple[str, ...]]:
    order = [_word(state) for state in table]
    return {
        _word(state): tuple(sorted(map(_word, ways), key=order.index))
        for state, ways in table.items()
    }


def _word(state: Any) -> str:  # noqa: ANN401 -- a word or an enumeration
    return str(state.value if isinstance(state, Enum) else state)
