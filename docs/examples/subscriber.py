"""Print each event of a territory as it comes, oldest first: plain aiokafka, nothing of the hub.

python subscriber.py localhost:9092 jourdies
"""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer


async def subscribe(bootstrap: str, territory: str) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=f"{territory}.example",  # a name of your own: the bus remembers where you are
        auto_offset_reset="earliest",
    )
    consumer.subscribe(pattern=rf"^{territory}\.[a-z]+\.[a-z]+\.v1$")
    async with consumer:
        async for record in consumer:
            said = {name: (value or b"").decode() for name, value in record.headers}
            data = json.loads(record.value or b"null")
            print(said["ce_type"], said["ce_subject"], said["ce_sequence"], data, flush=True)


if __name__ == "__main__":
    asyncio.run(subscribe(sys.argv[1], sys.argv[2]))
