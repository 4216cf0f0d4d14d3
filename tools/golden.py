"""One record of each event type as it was first published: read by every later version."""

import json
from pathlib import Path

from event_schemas import Schema, printed
from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Event, encode
from maillage_contracts.samples import SAMPLES, an_envelope, an_id

FOLDER = "libs/contracts/examples"


def record_of(event: type[Event]) -> Schema:
    """A record in binary mode: its key, its headers and its data."""
    sample = SAMPLES[event]
    envelope = an_envelope(
        sample,
        causation_id=an_id("cause"),
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
    record = encode(envelope, sample)
    return {
        "key": record.key.decode(),
        "headers": {name: value.decode() for name, value in record.headers},
        "data": json.loads(record.value),
    }


def pages(root: Path) -> dict[str, str]:
    """The records that are there as they are, and one for each type that has none yet."""
    found: dict[str, str] = {}
    for name, event in EVENTS.items():
        file = root / FOLDER / f"{name}.json"
        text = file.read_text() if file.exists() else printed(record_of(event))
        found[file.relative_to(root).as_posix()] = text
    return found
