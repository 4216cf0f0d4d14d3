"""The topics of a territory on the bus of its hub."""

from maillage_common.kafka import administration
from maillage_common.settings import Settings
from maillage_common.topics import create_topics
from maillage_contracts.catalogue import topic_specs


async def provide_topics(settings: Settings) -> list[str]:
    """Make the topics of the catalogue that are missing, and return their names."""
    specs = list(topic_specs(settings.territory))
    async with administration(settings) as admin:
        return await create_topics(admin, specs, settings.bus_replication)
