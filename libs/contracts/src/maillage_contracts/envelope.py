"""An event and its envelope, and how both travel: CloudEvents 1.0, Kafka binary mode."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar, cast, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from maillage_contracts.vocabulary import Provenance, Visibility

TYPE_PREFIX = "org.maillage."
SCHEMA_BASE = "https://maillage.org/schemas/"
SPEC_VERSION = "1.0"
JSON_TYPE = b"application/json"
STRUCTURED_TYPE = b"application/cloudevents+json"


@dataclass(frozen=True)
class Topic:
    """Where the facts of one kind of thing are published, and by which service."""

    service: str
    entity: str
    partitions: int = 6
    retention_days: int = 30
    has_state: bool = False
    """Whether each event carries the whole document, kept compacted on a second topic."""

    def facts(self, territory: str) -> str:
        """Name of the topic of facts."""
        return f"{territory}.{self.service}.{self.entity}.v1"

    def state(self, territory: str) -> str:
        """Name of the compacted topic with the latest document by key."""
        return f"{territory}.{self.service}.{self.entity}.state.v1"


class Event(BaseModel):
    """A fact in the past tense. Subclasses say their type, their topic and whose fact it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    TYPE: ClassVar[str]
    TOPIC: ClassVar[Topic]
    SUBJECT: ClassVar[str]
    """Name of the field that holds the identifier of the aggregate; a dot goes one level down."""

    @property
    def subject(self) -> str:
        """Identifier of the aggregate this happened to: the key on the bus."""
        value: object = self
        for name in self.SUBJECT.split("."):
            value = getattr(value, name)
        return str(value)

    @property
    def visibility(self) -> Visibility:
        """Who may be shown this event."""
        return "members"


