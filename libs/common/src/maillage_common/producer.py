"""A producer that can be dropped: from then on it sends nothing, not even once more."""

from aiokafka import AIOKafkaProducer
from aiokafka.cluster import ClusterMetadata


class Producer(AIOKafkaProducer):
    """An idempotent producer tries for ever, and takes whoever answers at an address for its bus.

    One that lost its data would be given an event from the middle of the log, ahead of all others.
    """

    async def drop(self) -> None:
        """Stop, and leave unsent what is not acknowledged; `stop` would send it first."""
        self._closed = True
        self.client.cluster = ClusterMetadata()  # it knows nobody any more to connect to
        await self.client.close()
        await self._sender.close()
