"""The bus read from its beginning, in the order of its time."""

from datetime import timedelta

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from maillage_common.settings import Settings
from maillage_contracts.envelope import encode
from maillage_contracts.registry import ACTORS
from maillage_contracts.samples import an_actor_registered
from maillage_impact.adapters.event_log import read_log
from maillage_serving.testing import NOON, received


@pytest.mark.integration
async def test_records_of_all_partitions_come_in_the_order_of_their_time(
    kafka_bootstrap: str, territory: str
) -> None:
    settings = Settings.model_construct(
        kafka_bootstrap=kafka_bootstrap, kafka_security="plaintext", territory=territory
    )
    topic = ACTORS.facts(territory)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 2, 1)])
    finally:
        await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        for minute, partition in ((3, 0), (1, 1), (2, 0), (0, 1)):
            message = received(an_actor_registered(), at=NOON + timedelta(minutes=minute))
            record = encode(message.envelope, message.event)
            await producer.send_and_wait(
                topic,
                key=record.key,
                value=record.value,
                headers=list(record.headers),
                partition=partition,
            )
    told = await read_log(settings, [topic])
    assert [(partition, offset) for _, _, partition, offset, _ in told] == [
        (1, 1),
        (1, 0),
        (0, 1),
        (0, 0),
    ]
    assert all(record.headers for *_, record in told)
