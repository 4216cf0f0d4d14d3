"""A service as one value, and how its process runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from fastapi import APIRouter

from maillage_common.handlers import Handlers
from maillage_common.postgres import Connection
from maillage_common.settings import Settings
from maillage_common.transaction import Runner, UseCase

S = TypeVar("S")


@dataclass(frozen=True)
class Worker(Generic[S]):
    """A use case run again and again, by one process at a time, as a command about `name`."""

    name: str
    every_s: float
    use_case: UseCase[Any, S]
    make_command: Callable[[datetime], object]


@dataclass(frozen=True)
class Service(Generic[S]):
    """All that tells one service from another."""

    name: str
    migrations: Path
    make_store: Callable[[Connection], S]
    router: Callable[[Runner[S]], APIRouter]
    handlers: Callable[[], Handlers[S]]
    workers: Sequence[Worker[S]] = ()
    settings: type[Settings] = Settings
