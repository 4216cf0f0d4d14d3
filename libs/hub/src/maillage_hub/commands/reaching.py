"""A bus or a database that does not answer, in the words of whoever asked it."""

from collections.abc import Generator
from contextlib import contextmanager

import asyncpg
from aiokafka.errors import KafkaError

from maillage_common.settings import Settings
from maillage_hub.runtime.failures import HubFailure


@contextmanager
def reaching_bus(settings: Settings) -> Generator[None]:
    """Raises HubFailure when it is away, or lets us not in."""
    try:
        yield
    except KafkaError as error:
        raise HubFailure(
            f"the bus at {settings.kafka_bootstrap} does not answer: {error}"
        ) from error


@contextmanager
def reaching_database(service: str) -> Generator[None]:
    """Raises HubFailure when it is away, lets us not in, or was never migrated."""
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise HubFailure(f"the database of {service} does not answer: {error}") from error
