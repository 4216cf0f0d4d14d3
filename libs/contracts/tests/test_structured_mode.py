"""Events in structured mode, where the whole event is the value: read as those of binary mode."""

import json
from typing import Any

import pytest

from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Received, Unreadable, decode, encode
from maillage_contracts.samples import a_flow_opened, an_envelope

EVENT = a_flow_opened()
ENVELOPE = an_envelope(EVENT)
RECORD = encode(ENVELOPE, EVENT)
MODE = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


def document(**changes: object) -> dict[str, Any]:
    attributes = {
        name.removeprefix("ce_"): value.decode()
        for name, value in RECORD.headers
        if name.startswith("ce_")
    }
    whole = {**attributes, "data": json.loads(RECORD.value), **changes}
    return {name: value for name, value in whole.items() if value is not ...}


def written(whole: object) -> bytes:
    return json.dumps(whole).encode()


def test_it_is_the_same_event() -> None:
    assert decode(MODE, written(document()), EVENTS) == Received(ENVELOPE, EVENT)


def test_a_sequence_may_be_a_number() -> None:
    assert decode(MODE, written(document(sequence=4)), EVENTS).envelope.sequence == 4


def test_attributes_of_others_are_ignored() -> None:
    assert decode(MODE, written(document(colour=["red"])), EVENTS).event == EVENT


def test_headers_do_not_count() -> None:
    found = decode([*MODE, ("ce_id", b"broken")], written(document()), EVENTS)

    assert found.envelope == ENVELOPE


@pytest.mark.parametrize(
    ("reason", "value"),
    [
        ("json", b""),
        ("json", b"{"),
        ("json", b"\xff"),
        ("json", b"[" * 100_000),
        ("json", b'{"data": NaN}'),
        ("json", b'{"data": ' + b"9" * 5000 + b"}"),
        ("structured", b"[]"),
        ("structured", b"null"),
        ("structured", b'"text"'),
        ("structured", written(document(data=...))),
        ("structured", written(document(data=..., data_base64="e30="))),
        ("specversion", b'{"data": {}}'),
        ("specversion", written(document(specversion=1))),
        ("id", written(document(id=None))),
        ("id", written(document(id=...))),
        ("subject", b'{"data": 1, ' + written(document(subject="\ud800"))[1:]),
        ("time", written(document(time=1763888400))),
        ("sequence", written(document(sequence=1.5))),
        ("sequence", written(document(sequence=True))),
        ("territory", written(document(territory={"id": "jourdies"}))),
        ("visibility", written(document(visibility=...))),
        ("data", written(document(data=None))),
        ("data", written(document(data="{}"))),
        ("data", written(document(data={"flow": {}}))),
    ],
)
def test_a_fault_is_named(reason: str, value: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(MODE, value, EVENTS)

    assert caught.value.reason == reason
