"""Records: each form of what is no event of ours is put aside with its reason, and none raises."""

import json
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from tally import Store, given

from maillage_common.dead_letters import list_letters, show_letter
from maillage_common.ledger import DeadLetter, Delivered, Origin
from maillage_common.postgres import PostgresDatabase
from maillage_common.reading import RECORD_BYTES_MAX, Reader, plain
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Record, encode
from maillage_contracts.registry import ConsentGiven
from maillage_contracts.samples import TERRITORY, an_actor_closed
from maillage_serving.testing import NOON, received

TOPIC = f"{TERRITORY}.registry.consent.v1"
READER = Reader(consumer="flows", territory=TERRITORY, known={ConsentGiven.TYPE: ConsentGiven})
GOOD = encode(received(given("a")).envelope, given("a"))


def read(record: Record, topic: str = TOPIC) -> Delivered | DeadLetter:
    return READER.read(record, Origin(topic, 0, 7), NOON)


def having(name: str, value: bytes) -> Record:
    """The good record with another value of one header."""
    headers = tuple((n, value if n == name else v) for n, v in GOOD.headers)
    return replace(GOOD, headers=headers)


def lacking(name: str) -> Record:
    return replace(GOOD, headers=tuple((n, v) for n, v in GOOD.headers if n != name))


def test_a_good_record_is_an_event() -> None:
    found = read(GOOD)
    assert isinstance(found, Delivered)
    assert found.event == given("a")
    assert found.lane == (TOPIC, given("a").subject)


def test_a_type_of_no_use_keeps_its_envelope_only() -> None:
    closed = an_actor_closed()
    found = read(encode(received(closed).envelope, closed), "jourdies.registry.actor.v1")
    assert isinstance(found, Delivered)
    assert found.event is None
    assert found.envelope.subject == closed.subject


def test_unknown_fields_are_ignored() -> None:
    document = json.loads(GOOD.value) | {"mood": "fine", "deep": {"er": [1]}}
    assert isinstance(read(replace(GOOD, value=json.dumps(document).encode())), Delivered)


DEEP = b'{"a":' * 50_000

POISON = {
    "no value": (replace(GOOD, value=b""), "empty"),
    "no headers": (replace(GOOD, headers=()), None),
    "truncated": (replace(GOOD, value=GOOD.value[:-3]), "data"),
    "not JSON": (replace(GOOD, value=b"\x00\x01\x02"), "data"),
    "not UTF-8": (replace(GOOD, value=b'{"actor_id": "\xff"}'), "data"),
    "a list": (replace(GOOD, value=b"[]"), "data"),
    "null": (replace(GOOD, value=b"null"), "data"),
    "NaN": (replace(GOOD, value=b"NaN"), "data"),
    "a lone surrogate": (replace(GOOD, value=rb'{"actor_id": "\ud800"}'), "data"),
    "very deep": (replace(GOOD, value=DEEP), "data"),
    "missing field": (replace(GOOD, value=b"{}"), "data"),
    "wrong type": (replace(GOOD, value=b'{"actor_id": 7, "purpose": "x"}'), "data"),
    "another subject": (
        replace(GOOD, value=given("b").model_dump_json().encode()),
        "subject",
    ),
    "oversized": (replace(GOOD, value=b" " * (RECORD_BYTES_MAX + 1)), "oversized"),
    "oversized header": (having("ce_source", b"x" * RECORD_BYTES_MAX), "oversized"),
    "oversized key": (replace(GOOD, key=b"k" * RECORD_BYTES_MAX), "oversized"),
    "oversized name": (
        replace(GOOD, headers=(*GOOD.headers, ("\N{REPLACEMENT CHARACTER}" * 200_000, b""))),
        "oversized",
    ),
    "another territory": (having("ce_territory", b"marseille"), "foreign_territory"),
    "no territory": (lacking("ce_territory"), "territory"),
    "no identifier": (lacking("ce_id"), "id"),
    "odd identifier": (having("ce_id", b"7"), "id"),
    "no type": (lacking("ce_type"), "type"),
    "odd time": (having("ce_time", b"yesterday"), "time"),
    "time without offset": (having("ce_time", b"2026-11-23T12:00:00"), "time"),
    "sequence zero": (having("ce_sequence", b"0"), "sequence"),
    "sequence of letters": (having("ce_sequence", b"one"), "sequence"),
    "sequence without end": (having("ce_sequence", b"9" * 400), "sequence"),
    "other CloudEvents": (having("ce_specversion", b"0.3"), "specversion"),
    "header not UTF-8": (having("ce_source", b"\xff"), "header"),
    "NUL in the subject": (having("ce_subject", b"a\x00b"), None),
    "subject without end": (having("ce_subject", b"s" * 9000), "subject"),
    "type without end": (having("ce_type", b"t" * 9000), "type"),
    "structured, with a lone surrogate": (
        replace(
            GOOD,
            value=json.dumps(
                {name.removeprefix("ce_"): value.decode() for name, value in GOOD.headers}
                | {"data": {}, "subject": "\ud800"}
            ).encode(),
            headers=(("content-type", b"application/cloudevents+json"),),
        ),
        "subject",
    ),
    "odd visibility": (having("ce_visibility", b"all"), "visibility"),
    "odd provenance": (having("ce_provenance", b"gods"), "provenance"),
    "odd correlation": (having("ce_correlationid", b"-"), "correlationid"),
}


