"""What a hub that runs says of itself, in a file, so that other commands find it."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from maillage_hub.runtime.files import is_held, write_whole
from maillage_hub.runtime.places import HubFolder, home

Phase = Literal["starting", "running", "stopping"]


class Child(BaseModel):
    """One process of the hub."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int | None = Field(description="Process identifier; null while it is down.")
    restarts: int = Field(description="How often it ended by itself and was started again.")


class HubState(BaseModel):
    """Addresses and processes of a hub. No secrets: those are in files beside."""

    model_config = ConfigDict(frozen=True)

    territory: str
    phase: Phase
    pid: int = Field(description="Process identifier of the supervisor.")
    started_at: datetime
    brokers: int
    kafka: str = Field(description="Addresses of the brokers, separated by commas.")
    postgres: str = Field(description="Address of the database server: host:port.")
    services: dict[str, str] = Field(description="Address of each service, by its name.")
    issuer: str = Field(description="The claim iss of tokens that the services accept.")
    folder: Path = Field(description="Where its data, its logs and its secrets are.")
    children: list[Child]


def write_state(folder: HubFolder, state: HubState) -> None:
    """Tell the other commands."""
    write_whole(folder.state, state.model_dump_json(indent=2) + "\n")


def running_hub(territory: str) -> HubState | None:
    """The hub of this territory of this project; None when it does not run.

    A file that a crash has left does not count: a hub that runs holds its lock.
    """
    folder = HubFolder.of(territory)
    if not is_held(folder.lock):
        return None
    try:
        return HubState.model_validate_json(folder.state.read_bytes())
    except FileNotFoundError:  # it is about to be written, or was just removed
        return None


def running_hubs() -> list[HubState]:
    """All hubs of this project that run, by territory."""
    territories = sorted(lock.parent.name for lock in home().glob("*/lock"))
    return [hub for territory in territories if (hub := running_hub(territory))]
