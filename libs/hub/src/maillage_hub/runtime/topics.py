"""The topics of a territory on the bus of its hub."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient

from maillage_common.topics import create_topics
from maillage_contracts.catalogue import topic_specs

REQUEST_TIMEOUT_MS = 30_000


async def provide_topics(bootstrap: str, *, territory: str, replication: int) -> list[str]:
    """Make the topics that are missing, with so many replicas each, and return their names."""
    async with _administration(bootstrap) as admin:
        return await create_topics(admin, list(topic_specs(territory)), replication)


@asynccontextmanager
async def _administration(bootstrap: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=REQUEST_TIMEOUT_MS)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