@pytest.mark.parametrize("form", POISON)
def test_each_form_of_poison_has_its_reason(form: str) -> None:
    record, reason = POISON[form]
    found = read(record)
    assert isinstance(found, DeadLetter)
    assert found.record == record
    assert reason in {None, found.reason}
    assert found.detail


@pytest.mark.integration
async def test_each_form_of_poison_can_be_kept(durable: Runner[Store]) -> None:
    """A letter that cannot be written down would stop its partition for ever."""
    for offset, (record, _) in enumerate(POISON.values()):
        found = READER.read(record, Origin(TOPIC, 0, offset), NOON)
        assert isinstance(found, DeadLetter)
        assert len((await durable.park(found)).parked) <= 1
    pool = cast("PostgresDatabase[Store]", durable.database).pool
    async with pool.acquire() as connection:
        kept = [row["id"] for row in await list_letters(connection)]
        assert len(kept) > len(POISON) / 2  # some are of one event
        for letter_id in kept:
            assert (await show_letter(connection, letter_id))["detail"]


def test_an_event_on_anothers_topic_is_foreign() -> None:
    found = read(GOOD, "jourdies.registry.actor.v1")
    assert isinstance(found, DeadLetter)
    assert found.reason == "foreign_topic"


def test_only_what_is_somebodys_next_event_holds_a_lane() -> None:
    data, _ = POISON["truncated"]
    foreign, _ = POISON["another territory"]
    held, free = read(data), read(foreign)
    assert isinstance(held, DeadLetter)
    assert isinstance(free, DeadLetter)
    assert held.lane == (TOPIC, given("a").subject)
    assert free.lane is None


def test_a_letter_has_one_name_however_often_it_comes() -> None:
    def named(record: Record, offset: int) -> object:
        found = READER.read(record, Origin(TOPIC, 0, offset), NOON)
        assert isinstance(found, DeadLetter)
        return found.id

    data, _ = POISON["truncated"]
    nothing, _ = POISON["no headers"]
    assert named(data, 1) == named(data, 9)  # the same event, wherever it is
    assert named(nothing, 1) == named(nothing, 1)
    assert named(nothing, 1) != named(nothing, 2)


@any_of(st.binary(max_size=200), st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=9))))
def test_no_record_raises(value: bytes, headers: list[tuple[str, bytes]]) -> None:
    for record in (
        Record(b"k", value, tuple(headers)),
        Record(b"k", value, (*GOOD.headers, *headers)),
        replace(GOOD, value=value),
    ):
        assert isinstance(read(record), DeadLetter | Delivered)


@any_of(st.text())
def test_plain_text_is_what_postgresql_keeps(text: str) -> None:
    kept = plain(text)
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    assert len(kept) <= 500
