"""How we reach the bus: addresses, encryption, account; and the log of the client kept short."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError
from aiokafka.helpers import create_ssl_context
from faststream.security import BaseSecurity, SASLScram512

from maillage_common.failures import rest, uncut
from maillage_common.settings import Settings, read_secret
from maillage_contracts.refusals import Refused

REQUEST_TIMEOUT_MS = 10_000
"""Less than the time after which a lost connection frees the relay's lock (see postgres.py)."""
LEAVES_WITHIN_S = 60.0
"""Longer than a reader ends the batch in hand, and than a group keeps the place of a dead one."""


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


async def begin_anew(settings: Settings, group: str, places: list[TopicPartition]) -> None:
    """Have a group begin these partitions anew; raises Refused if its members do not leave.

    Only for a bus made anew, which its readers refuse. What one of them acknowledged of the bus
    before, aiokafka tries again, and the bus made anew takes it, though it is of other records.
    """
    client = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **reach(settings))
    try:
        async with asyncio.timeout(LEAVES_WITHIN_S), client:
            client.assign(places)
            while True:
                with suppress(CommitFailedError):  # a member may acknowledge once more
                    return await client.commit(dict.fromkeys(places, 0))
                await rest(1.0)
    except TimeoutError as error:
        raise Refused(f"the group {group} still has readers: stop them, and try again") from error
