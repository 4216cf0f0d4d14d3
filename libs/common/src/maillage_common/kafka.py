"""How we reach the bus: addresses, encryption, account; and the log of the client kept short."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError
from aiokafka.helpers import create_ssl_context
from faststream.security import BaseSecurity, SASLScram512

from maillage_common.failures import uncut
from maillage_common.settings import Settings, read_secret

REQUEST_TIMEOUT_MS = 10_000
"""Less than the time after which a lost connection frees the relay's lock (see postgres.py)."""


def reach(settings: Settings) -> dict[str, Any]:
    """Arguments of every aiokafka client."""
    common: dict[str, Any] = {
        "bootstrap_servers": settings.brokers,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
    }
    if settings.kafka_security == "plaintext":
        return common
    common["ssl_context"] = create_ssl_context(cafile=settings.kafka_ca_file)
    if settings.kafka_security == "tls":
        return common | {"security_protocol": "SSL"}
    username, password = _account(settings)
    return common | {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": username,
        "sasl_plain_password": password,
    }


def security(settings: Settings) -> BaseSecurity | None:
    """The same for FastStream's broker."""
    if settings.kafka_security == "plaintext":
        return None
    context = create_ssl_context(cafile=settings.kafka_ca_file)
    if settings.kafka_security == "tls":
        return BaseSecurity(ssl_context=context, use_ssl=True)
    return SASLScram512(*_account(settings), ssl_context=context, use_ssl=True)


def _account(settings: Settings) -> tuple[str, str]:
    username, secret = settings.kafka_username, settings.kafka_password_file
    if username is None or secret is None:  # Settings refuses this before
        raise ValueError("scram needs an account")
    return username, read_secret(secret)


@asynccontextmanager
async def administration(settings: Settings) -> AsyncGenerator[AIOKafkaAdminClient]:
    """A client for topics and the cluster."""
    client = AIOKafkaAdminClient(**reach(settings))
    try:
        await uncut(client.start())
        yield client
    finally:
        await client.close()


async def hear_from_the_start(
    settings: Settings, group: str, places: Iterable[tuple[str, int]]
) -> None:
    """Have a group without members begin anew; one that has some knows this bus, and goes on.

    What a reader acknowledges while its bus is lost, aiokafka tries again without a generation,
    and the group of a bus made anew takes it, though it is of other records.
    """
    async with AIOKafkaConsumer(
        group_id=group, enable_auto_commit=False, **reach(settings)
    ) as client:
        found = [TopicPartition(*place) for place in places]
        client.assign(found)
        with suppress(CommitFailedError):
            await client.commit(dict.fromkeys(found, 0))
