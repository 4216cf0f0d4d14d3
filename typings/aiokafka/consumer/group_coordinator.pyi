from collections.abc import Mapping

from aiokafka.structs import TopicPartition

class GroupCoordinator:
    async def commit_offsets(
        self, assignment: object, offsets: Mapping[TopicPartition, object]
    ) -> None: ...
