from collections.abc import Set as AbstractSet
from typing import NamedTuple

class BrokerMetadata(NamedTuple):
    nodeId: int
    host: str
    port: int
    rack: str | None

class ClusterMetadata:
    def brokers(self) -> AbstractSet[BrokerMetadata]: ...

class AIOKafkaClient:
    cluster: ClusterMetadata
    def __init__(
        self, *, bootstrap_servers: str, request_timeout_ms: int, client_id: str
    ) -> None: ...
    async def bootstrap(self) -> None: ...
    async def close(self) -> None: ...
