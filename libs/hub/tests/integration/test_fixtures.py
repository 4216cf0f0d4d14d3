"""The fixtures that the tests of all services stand on."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

pytestmark = pytest.mark.integration


async def test_each_test_has_an_empty_database(fresh_database: str) -> None:
    connection = await asyncpg.connect(fresh_database, timeout=10)
    await connection.execute("CREATE TABLE only_here (id int)")
    tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await connection.close(timeout=10)

    assert tables == 1


async def test_the_database_of_a_test_is_gone_after_it(
    fresh_database: str, postgres_dsn: str
) -> None:
    connection = await asyncpg.connect(postgres_dsn, timeout=10)
    rows = await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'test_%'")
    await connection.close(timeout=10)

    assert [row["datname"] for row in rows] == [fresh_database.rpartition("/")[2]]


async def test_the_bus_carries_what_is_sent(kafka_bootstrap: str, territory: str) -> None:
    topic = f"{territory}.flows.flow.v1"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, enable_idempotence=True)
    await producer.start()
    await producer.send_and_wait(topic, b"said", key=b"key")
    await producer.stop()
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    record = await consumer.getone()
    await consumer.stop()

    assert (record.key, record.value) == (b"key", b"said")
