"""Which hub a command is about: the one named, the only one that runs, or that of our settings."""

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from maillage_common.settings import PREFIX, BadSetting, Settings, load
from maillage_contracts.catalogue import SERVICES
from maillage_contracts.vocabulary import TerritoryId
from maillage_hub.runtime.failures import BadUsage, NotRunning
from maillage_hub.runtime.places import home
from maillage_hub.runtime.services import bus_settings, installed_services, settings_for
from maillage_hub.runtime.state import HubState, running_hub, running_hubs

BUS_SETTING = f"{PREFIX}KAFKA_BOOTSTRAP"
DATABASE_SETTING = f"{PREFIX}DATABASE_URL"


def ask_territory(parser: ArgumentParser, *, default: str | None = None) -> None:
    """Add the argument that names a hub."""
    otherwise = default or "the only one that runs"
    parser.add_argument(
        "--territory",
        type=_territory,
        metavar="NAME",
        default=os.environ.get(f"{PREFIX}TERRITORY", default),
        help=f"whose hub: lower case letters, digits and hyphens (default: {otherwise})",
    )


def chosen_hub(arguments: Namespace) -> HubState:
    """The hub of this project that runs and is meant; raises NotRunning, or BadUsage if several."""
    if arguments.territory is not None:
        if (hub := running_hub(arguments.territory)) is None:
            raise NotRunning(f"no hub of {arguments.territory} runs in {home()}")
        return hub
    match running_hubs():
        case []:
            raise NotRunning(f"no hub runs in {home()}: start one with `maillage up`")
        case [hub]:
            return hub
        case several:
            names = ", ".join(hub.territory for hub in several)
            raise BadUsage(f"several hubs run: say which with --territory ({names})")


def chosen_bus(arguments: Namespace) -> Settings:
    """How to reach the bus: by the settings of our environment, where it has them, else our hub's.

    In a deployment the environment is that of a service, so commands need no more to work there.
    """
    if BUS_SETTING not in os.environ:
        return bus_settings(chosen_hub(arguments))
    return _ours()


def ask_services(parser: ArgumentParser) -> None:
    """Add the argument that names one service."""
    parser.add_argument(
        "--service", choices=SERVICES, help="only this one (default: all those of the hub)"
    )


def chosen_services(arguments: Namespace) -> Iterator[tuple[str, HubState | None]]:
    """The services that are meant, each with its hub; without one, its settings are ours.

    They need not run, as long as their databases do.
    """
    if DATABASE_SETTING in os.environ:
        if arguments.service is None:
            raise BadUsage(f"{DATABASE_SETTING} is that of one service: say which with --service")
        yield arguments.service, None
        return
    hub = chosen_hub(arguments)
    for service in (arguments.service,) if arguments.service else installed_services():
        yield service, hub


def settings_of(service: str, hub: HubState | None) -> Settings:
    """How a chosen service reaches its database and the bus."""
    return settings_for(hub, service) if hub else _ours()


def _ours() -> Settings:
    try:
        return load(Settings)
    except BadSetting as error:
        raise BadUsage(str(error)) from error


def _territory(name: str) -> str:
    try:
        return TypeAdapter(TerritoryId).validate_python(name)
    except ValidationError as error:
        raise ArgumentTypeError(
            f"{name!r} is no territory: lower case letters, digits and hyphens, as in jourdies"
        ) from error
