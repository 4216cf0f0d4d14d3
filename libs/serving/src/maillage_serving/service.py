"""A service as one value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from fastapi import APIRouter

from maillage_common.handlers import Handlers
from maillage_common.postgres import Connection
from maillage_common.settings import Settings
from maillage_common.transaction import Runner
from maillage_serving.figures import Figure
from maillage_serving.workers import Worker

__all__ = ["Figure", "Service", "Worker"]

S = TypeVar("S")


@dataclass(frozen=True)
class Service(Generic[S]):
    """All that tells one service from another."""

    name: str
    migrations: Path
    make_store: Callable[[Connection], S]
    router: Callable[[Runner[S]], APIRouter]
    handlers: Callable[[], Handlers[S]]
    workers: Sequence[Worker[S]] = ()
    figures: Sequence[Figure[S]] = ()
    settings: type[Settings] = Settings
