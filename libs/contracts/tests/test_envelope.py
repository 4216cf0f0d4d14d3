"""An event and its envelope on the bus: written, read back, and every way of being unreadable."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import (
    Event,
    Received,
    Record,
    UnknownType,
    Unreadable,
    decode,
    encode,
    unwrap,
)
from maillage_contracts.flows import FlowOpened
from maillage_contracts.samples import SAMPLES, a_flow, a_flow_opened, an_envelope, an_id

EVENT = a_flow_opened()
ENVELOPE = an_envelope(EVENT, causation_id=an_id("cause"), traceparent="00-4bf9-00f0-01")
RECORD = encode(ENVELOPE, EVENT)
HEADERS: Mapping[str, bytes] = dict(RECORD.headers)


def with_headers(**changes: bytes | None) -> list[tuple[str, bytes | None]]:
    """The headers of a good record with other values; a value of None leaves one out."""
    found: dict[str, bytes | None] = {**HEADERS, **changes}
    return [(name, value) for name, value in found.items() if value is not None]


def read(record: Record) -> Received[Event]:
    return decode(record.headers, record.value, EVENTS)


@pytest.mark.parametrize("event", SAMPLES.values(), ids=lambda event: event.TYPE)
def test_each_event_comes_back_as_it_left(event: Event) -> None:
    envelope = an_envelope(event, sequence=7, causation_id=UUID(int=3))

    assert read(encode(envelope, event)) == Received(envelope, event)


def test_the_key_is_the_subject() -> None:
    assert RECORD.key.decode() == EVENT.subject == str(EVENT.flow.flow_id)
    assert HEADERS["ce_partitionkey"] == HEADERS["ce_subject"] == RECORD.key


def test_attributes_are_headers_and_the_value_is_the_data_alone() -> None:
    assert {name: value.decode() for name, value in RECORD.headers} == {
        "ce_specversion": "1.0",
        "ce_id": str(ENVELOPE.id),
        "ce_source": "/jourdies/flows",
        "ce_type": "org.maillage.flow.opened.v1",
        "ce_subject": EVENT.subject,
        "ce_time": "2026-11-23T09:30:00Z",
        "ce_dataschema": "https://maillage.org/schemas/org.maillage.flow.opened.v1.json",
        "ce_partitionkey": EVENT.subject,
        "ce_territory": "jourdies",
        "ce_sequence": "1",
        "ce_correlationid": str(ENVELOPE.correlation_id),
        "ce_causationid": str(ENVELOPE.causation_id),
        "ce_traceparent": "00-4bf9-00f0-01",
        "ce_visibility": "members",
        "ce_provenance": "human",
        "content-type": "application/json",
    }
    assert json.loads(RECORD.value).keys() == {"flow"}


def test_the_time_travels_in_utc() -> None:
    local = datetime(2026, 7, 1, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))
    record = encode(an_envelope(EVENT, time=local), EVENT)

    assert dict(record.headers)["ce_time"] == b"2026-07-01T08:00:00Z"
    assert read(record).envelope.time == local


def test_what_is_not_known_is_left_out() -> None:
    record = encode(an_envelope(EVENT), EVENT)

    assert not {"ce_causationid", "ce_traceparent"} & dict(record.headers).keys()
    assert b"null" not in record.value


def test_the_envelope_can_be_read_apart_from_the_data() -> None:
    assert unwrap(RECORD.headers, b"{broken") == (ENVELOPE, b"{broken")


def test_headers_of_others_are_ignored() -> None:
    headers = [*RECORD.headers, ("trace", b"\xff"), ("trace", None), ("ce_new", b"1")]

    assert decode(headers, RECORD.value, EVENTS).envelope == ENVELOPE


def test_an_unknown_type_is_told_apart_from_a_broken_record() -> None:
    with pytest.raises(UnknownType, match=r"org\.maillage\.flow\.reserved\.v1"):
        decode(with_headers(ce_type=b"org.maillage.flow.reserved.v1"), RECORD.value, EVENTS)
    with pytest.raises(UnknownType):
        decode(RECORD.headers, RECORD.value, {})


def test_a_reader_ignores_fields_that_it_does_not_know_at_any_depth() -> None:
    document = json.loads(RECORD.value)
    document["later"] = 1
    document["flow"]["later"] = {"deep": [1]}
    document["flow"]["resource"]["later"] = "x"

    assert decode(RECORD.headers, json.dumps(document).encode(), EVENTS).event == EVENT


def test_by_hand_an_unknown_field_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="later"):
        FlowOpened.model_validate({"flow": EVENT.flow, "later": 1})
    with pytest.raises(ValidationError, match="laeter"):
        a_flow(laeter=1)


def test_an_event_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(EVENT, "flow", a_flow())  # noqa: B010 -- the checker knows it is frozen


def test_events_say_who_may_be_shown_them() -> None:
    shown = {event.TYPE: event.visibility for event in SAMPLES.values()}

    assert {name: who for name, who in shown.items() if who != "members"} == {
        "org.maillage.lead.surfaced.v1": "private",
        "org.maillage.lead.accepted.v1": "private",
        "org.maillage.lead.rejected.v1": "private",
        "org.maillage.flow.question_raised.v1": "private",
        "org.maillage.case.introduced.v1": "case",
        "org.maillage.synergy.agreed.v1": "case",
        "org.maillage.synergy.ended.v1": "case",
        "org.maillage.pattern.published.v1": "public",
    }
    assert a_flow_opened(flow=a_flow(visibility="private")).visibility == "private"


HEADER_FAULTS: list[tuple[str, dict[str, bytes | None]]] = [
    ("specversion", {"ce_specversion": None}),
    ("specversion", {"ce_specversion": b"0.3"}),
    ("specversion", {"ce_specversion": b""}),
    ("content-type", {"content-type": b"application/avro"}),
    ("content-type", {"content-type": b""}),
    ("header", {"ce_source": b"\xff\xfe"}),
    ("header", {"content-type": b"\xff"}),
    ("id", {"ce_id": None}),
    ("id", {"ce_id": b""}),
    ("id", {"ce_id": b"42"}),
    ("source", {"ce_source": None}),
    ("source", {"ce_source": b""}),
    ("source", {"ce_source": b"/jourdies/\x00"}),
    ("type", {"ce_type": None}),
    ("type", {"ce_type": b""}),
    ("type", {"ce_type": b"x" * 201}),
    ("subject", {"ce_subject": None}),
    ("subject", {"ce_subject": b""}),
    ("subject", {"ce_subject": str(an_id("somebody else")).encode()}),
    ("subject", {"ce_subject": b"x" * 201}),
    ("time", {"ce_time": None}),
    ("time", {"ce_time": b"yesterday"}),
    ("time", {"ce_time": b"2026-11-23"}),
    ("time", {"ce_time": b"2026-11-23T09:30:00"}),
    ("time", {"ce_time": b"2026-W48-1T09:30:00Z"}),
    ("time", {"ce_time": b"2026-13-01T09:30:00Z"}),
    ("time", {"ce_time": b"1763888400"}),
    ("time", {"ce_time": b"1970-01-01T00:00:00Z"}),
    ("time", {"ce_time": b"9999-12-31T23:59:59-14:00"}),
    ("territory", {"ce_territory": None}),
    ("territory", {"ce_territory": b"Les Jourdies"}),
    ("territory", {"ce_territory": b"x" * 50}),
    ("sequence", {"ce_sequence": None}),
    ("sequence", {"ce_sequence": b"0"}),
    ("sequence", {"ce_sequence": b"-1"}),
    ("sequence", {"ce_sequence": b"1.0"}),
    ("sequence", {"ce_sequence": b"1_000"}),
    ("sequence", {"ce_sequence": b" 1"}),
    ("sequence", {"ce_sequence": "\u0661".encode()}),
    ("sequence", {"ce_sequence": str(2**63).encode()}),
    ("sequence", {"ce_sequence": b"9" * 5000}),
    ("correlationid", {"ce_correlationid": None}),
    ("correlationid", {"ce_correlationid": b"none"}),
    ("causationid", {"ce_causationid": b""}),
    ("causationid", {"ce_causationid": b"because"}),
    ("traceparent", {"ce_traceparent": b"00-\n"}),
    ("visibility", {"ce_visibility": None}),
    ("visibility", {"ce_visibility": b"Members"}),
    ("visibility", {"ce_visibility": b"everybody"}),
    ("provenance", {"ce_provenance": None}),
    ("provenance", {"ce_provenance": b"rumour"}),
]


@pytest.mark.parametrize(("reason", "changes"), HEADER_FAULTS)
def test_a_faulty_header_is_named(reason: str, changes: dict[str, bytes | None]) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(with_headers(**changes), RECORD.value, EVENTS)

    assert caught.value.reason == reason
    assert caught.value.detail


def test_an_attribute_that_is_there_twice_is_refused() -> None:
    with pytest.raises(Unreadable, match="header: ce_id is there twice"):
        decode([*RECORD.headers, ("ce_id", b"other")], RECORD.value, EVENTS)


def test_a_record_without_headers_or_value_is_refused() -> None:
    with pytest.raises(Unreadable, match="specversion"):
        decode([], RECORD.value, EVENTS)
    with pytest.raises(Unreadable, match="empty"):
        decode(RECORD.headers, None, EVENTS)
    with pytest.raises(Unreadable, match="id"):
        decode([*with_headers(ce_id=None), ("ce_id", None)], RECORD.value, EVENTS)


def test_a_moment_of_the_envelope_may_have_any_offset() -> None:
    received = decode(with_headers(ce_time=b"2026-11-23T10:30:00.5+01:00"), RECORD.value, EVENTS)

    assert received.envelope.time == datetime(2026, 11, 23, 9, 30, 0, 500_000, tzinfo=UTC)
