"""What aiokafka 0.14 does with batches that others made in their own way."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.util import calc_crc32c
from tally import applied, given
from wired import Wired, all_acknowledged

from maillage_contracts.envelope import Record

PLACEHOLDER = "née"
"""Letters that UTF-8 has two bytes for: two others take their place."""
CRC_AT, CRC_OF = 17, 21
"""Where a batch of format 2 has its checksum, and from where on that is taken."""


def spoilt(batch: bytes) -> bytes:
    """The batch with header names that no text has, and a checksum that is right."""
    spoilt = bytearray(batch.replace("é".encode(), b"\xff\xfe"))
    spoilt[CRC_AT:CRC_OF] = calc_crc32c(bytes(spoilt[CRC_OF:])).to_bytes(4, "big")
    return bytes(spoilt)


async def send_at_once(wired: Wired, partition: int, *records: Record) -> None:
    """Send these records as one batch, its header names spoilt."""
    async with AIOKafkaProducer(bootstrap_servers=wired.settings.brokers) as producer:
        batch: BatchBuilder = producer.create_batch()
        for record in records:
            headers = list(record.headers)
            batch.append(key=record.key, value=record.value, timestamp=None, headers=headers)
        batch.close()
        honest = batch._build  # pyright: ignore[reportPrivateUsage] no other way in
        batch._build = lambda: spoilt(honest())  # pyright: ignore[reportPrivateUsage]
        await (await producer.send_batch(batch, wired.consents, partition=partition))


def renamed(record: Record, name: str) -> Record:
    """The record with one header under a name that cannot be read."""
    headers = ((PLACEHOLDER if n == name else n, value) for n, value in record.headers)
    return Record(record.key, record.value, tuple(headers))


@pytest.mark.integration
async def test_a_header_name_that_is_no_text_costs_nobody_anything(wired: Wired) -> None:
    """It stopped its partition for ever, and records of other partitions were never seen."""
    good = [wired.record(given(f"good {n}")) for n in range(9)]
    further = Record(good[3].key, good[3].value, (*good[3].headers, (PLACEHOLDER, b"")))
    nameless = renamed(wired.record(given("nameless")), "ce_id")
    await wired.send(*good[:3])
    await send_at_once(wired, 0, further, good[4], nameless, good[5])
    await send_at_once(wired, 1, good[6], good[7])
    await send_at_once(wired, 2, good[8], nameless)
    async with wired.consuming():
        await all_acknowledged(wired, 7)
    assert len(await applied(wired.runner)) == 9
    assert await wired.letters() == {"id": 2}


@pytest.mark.integration
@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_batches_may_be_compressed_in_any_way(wired: Wired, codec: str) -> None:
    """A codec that is not installed stops its partition for ever."""
    async with AIOKafkaProducer(
        bootstrap_servers=wired.settings.brokers, compression_type=codec, linger_ms=50
    ) as producer:
        for number in range(20):
            record = wired.record(given("a"), number + 1)
            headers = list(record.headers)
            await producer.send(wired.consents, record.value, record.key, 0, headers=headers)
        await producer.flush()
    async with wired.consuming():
        await all_acknowledged(wired, 20)
    assert list((await applied(wired.runner)).values()) == [list(range(1, 21))]
