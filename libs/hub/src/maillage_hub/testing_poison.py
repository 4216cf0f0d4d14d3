"""Ways to spoil a record, each with the reason for which a reader must put it aside."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from maillage_contracts.envelope import JSON_TYPE, STRUCTURED_TYPE, Record

DEEP = 20_000
LARGE = 600_000
Spoil = Callable[[Record], Record]


@dataclass(frozen=True)
class Form:
    """A form of poison. `reason` is None for a type that nobody knows: counted, and passed over."""

    name: str
    spoil: Spoil
    reason: str | None


def forms() -> list[Form]:
    """All of them. Names are unique; each takes a good record in binary mode."""
    return [
        *(Form(name, spoil, "empty") for name, spoil in _EMPTY.items()),
        *(Form(name, spoil, "data") for name, spoil in _DATA.items()),
        *(Form(f"the first field is {n}", s, "data") for n, s in _first_fields()),
        *(Form(name, spoil, reason) for name, (spoil, reason) in _HEADERS.items()),
        *(Form(name, spoil, reason) for name, (spoil, reason) in _STRUCTURED.items()),
    ]


def with_header(record: Record, name: str, value: bytes | None) -> Record:
    """The record with one header changed, or without it."""
    others = tuple(header for header in record.headers if header[0] != name)
    return replace(record, headers=others if value is None else (*others, (name, value)))


def _header(name: str, value: bytes | None) -> Spoil:
    return lambda record: with_header(record, name, value)


def _value(change: Callable[[bytes], bytes]) -> Spoil:
    return lambda record: replace(record, value=change(record.value))


def _document(change: Callable[[dict[str, Any]], object]) -> Spoil:
    return _value(lambda value: json.dumps(change(json.loads(value))).encode())


def _first_fields() -> Iterator[tuple[str, Spoil]]:
    for name, words in _FIRST_FIELDS.items():
        yield name, _value(partial(_with_first, words=words))


def _with_first(value: bytes, words: bytes) -> bytes:
    """The data with these words as the value of the first field."""
    document = json.loads(value)
    first = next(iter(document))
    mark = "in the place of this"
    return json.dumps({**document, first: mark}).encode().replace(f'"{mark}"'.encode(), words)


def _structured(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """The record in structured mode, which is read too, with its document changed."""

    def spoil(record: Record) -> Record:
        attributes = {
            name.removeprefix("ce_"): text.decode()
            for name, text in record.headers
            if name.startswith("ce_")
        }
        document = {**attributes, "data": json.loads(record.value)}
        return Record(
            key=record.key,
            value=json.dumps(change(document)).encode(),
            headers=(("content-type", STRUCTURED_TYPE.encode()),),
        )

    return spoil


_EMPTY: Mapping[str, Spoil] = {
    "a tombstone": _value(lambda _: b""),
    "a tombstone without a key": lambda record: replace(record, key=b"", value=b""),
    "a tombstone without headers": lambda record: replace(record, value=b"", headers=()),
}
"""Producers send null for an empty value and an empty key."""

_DATA: Mapping[str, Spoil] = {
    "spaces": _value(lambda _: b"   "),
    "words": _value(lambda _: b"not JSON"),
    "null": _value(lambda _: b"null"),
    "a number": _value(lambda _: b"42"),
    "NaN": _value(lambda _: b"NaN"),
    "a huge number": _value(lambda _: b"9" * 5000),
    "a string": _value(lambda _: b'"a string"'),
    "a list": _value(lambda value: b"[" + value + b"]"),
    "an object with nothing": _value(lambda _: b"{}"),
    "cut short": _value(lambda value: value[:-9]),
    "two documents": _value(lambda value: value * 2),
    "a byte order mark": _value(lambda value: b"\xef\xbb\xbf" + value),
    "not UTF-8": _value(lambda value: value.replace(b'"', b'"\xff', 3)),
    "UTF-16": _value(lambda value: value.decode().encode("utf-16")),
    "compressed by hand": _value(gzip.compress),
    "zeros": _value(lambda _: bytes(64)),
    "deep lists": _value(lambda _: b"[" * DEEP),
    "deep objects": _value(lambda _: b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "single quotes": _value(lambda value: value.replace(b'"', b"'")),
    "a comment": _value(lambda value: value + b" // by hand"),
    "names in capitals": _document(lambda data: {name.upper(): data[name] for name in data}),
    "a field that is required later on": _document(
        lambda data: {f"{name}_v2": data[name] for name in data}
    ),
    "XML": _value(lambda _: b"<?xml version='1.0'?><event/>"),
}

_FIRST_FIELDS: Mapping[str, bytes] = {
    "null": b"null",
    "a number": b"7",
    "a truth": b"true",
    "a list": b"[]",
    "an empty object": b"{}",
    "an empty text": b'""',
    "NaN": b"NaN",
    "infinite": b"1e999",
    "beyond 64 bits": b"9223372036854775808",
    "a thousand digits": b"1" * 1000,
    "a lone surrogate": rb'"\ud800"',
    "a NUL": rb'"\u0000"',
    "the year 1970": b'"1970-01-01T00:00:00Z"',
    "the year 9999": b'"9999-12-31T23:59:59Z"',
    "a text without end": b'"' + b"x" * 100_000 + b'"',
}

_HEADERS: Mapping[str, tuple[Spoil, str | None]] = {
    "no headers": (lambda record: replace(record, headers=()), "specversion"),
    "another territory": (_header("ce_territory", b"elsewhere"), "foreign_territory"),
    "no territory": (_header("ce_territory", None), "territory"),
    "a territory of odd letters": (_header("ce_territory", b"Marseille!"), "territory"),
    "a type nobody knows": (_header("ce_type", b"org.maillage.actor.rated.v1"), None),
    "a version nobody knows": (_header("ce_type", b"org.maillage.actor.registered.v2"), None),
    "no type": (_header("ce_type", None), "type"),
    "a type that is not UTF-8": (_header("ce_type", b"\xff\xfe"), "header"),
    "a type without end": (_header("ce_type", b"t" * 9000), "type"),
    "no identifier": (_header("ce_id", None), "id"),
    "an identifier that is none": (_header("ce_id", b"42"), "id"),
    "an identifier that is null": (_header("ce_id", b""), "id"),
    "an identifier twice": (
        lambda record: replace(record, headers=(*record.headers, ("ce_id", b"again"))),
        "header",
    ),
    "no time": (_header("ce_time", None), "time"),
    "a time in words": (_header("ce_time", b"yesterday"), "time"),
    "a time without offset": (_header("ce_time", b"2026-11-23T12:00:00"), "time"),
    "a time in seconds": (_header("ce_time", b"1763888400"), "time"),
    "a time at which clocks begin": (_header("ce_time", b"1970-01-01T00:00:00Z"), "time"),
    "a time at the end of the calendar": (_header("ce_time", b"9999-12-31T23:59:59Z"), "time"),
    "no sequence": (_header("ce_sequence", None), "sequence"),
    "sequence zero": (_header("ce_sequence", b"0"), "sequence"),
    "a negative sequence": (_header("ce_sequence", b"-1"), "sequence"),
    "a sequence beyond 64 bits": (_header("ce_sequence", b"9223372036854775808"), "sequence"),
    "a sequence in other digits": (_header("ce_sequence", b"\xd9\xa1"), "sequence"),
    "no subject": (_header("ce_subject", None), "subject"),
    "another subject": (_header("ce_subject", b"another"), "subject"),
    "a subject with a NUL": (_header("ce_subject", b"a\0b"), "subject"),
    "a subject without end": (_header("ce_subject", b"s" * 9000), "subject"),
    "another version of CloudEvents": (_header("ce_specversion", b"0.3"), "specversion"),
    "no correlation": (_header("ce_correlationid", None), "correlationid"),
    "a cause that is none": (_header("ce_causationid", b"-"), "causationid"),
    "no visibility": (_header("ce_visibility", None), "visibility"),
    "an odd visibility": (_header("ce_visibility", b"everybody"), "visibility"),
    "no provenance": (_header("ce_provenance", None), "provenance"),
    "Avro": (_header("content-type", b"application/avro"), "content-type"),
    "text": (_header("content-type", b"text/plain"), "content-type"),
    "a value too large": (_value(lambda value: b" " * LARGE + value), "oversized"),
    "a header too large": (_header("x-trace", b"x" * LARGE), "oversized"),
    "a thousand headers too many": (
        lambda record: replace(record, headers=tuple((f"x-{n}", b"") for n in range(1000))),
        "specversion",
    ),
}

_STRUCTURED: Mapping[str, tuple[Spoil, str | None]] = {
    "structured, and no JSON": (_header("content-type", STRUCTURED_TYPE.encode()), "structured"),
    "structured, without data": (
        _structured(lambda event: {name: event[name] for name in event if name != "data"}),
        "structured",
    ),
    "structured, a list of events": (_structured(lambda event: [event]), "structured"),
    "structured, its data a text": (
        _structured(lambda event: {**event, "data": json.dumps(event["data"])}),
        "data",
    ),
    "structured, its time a number": (_structured(lambda event: {**event, "time": 0}), "time"),
    "structured, its subject a lone surrogate": (
        _structured(lambda event: {**event, "subject": "\ud800"}),
        "subject",
    ),
    "structured, cut short": (
        lambda record: replace(
            _structured(lambda event: event)(record), value=b'{"specversion": "1.0", "data"'
        ),
        "json",
    ),
}

HARMLESS: Mapping[str, Spoil] = {
    "a field of a later version": _document(lambda data: {**data, "of_a_later_version": [1e300]}),
    "a key twice, the same": _value(lambda value: value[:-1] + b"," + value[1:]),
    "no key": lambda record: replace(record, key=b""),
    "a null header of someone else": _header("x-null", b""),
    "structured": _structured(lambda event: event),
    "the type of its data in full": _header("content-type", f"{JSON_TYPE}; charset=utf-8".encode()),
}
"""Odd, but read as what it is."""
