"""Our codec and the official SDK of CloudEvents read what the other writes."""

import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_binary,
    to_binary,
    to_structured,
)
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Envelope, Event, Received, decode, encode
from maillage_contracts.samples import SAMPLES, an_envelope, an_id

every_sample = pytest.mark.parametrize("event", SAMPLES.values(), ids=lambda event: event.TYPE)


def in_the_sdk(envelope: Envelope, event: Event) -> CloudEvent:
    attributes: dict[str, object] = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "source": envelope.source,
        "type": envelope.type,
        "subject": envelope.subject,
        "time": envelope.time,
        "dataschema": envelope.dataschema,
        "datacontenttype": "application/json",
        "partitionkey": envelope.subject,
        "territory": envelope.territory,
        "sequence": str(envelope.sequence),
        "correlationid": str(envelope.correlation_id),
        "causationid": str(envelope.causation_id),
        "visibility": envelope.visibility,
        "provenance": envelope.provenance,
    }
    return CloudEvent(attributes, event.model_dump(mode="json", exclude_none=True))


def full_envelope(event: Event) -> Envelope:
    return an_envelope(event, causation_id=an_id("cause"), time=datetime(2026, 3, 29, tzinfo=UTC))


@every_sample
def test_the_sdk_reads_what_we_write(event: Event) -> None:
    envelope = full_envelope(event)
    record = encode(envelope, event)
    message = KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)

    found = from_binary(message, JSONFormat())

    expected = in_the_sdk(envelope, event)
    assert found.get_attributes() == expected.get_attributes()
    assert found.get_data() == expected.get_data()


@every_sample
def test_we_read_what_the_sdk_writes(event: Event) -> None:
    envelope = full_envelope(event)
    message = to_binary(in_the_sdk(envelope, event), JSONFormat())

    found = decode([*message.headers.items()], message.value, EVENTS)

    assert found == Received(envelope, event)
    assert message.key == encode(envelope, event).key.decode()


@every_sample
def test_we_read_what_the_sdk_writes_in_structured_mode(event: Event) -> None:
    envelope = full_envelope(event)
    message = to_structured(in_the_sdk(envelope, event), JSONFormat())

    assert json.loads(message.value).keys() >= {"specversion", "data"}
    assert decode([*message.headers.items()], message.value, EVENTS) == Received(envelope, event)
