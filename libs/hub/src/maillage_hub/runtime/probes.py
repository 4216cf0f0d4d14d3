"""Whether each part of a hub works, asked from outside the way its clients would ask."""

import asyncio
from collections.abc import Mapping

from maillage_hub.runtime.kafka import brokers_seen_by
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.postgres import answers_queries, superuser_dsn
from maillage_hub.runtime.services import trouble_of
from maillage_hub.runtime.state import HubState

SILENT = "does not answer"


async def troubles(hub: HubState) -> Mapping[str, str | None]:
    """What is wrong with each child of a hub, by its name; None where nothing is."""
    asked = {
        "postgres": _database_server(hub),
        **{f"kafka-{id_}": _broker(id_, at) for id_, at in enumerate(hub.kafka.split(","), 1)},
        **{name: trouble_of(address) for name, address in hub.services.items()},
    }
    return dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))


async def _database_server(hub: HubState) -> str | None:
    password_file = HubFolder(hub.folder).password_of("postgres")
    return None if await answers_queries(superuser_dsn(hub.postgres, password_file)) else SILENT


async def _broker(node_id: int, address: str) -> str | None:
    return None if node_id in await brokers_seen_by(address) else SILENT