E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True)
class Envelope:
    """The CloudEvents attributes of one event."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    territory: str
    sequence: int
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None
    visibility: Visibility = "members"
    provenance: Provenance = "human"

    @property
    def dataschema(self) -> str:
        """Address of the JSON Schema of the data."""
        return f"{SCHEMA_BASE}{self.type}.json"


@dataclass(frozen=True)
class Received(Generic[E_co]):
    """An event as it arrived, with its envelope."""

    envelope: Envelope
    event: E_co


@dataclass(frozen=True)
class Record:
    """What Kafka carries."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Unreadable(Exception):
    """A record that is no event of ours; `reason` is a short code, for counting."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class UnknownType(Exception):
    """A well-formed event of a type that this reader does not know: to be ignored."""


def encode(envelope: Envelope, event: Event) -> Record:
    """The record of an event in binary mode; the key is the subject."""
    return Record(
        key=envelope.subject.encode(),
        value=event.model_dump_json(exclude_none=True).encode(),
        headers=tuple(_headers(envelope)),
    )


def _headers(envelope: Envelope) -> Iterable[tuple[str, bytes]]:
    yield "ce_specversion", SPEC_VERSION.encode()
    yield "ce_id", str(envelope.id).encode()
    yield "ce_source", envelope.source.encode()
    yield "ce_type", envelope.type.encode()
    yield "ce_subject", envelope.subject.encode()
    yield "ce_time", envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()
    yield "ce_dataschema", envelope.dataschema.encode()
    yield "ce_partitionkey", envelope.subject.encode()
    yield "ce_territory", envelope.territory.encode()
    yield "ce_sequence", str(envelope.sequence).encode()
    yield "ce_correlationid", str(envelope.correlation_id).encode()
    if envelope.causation_id is not None:
        yield "ce_causationid", str(envelope.causation_id).encode()
    if envelope.traceparent is not None:
        yield "ce_traceparent", envelope.traceparent.encode()
    yield "ce_visibility", envelope.visibility.encode()
    yield "ce_provenance", envelope.provenance.encode()
    yield "content-type", JSON_TYPE


def decode(
    headers: Sequence[tuple[str, bytes | None]],
    value: bytes | None,
    known: Mapping[str, type[Event]],
) -> Received[Event]:
    """Read a record in binary or structured mode.

    Raises Unreadable when it is no event of ours and UnknownType when its type is not in `known`.
    Unknown fields of a known type are ignored.
    """
    envelope, data = unwrap(headers, value)
    model = known.get(envelope.type)
    if model is None:
        raise UnknownType(envelope.type)
    return Received(envelope, read_event(envelope, data, model))


def unwrap(
    headers: Sequence[tuple[str, bytes | None]], value: bytes | None
) -> tuple[Envelope, bytes]:
    """The envelope of a record, and the JSON of its data; raises Unreadable."""
    attributes, data = _attributes(headers, value)
    return read_envelope(attributes), data


def read_event(envelope: Envelope, data: bytes, model: type[Event]) -> Event:
    """The data as this type of event; unknown fields are ignored. Raises Unreadable."""
    try:
        event = model.model_validate_json(data, extra="ignore")
    except ValidationError as error:
        raise Unreadable("data", _first_fault(error)) from error
    if event.subject != envelope.subject:
        raise Unreadable("subject", f"{model.SUBJECT} differs from the attribute subject")
    return event


def _attributes(
    headers: Sequence[tuple[str, bytes | None]], value: bytes | None
) -> tuple[dict[str, str], bytes]:
    if value is None:
        raise Unreadable("empty", "the record has no value")
    attributes: dict[str, str] = {}
    for name, raw in headers:
        if name == "content-type":
            if raw is not None and raw.startswith(STRUCTURED_TYPE):
                return _structured(value)
        elif name.startswith("ce_"):
            try:
                attributes[name[3:]] = (raw or b"").decode()
            except UnicodeDecodeError as error:
                raise Unreadable("header", f"{name} is not UTF-8") from error
    return attributes, value


def _structured(value: bytes) -> tuple[dict[str, str], bytes]:
    try:
        document: object = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise Unreadable("json", "the structured event is not JSON") from error
    if not isinstance(document, dict) or "data" not in document:
        raise Unreadable("structured", "a structured event is an object with data")
    fields = cast("dict[str, Any]", document)
    data = json.dumps(fields.pop("data")).encode()
    return {name: str(attribute) for name, attribute in fields.items()}, data


def read_envelope(attributes: Mapping[str, str]) -> Envelope:
    """The envelope from CloudEvents attributes by name; raises Unreadable naming the faulty one."""
    if attributes.get("specversion") != SPEC_VERSION:
        raise Unreadable("specversion", "ce_specversion must be 1.0")
    sequence = _required(attributes, "sequence")
    if not sequence.isascii() or not sequence.isdigit() or not 1 <= int(sequence[:19]) < 2**63:
        raise Unreadable("sequence", "ce_sequence must be a whole number from 1")
    causation = attributes.get("causationid")
    return Envelope(
        id=_uuid("id", _required(attributes, "id")),
        source=_required(attributes, "source"),
        type=_required(attributes, "type"),
        subject=_required(attributes, "subject"),
        time=_moment(_required(attributes, "time")),
        territory=_required(attributes, "territory"),
        sequence=int(sequence),
        correlation_id=_uuid("correlationid", _required(attributes, "correlationid")),
        causation_id=None if causation is None else _uuid("causationid", causation),
        traceparent=attributes.get("traceparent"),
        visibility=cast("Visibility", _one_of(attributes, "visibility", get_args(Visibility))),
        provenance=cast("Provenance", _one_of(attributes, "provenance", get_args(Provenance))),
    )


def _required(attributes: Mapping[str, str], name: str) -> str:
    found = attributes.get(name)
    if not found:
        raise Unreadable(name, f"ce_{name} is missing")
    return found


def _uuid(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Unreadable(name, f"ce_{name} is not a UUID") from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unreadable("time", "ce_time is not RFC 3339") from error
    if moment.tzinfo is None:
        raise Unreadable("time", "ce_time has no offset")
    return moment


def _one_of(attributes: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    found = _required(attributes, name)
    if found not in allowed:
        raise Unreadable(name, f"ce_{name} must be one of {', '.join(allowed)}")
    return found


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_input=False, include_url=False)[0]
    path = ".".join(str(part) for part in fault["loc"]) or "data"
    return f"{path}: {fault['msg']}"
