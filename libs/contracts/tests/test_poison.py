"""Whatever comes off the bus, reading it ends in an event, in Unreadable or in UnknownType."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Event, Received, UnknownType, Unreadable, decode, encode
from maillage_contracts.samples import SAMPLES, a_flow_opened, an_envelope

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"

EVENT = a_flow_opened()
RECORD = encode(an_envelope(EVENT), EVENT)
GOOD = json.loads(RECORD.value)
FLOW = '{"flow": %s}'
DEEP = 100_000

BAD_DATA: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"  ",
    "words": b"not json",
    "null": b"null",
    "a number": b"42",
    "a list": b"[]",
    "an empty object": b"{}",
    "cut short": RECORD.value[:-20],
    "two documents": RECORD.value * 2,
    "a comment": b"// " + RECORD.value,
    "a byte order mark": b"\xef\xbb\xbf" + RECORD.value,
    "not UTF-8": RECORD.value.replace(b"Euro", b"\xff\xfe"),
    "UTF-16": RECORD.value.decode().encode("utf-16"),
    "a lone surrogate": RECORD.value.replace(b"Euro", b"\\ud800"),
    "a NUL": RECORD.value.replace(b"Euro", b"\\u0000"),
    "a line break in a line": RECORD.value.replace(b"Euro", b"\\n"),
    "deep lists": b"[" * DEEP,
    "deep objects": b'{"flow":' * DEEP,
    "a key that is no string": RECORD.value.replace(b'"flow":', b"flow:", 1),
    "single quotes": RECORD.value.replace(b'"', b"'"),
    "binary": bytes(range(256)),
    "compressed": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}


@pytest.mark.parametrize("value", BAD_DATA.values(), ids=BAD_DATA)
def test_data_that_is_no_event_is_refused(value: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(RECORD.headers, value, EVENTS)

    assert caught.value.reason == "data"


BAD_FIELDS: dict[str, tuple[str, Any]] = {
    "a required field is missing": ("kind", ...),
    "null for a required field": ("kind", None),
    "a list for a word": ("kind", ["material"]),
    "a number for a word": ("kind", 7),
    "a word in capitals": ("kind", "Material"),
    "a word too long": ("kind", "a" * 61),
    "a word with a newline": ("kind", "material\n"),
    "an identifier that is none": ("actor_id", "Villaverde"),
    "a number for an identifier": ("actor_id", 12),
    "words for a number": ("pain_rank", "two"),
    "digits for a number": ("pain_rank", "2"),
    "a truth for a number": ("pain_rank", True),
    "a fraction for a number": ("pain_rank", 1.5),
    "a number out of its range": ("pain_rank", 4),
    "a huge number": ("pain_rank", 10**400),
    "a closed choice": ("visibility", "everybody"),
    "no offset": ("observed_at", "2026-11-23T09:00:00"),
    "seconds since 1970": ("observed_at", 1763888400),
    "the year 1970": ("observed_at", "1970-01-01T00:00:00Z"),
    "the year 9999": ("observed_at", "9999-12-31T23:59:59Z"),
    "the 30th of February": ("available_from", "2026-02-30"),
    "a moment for a day": ("available_from", "2026-02-20T08:00:00Z"),
    "latitude 91": ("position", {"lat": 91, "lon": 6}),
    "infinite": ("position", {"lat": float("inf"), "lon": 6}),
    "not a number": ("position", {"lat": float("nan"), "lon": 6}),
    "half a point": ("position", {"lat": 46}),
    "negative": ("quantity", {"value": "-1", "unit": "t", "per": "P1M"}),
    "an exponent without end": ("quantity", {"value": "1E+999999999", "unit": "t", "per": "P1M"}),
    "too many digits": ("quantity", {"value": "9" * 5000, "unit": "t", "per": "P1M"}),
    "seven decimals": ("quantity", {"value": "0.0000001", "unit": "t", "per": "P1M"}),
    "NaN in words": ("quantity", {"value": "NaN", "unit": "t", "per": "P1M"}),
    "another period": ("quantity", {"value": "1", "unit": "t", "per": "P2W"}),
    "a currency in words": ("cost_today", {"amount": "1", "currency": "euros"}),
    "a third of a cent": ("cost_today", {"amount": "0.001"}),
    "a waste code of five digits": ("resource", {"label": "x", "waste_code": "15 01 0"}),
    "too many": ("open_questions", ["why"] * 21),
    "yes for true": ("legal", {"is_hazardous": "yes"}),
    "an empty label": ("resource", {"label": ""}),
    "a label too long": ("resource", {"label": "x" * 201}),
}


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_field_that_cannot_be_is_named(field: str, value: object) -> None:
    flow = {name: each for name, each in (GOOD["flow"] | {field: value}).items() if each is not ...}

    with pytest.raises(Unreadable) as caught:
        decode(RECORD.headers, json.dumps({"flow": flow}).encode(), EVENTS)

    assert caught.value.reason == "data"
    assert caught.value.detail.startswith(f"flow.{field}")


def test_the_time_of_a_window_that_carries_an_offset_is_refused() -> None:
    sample = next(event for event in SAMPLES.values() if event.TYPE.endswith("vehicle.declared.v1"))
    record = encode(an_envelope(sample), sample)
    value = record.value.replace(b'"07:00:00"', b'"07:00:00Z"')

    assert value != record.value
    with pytest.raises(Unreadable, match=r"vehicle\.shift\.start"):
        decode(record.headers, value, EVENTS)


names = st.sampled_from([name for name, _ in RECORD.headers] + ["trace", "CE_ID", "ce_", ""])
headers = st.lists(st.tuples(names, st.none() | st.binary(max_size=40)), max_size=20)
json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def reads_or_says_why(found: list[tuple[str, bytes | None]], value: bytes | None) -> None:
    with contextlib.suppress(Unreadable, UnknownType):
        assert isinstance(decode(found, value, EVENTS), Received)


@given(found=headers, value=st.none() | st.binary())
@example(found=[("content-type", b"application/cloudevents+json")], value=b"[" * DEEP)
@example(found=[("content-type", b"application/cloudevents+json")], value=b'{"data": NaN}')
def test_arbitrary_bytes(found: list[tuple[str, bytes | None]], value: bytes | None) -> None:
    reads_or_says_why(found, value)


@given(found=headers, data=st.data())
def test_good_records_with_some_other_headers(
    found: list[tuple[str, bytes | None]], data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.sampled_from(RECORD.headers), unique=True))

    reads_or_says_why([*kept, *found], RECORD.value)


@settings(max_examples=300)
@given(event=st.sampled_from(list(SAMPLES.values())), data=st.data())
def test_good_records_with_some_other_bytes(event: Event, data: st.DataObject) -> None:
    record = encode(an_envelope(event), event)
    start = data.draw(st.integers(0, len(record.value)))
    end = data.draw(st.integers(start, min(len(record.value), start + 12)))
    value = record.value[:start] + data.draw(st.binary(max_size=6)) + record.value[end:]

    reads_or_says_why([*record.headers], value)


def replaced(part: Json, way: Sequence[str], other: Json) -> Json:
    """The document with another value at the end of the way; an item of a list is its first."""
    if not way:
        return other
    if isinstance(part, list):
        return [replaced(part[0], way, other), *part[1:]] if part else [other]
    if isinstance(part, dict) and way[0] in part:
        return {**part, way[0]: replaced(part[way[0]], way[1:], other)}
    return other


def ways(part: Json) -> Iterator[tuple[str, ...]]:
    """The ways to every value inside a document, through the first item of each list."""
    yield ()
    if isinstance(part, list) and part:
        yield from ways(part[0])
    if isinstance(part, dict):
        for name, inner in part.items():
            yield from ((name, *rest) for rest in ways(inner))


@settings(max_examples=300)
@given(event=st.sampled_from(list(SAMPLES.values())), data=st.data(), other=json_values)
def test_good_records_with_another_value_somewhere(
    event: Event, data: st.DataObject, other: Json
) -> None:
    record = encode(an_envelope(event), event)
    document: Json = json.loads(record.value)
    way = data.draw(st.sampled_from([*ways(document)]))

    reads_or_says_why([*record.headers], json.dumps(replaced(document, way, other)).encode())
