from collections.abc import Set as AbstractSet
from typing import NamedTuple

class BrokerMetadata(NamedTuple):
    nodeId: int
    host: str
    port: int
    rack: str | None

class ClusterMetadata:
    def brokers(self) -> AbstractSet[BrokerMetadata]: ...
